// SPDX-License-Identifier: Apache-2.0
#include "protocol/bridge/notification_bridge.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace mcpgw;

namespace {

std::string progress(const std::string& params, revision client = newest_legacy) {
    const auto line =
        R"({"jsonrpc":"2.0","method":"notifications/progress","params":)" + params + "}";
    const auto message = scan_envelope(line);
    REQUIRE(message.has_value());
    return progress_for_client(line, *message, "\"t\"", client);
}

std::string log(const std::string& params) {
    const auto line =
        R"({"jsonrpc":"2.0","method":"notifications/message","params":)" + params + "}";
    const auto message = scan_envelope(line);
    REQUIRE(message.has_value());
    return log_for_client(line, *message);
}

std::string line_of(const std::string& method_name, const std::string& params) {
    return R"({"jsonrpc":"2.0","method":"notifications/)" + method_name + R"(","params":)" +
           params + "}";
}

} // namespace

TEST_CASE("progress_reaches_a_client_without_what_it_could_not_read") {
    CHECK(progress(R"({"progressToken":1,"progress":1,"total":2,"message":"m"})") ==
          line_of("progress", R"({"progressToken":"t","progress":1,"total":2,"message":"m"})"));
    CHECK(progress(R"({"progressToken":1,"progress":1,"total":{},"message":[]})") ==
          line_of("progress", R"({"progressToken":"t","progress":1})"));
    CHECK(progress(R"({"progressToken":1,"progress":1,"message":"m"})", revision::r2024_11_05) ==
          line_of("progress", R"({"progressToken":"t","progress":1})"));
    CHECK(progress(R"({"progressToken":1,"progress":1,"total":"2","message":"m"})",
                   revision::r2024_11_05) ==
          line_of("progress", R"({"progressToken":"t","progress":1})"));
    CHECK(progress(R"({"progressToken":1,"total":2})").empty());
    CHECK(progress(R"({"progressToken":1,"progress":"1"})").empty());
}

TEST_CASE("a_log_message_reaches_a_client_without_what_it_could_not_read") {
    CHECK(log(R"({"level":"info","data":null})") ==
          line_of("message", R"({"level":"info","data":null})"));
    CHECK(log(R"({"level":"info","logger":7,"data":1})") ==
          line_of("message", R"({"level":"info","data":1})"));
    CHECK(log(R"({"level":"loud","data":1})").empty());
    CHECK(log(R"({"level":"info"})").empty());
}
