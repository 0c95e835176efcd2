// SPDX-License-Identifier: Apache-2.0
#include "children/remote/remote_reply.hpp"

#include <catch2/catch_test_macros.hpp>

namespace mcpgw {

namespace {

const http_url& where() {
    static const auto url = *parse_http_url("https://h.example/mcp?key=secret");
    return url;
}

fault fault_of(int status, bool is_opening = true, std::string_view location = {}) {
    http_response_head head;
    head.status = status;
    if (!location.empty()) head.fields.emplace_back("Location", location);
    return reply_fault(head, where(), is_opening);
}

bool says(const fault& f, std::string_view words) {
    return f.detail.find(words) != std::string::npos;
}

} // namespace

TEST_CASE("only_400_404_and_405_to_an_opening_are_evidence_of_another_era") {
    for (const int status : {400, 404, 405}) {
        CHECK(fault_of(status).code == errc::method_not_found);
        CHECK(fault_of(status, false).code == errc::server_failed);
    }
    for (const int status : {200, 202, 204, 301, 401, 403, 406, 500, 502, 503})
        CHECK(fault_of(status).code == errc::server_failed);
    CHECK(fault_of(429).code == errc::server_busy);
}

TEST_CASE("texts_of_refusals_say_what_to_do_and_hide_the_query") {
    CHECK(says(fault_of(401), "set `bearer_token` or `headers`"));
    CHECK(says(fault_of(403), "check `bearer_token`"));
    CHECK(says(fault_of(404), "check `url`"));
    CHECK(says(fault_of(308, true, "/v2/mcp?key=secret"), "set `url` to https://h.example/v2/mcp"));
    for (const int status : {200, 308, 401, 403, 404, 500}) {
        CHECK(says(fault_of(status, true, "/x?key=secret"), "https://h.example/mcp"));
        CHECK_FALSE(says(fault_of(status, true, "/x?key=secret"), "secret"));
    }
}

TEST_CASE("messages_come_out_one_a_line") {
    const auto one = split_messages("{\"jsonrpc\":\"2.0\",\n \"id\":1, \"result\":{}}\n");
    REQUIRE(one.has_value());
    REQUIRE(one->size() == 1);
    CHECK(one->front().find('\n') == std::string::npos);
    const auto batch = split_messages(R"( [{"jsonrpc":"2.0","id":1,"result":{}},
                                          {"jsonrpc":"2.0","method":"x"}])");
    REQUIRE(batch.has_value());
    CHECK(batch->size() == 2);
}

TEST_CASE("what_is_no_message_is_refused_and_not_mended") {
    for (const auto* const text : {"", "<html>", "Accepted", "[1]", "[{]",
                                   "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"a\nb\"}"}) {
        INFO(text);
        CHECK(split_messages(text).has_error());
    }
}

TEST_CASE("modern_errors_are_told_by_their_code") {
    const auto body = [](int code) {
        return R"({"jsonrpc":"2.0","id":1,"error":{"code":)" + std::to_string(code) +
               R"(,"message":"m"}})";
    };
    CHECK(is_modern_error(body(-32020)));
    CHECK(is_modern_error(body(-32022)));
    CHECK_FALSE(is_modern_error(body(-32023)));
    CHECK_FALSE(is_modern_error(body(-32601)));
    CHECK_FALSE(is_modern_error("Bad Request"));
    CHECK(error_text(body(-32601)) == "m");
    CHECK(error_text("Bad Request").empty());
}

TEST_CASE("forgotten_sessions_are_told_by_404_or_by_a_400_that_says_so") {
    constexpr std::string_view refusal =
        R"({"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"No valid Session ID"}})";
    constexpr std::string_view other =
        R"({"jsonrpc":"2.0","id":null,"error":{"code":-32602,"message":"bad cursor"}})";
    CHECK(is_session_refusal(404, ""));
    CHECK(is_session_refusal(400, refusal));
    CHECK(is_session_refusal(400, "Invalid session ID\n"));
    CHECK_FALSE(is_session_refusal(400, "Bad Request"));
    CHECK_FALSE(is_session_refusal(400, other));
    CHECK_FALSE(is_session_refusal(200, refusal));
    CHECK_FALSE(is_session_refusal(500, refusal));
}

} // namespace mcpgw
