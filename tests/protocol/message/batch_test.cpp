// SPDX-License-Identifier: Apache-2.0
#include "protocol/message/batch.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace mcpgw;

namespace {

constexpr std::size_t messages_max = 4;
const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
const std::string initialized = R"({"jsonrpc":"2.0","method":"notifications/initialized"})";

errc code_of(const std::string& text) {
    const auto split = split_batch(text, messages_max);
    return split.has_error() ? split.error().code : errc::internal_error;
}
/// The fault of the only message of a batch.
errc item_code(const std::string& message) {
    const auto split = split_batch("[" + message + "]", messages_max);
    REQUIRE(split.has_value());
    REQUIRE(split->size() == 1);
    REQUIRE(split->front().message.has_error());
    return split->front().message.error().code;
}

} // namespace

TEST_CASE("an_array_is_a_batch_and_an_object_is_none") {
    CHECK(is_batch("[]"));
    CHECK(is_batch(" \r\n\t[" + ping + "]"));
    CHECK(is_batch("[broken"));
    CHECK_FALSE(is_batch(ping));
    CHECK_FALSE(is_batch(""));
    CHECK_FALSE(is_batch("\"[]\""));
}

TEST_CASE("a_batch_is_split_into_its_messages_each_on_one_line") {
    const std::string response = R"({"jsonrpc":"2.0","id":"gw-1","result":{"a":[1,{"b":"],["}]}})";
    const auto split = split_batch(" [ " + ping + " ,\n" + initialized + "," + response +
                                       ",{\"jsonrpc\":\"2.0\",\n\"id\":2,\"method\":\"ping\"}]\n",
                                   messages_max);
    REQUIRE(split.has_value());
    REQUIRE(split->size() == 4);
    CHECK(split->at(0).text == ping);
    CHECK(split->at(0).message->kind == message_kind::request);
    CHECK(split->at(0).message->id.of(split->at(0).text) == "1");
    CHECK(split->at(1).message->kind == message_kind::notification);
    CHECK(split->at(2).text == response);
    CHECK(split->at(2).message->kind == message_kind::response);
    CHECK(split->at(3).text == R"({"jsonrpc":"2.0", "id":2,"method":"ping"})");
}

TEST_CASE("a_batch_as_a_whole_is_refused_if_malformed_empty_or_too_large") {
    CHECK(code_of("[]") == errc::invalid_request);
    CHECK(code_of(" [ ] ") == errc::invalid_request);
    CHECK(code_of("[" + ping) == errc::parse_error);
    CHECK(code_of("[" + ping + ",]") == errc::parse_error);
    CHECK(code_of("[" + ping + "]x") == errc::parse_error);
    CHECK(code_of("[" + ping + "," + ping + "," + ping + "," + ping + "]") == errc::internal_error);
    CHECK(code_of("[1,2,3,4,5]") == errc::invalid_request);
    CHECK(split_batch("[[[[]]]]", messages_max, {2}).error().code == errc::depth_exceeded);
    CHECK(split_batch("[[[]]]", messages_max, {2}).has_value());
}

TEST_CASE("bad_messages_in_a_batch_are_refused_one_by_one") {
    CHECK(item_code("1") == errc::invalid_request);
    CHECK(item_code("{}") == errc::invalid_request);
    CHECK(item_code(R"({"jsonrpc":"1.0","id":1,"method":"ping"})") == errc::invalid_request);
    CHECK(item_code("[" + ping + "]") == errc::batch_not_supported);
    CHECK(item_code(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{}})") ==
          errc::invalid_request);
    CHECK(item_code(R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":)"
                    R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}})") ==
          errc::invalid_request);
    const auto split = split_batch("[1," + ping + "]", messages_max);
    REQUIRE(split.has_value());
    CHECK(split->at(0).message.has_error());
    CHECK(split->at(1).message.has_value());
}

TEST_CASE("answers_are_collected_until_the_last_is_in") {
    batch_answers answers{3};
    answers.add("{\"id\":2}");
    answers.add("");
    CHECK_FALSE(answers.is_complete());
    answers.add("{\"id\":1}");
    CHECK(answers.is_complete());
    CHECK(answers.array() == R"([{"id":2},{"id":1}])");
    CHECK(answers.answers().size() == 2);
}

TEST_CASE("without_answers_there_is_nothing_to_send") {
    batch_answers answers{1};
    answers.add("");
    CHECK(answers.is_complete());
    CHECK(answers.array().empty());
}
