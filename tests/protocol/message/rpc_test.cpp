// SPDX-License-Identifier: Apache-2.0
#include "protocol/message/rpc.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/envelope.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace mcpgw;

TEST_CASE("requests_and_notifications_leave_out_absent_params") {
    CHECK(make_request("7", "tools/list", R"({"cursor":"c"})") ==
          R"({"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"cursor":"c"}})");
    CHECK(make_request(R"("a")", "ping", "") == R"({"jsonrpc":"2.0","id":"a","method":"ping"})");
    CHECK(make_notification("notifications/initialized", "") ==
          R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
    CHECK(make_notification("a", "{}") == R"({"jsonrpc":"2.0","method":"a","params":{}})");
}

TEST_CASE("responses_carry_the_result_as_it_is") {
    CHECK(make_response("1", R"({"x":1.0})") == R"({"jsonrpc":"2.0","id":1,"result":{"x":1.0}})");
    CHECK(make_response("", "{}") == R"({"jsonrpc":"2.0","id":null,"result":{}})");
    CHECK(wrap_response("1", R"({"x":1.0})").str() == make_response("1", R"({"x":1.0})"));
    CHECK(wrap_response("", "{}").str() == make_response("", "{}"));
}

TEST_CASE("a_long_result_is_wrapped_where_it_is") {
    const auto large = "\"" + std::string(100'000, 'x') + "\"";
    const shared_text result{large};
    const auto around = wrap_response("1", {R"({"a":1,"b":)", result, R"(,"c":2})"});
    CHECK(around.middle.view().data() == result.view().data());
    CHECK(around.str() == make_response("1", R"({"a":1,"b":)" + large + R"(,"c":2})"));
    const auto alone = wrap_response("1", {{}, result});
    CHECK(alone.middle.view().data() == result.view().data());
    CHECK(alone.str() == make_response("1", large));
    CHECK(wrap_response("1", large).str() == make_response("1", large));
}

TEST_CASE("error_responses_carry_code_message_and_public_name") {
    CHECK(make_error_response("1", fault{errc::method_not_found}) ==
          R"({"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found",)"
          R"("data":{"code":"METHOD_NOT_FOUND"}}})");
}

TEST_CASE("codes_of_errors_are_read_and_modern_ones_known") {
    CHECK(error_code(R"({"message":"no","code":-32601})") == -32601);
    CHECK(error_code(R"({"message":"no"})") == 0);
    CHECK(error_code(R"({"code":"text"})") == 0);
    CHECK(error_code("") == 0);
    CHECK(is_modern_error(-32020));
    CHECK(is_modern_error(-32022));
    CHECK_FALSE(is_modern_error(-32019));
    CHECK_FALSE(is_modern_error(-32023));
}

TEST_CASE("an_error_without_a_known_id_has_no_id_member") {
    const std::string text = make_error_response("", fault{errc::parse_error});
    const auto found = scan_envelope(text);
    REQUIRE(found.has_value());
    CHECK(found->is_error);
    CHECK_FALSE(found->id);
    CHECK(make_raw_error_response("", "{}") == R"({"jsonrpc":"2.0","error":{}})");
    CHECK(make_raw_error_response("3", R"({"code":1})") ==
          R"({"jsonrpc":"2.0","id":3,"error":{"code":1}})");
}

TEST_CASE("data_of_a_fault_is_merged_behind_its_name") {
    const fault f{errc::server_busy, "Too many calls", R"({ "limit" : 5, "server":"files" })"};
    CHECK(make_error_response("1", f) ==
          R"({"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"Too many calls",)"
          R"("data":{"code":"SERVER_BUSY","limit":5,"server":"files"}}})");
}

TEST_CASE("data_of_a_fault_cannot_replace_its_name_or_break_the_message") {
    for (const std::string data : {R"({"code":"OTHER"})", "{}", "[]", "7", "{"}) {
        const fault f{errc::tool_not_found, "No", data};
        CHECK(make_error_response("1", f) ==
              R"({"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"No",)"
              R"("data":{"code":"TOOL_NOT_FOUND"}}})");
    }
}

TEST_CASE("messages_of_errors_are_valid_whatever_the_detail_holds") {
    const fault f{errc::server_failed, "stderr: \"\xFF\n\\"};
    const std::string text = make_error_response("1", f);
    const auto found = scan_envelope(text);
    REQUIRE(found.has_value());
    CHECK_FALSE(found->has_newline);
    CHECK(unquote_json(find_member(found->error.of(text), "message")) ==
          "stderr: \"\xEF\xBF\xBD\n\\");
}

TEST_CASE("made_messages_are_accepted_by_the_scanner") {
    CHECK(scan_envelope(make_request("1", "odd \"method\" name", "{}")).has_error()); // escapes
    for (const std::string& text :
         {make_request("1", "ping", ""), make_notification("a", "{}"), make_response("1", "{}"),
          make_error_response("\"x\"", fault{errc::circuit_open})}) {
        INFO(text);
        CHECK(scan_envelope(text).has_value());
    }
}
