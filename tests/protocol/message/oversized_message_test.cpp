// SPDX-License-Identifier: Apache-2.0
#include "protocol/message/oversized_message.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string_view>
#include <vector>

using mcpgw::id_of_oversized;

TEST_CASE("the_id_of_a_message_too_long_to_keep_is_found_in_what_is_left_of_it") {
    struct row {
        std::string_view beginning;
        std::string_view ending;
        std::string_view id;
    };
    const std::vector<row> rows{
        // first, as most clients write it
        {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"x":"xxx)", R"(xxx"}})", "1"},
        {R"( { "id" : "a b" , "x":[1,2)", "3]}", R"("a b")"},
        {R"({"params":{"id":5},"id":6,"x":"x)", R"(x"})", "6"},
        {R"({"id":-12,"x":"x)", R"(x"})", "-12"},
        // last, as the SDK for TypeScript writes it
        {R"({"method":"m","params":{"x":"x)", R"(x"},"jsonrpc":"2.0","id":17})", "17"},
        {R"({"method":"m","x":"x)", R"(x","id":"z"})", R"("z")"},
        {R"({"method":"m","x":"x)", "x\", \"id\" : 3 } \r", "3"},
        // both, the same
        {R"({"id":1,"x":"x)", R"(x","id":1})", "1"},
        // nowhere, or not for certain
        {R"({"id":1,"x":"x)", R"(x","id":2})", ""},
        {R"({"method":"m","params":{"x":"x)", R"(x","id":5}})", ""},
        {R"({"method":"m","x":"x)", R"(\"id\":5})", ""},
        {R"({"method":"m","params":{"id":5,"x":"x)", R"(x"}})", ""},
        {R"({"method":"m","x":"x)", R"(x","id":12)", ""},
        {R"({"method":"m","x":"x)", R"(x","id":{"a":1}})", ""},
        {R"({"method":"m","x":"x)", R"(x","id":null})", ""},
        {R"({"id":12345)", "678}", ""}, // a number that may go on
        {R"({"id":[1],"x":"x)", R"(x"})", ""},
        {R"(xxx"id":1,)", "xxx", ""},
        {"", "", ""},
        {"[", "]", ""},
        // answers are not answered
        {R"({"jsonrpc":"2.0","id":1,"result":{"x":"x)", R"(x"}})", ""},
        {R"({"id":1,"error":{"message":"x","code":1},"x":"x)", R"(x"})", ""},
        {R"({"result":{"x":"x)", R"(x"},"jsonrpc":"2.0","id":1})", ""},
    };
    for (const auto& [beginning, ending, id] : rows) {
        INFO(beginning << " ... " << ending);
        CHECK(id_of_oversized(beginning, ending) == id);
    }
}
