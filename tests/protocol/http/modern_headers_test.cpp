// SPDX-License-Identifier: Apache-2.0
#include "protocol/http/modern_headers.hpp"

#include "protocol/http/header_value.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/mcp.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {
namespace {

using namespace std::string_literals;

const std::string good_meta = R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                              R"("io.modelcontextprotocol/clientCapabilities":{})";

std::string make_call(std::string_view method, std::string_view params, std::string_view meta) {
    auto out = R"({"jsonrpc":"2.0","id":1,"method":")" + std::string{method} + R"(","params":{)";
    out += params;
    if (!params.empty()) out += ',';
    return out + R"("_meta":{)" + std::string{meta} + "}}}";
}

request_head make_head(std::vector<header_field> fields) {
    return {.method = "POST", .target = "/mcp", .version = 11, .fields = std::move(fields)};
}

/// The code and text of a check; no code means that it passed.
struct outcome {
    std::optional<errc> code;
    std::string detail;
    std::string data;
};

outcome make_outcome(const result<void>& checked) {
    if (checked) return {};
    return {checked.error().code, checked.error().detail, checked.error().data_json};
}

outcome check(std::vector<header_field> fields, const std::string& text) {
    const auto message = scan_envelope(text);
    REQUIRE(message.has_value());
    return make_outcome(check_modern(make_head(std::move(fields)), *message, text));
}

outcome check_meta(std::string_view meta) {
    const auto text = make_call("tools/list", "", meta);
    const auto message = scan_envelope(text);
    REQUIRE(message.has_value());
    return make_outcome(check_modern_meta(*message, text));
}

bool claims(std::vector<header_field> fields, const std::string& text) {
    const auto message = scan_envelope(text);
    REQUIRE(message.has_value());
    return claims_modern(make_head(std::move(fields)), *message, text);
}

bool has(const outcome& found, errc code, std::string_view word) {
    return found.code == code && found.detail.find(word) != std::string::npos;
}

bool is_mismatch(const outcome& found, std::string_view word) {
    return has(found, errc::header_mismatch, word);
}

const header_field version{"MCP-Protocol-Version", "2026-07-28"};
const header_field call_method{"Mcp-Method", "tools/call"};

std::string make_tool_call(std::string_view name) {
    return make_call("tools/call", R"("name":)" + quote_json(name), good_meta);
}

/// A request whose headers are `named` and `sent`, with a body of that method.
outcome check_request(std::string_view named, std::string_view sent, const std::string& text) {
    return check({version, {"Mcp-Method", named}, {"Mcp-Name", sent}}, text);
}

/// A tools/call of `name` whose Mcp-Name header says `sent`.
outcome check_name(std::string_view sent, std::string_view name) {
    return check_request("tools/call", sent, make_tool_call(name));
}

TEST_CASE("the_requests_of_the_specification_pass") {
    const auto call =
        make_call("tools/call", R"("name":"get_weather","arguments":{"location":"Seattle, WA"})",
                  good_meta + R"(,"io.modelcontextprotocol/clientInfo":)"
                              R"({"name":"ExampleClient","version":"1.0.0"})");
    CHECK_FALSE(check_request("tools/call", "get_weather", call).code);
    const auto read =
        make_call("resources/read", R"("uri":"file:///projects/myapp/config.json")", good_meta);
    CHECK_FALSE(check_request("resources/read", "file:///projects/myapp/config.json", read).code);
    const auto prompt = make_call("prompts/get", R"("name":"review")", good_meta);
    CHECK_FALSE(check_request("prompts/get", "review", prompt).code);
    for (const auto* const name : {"tools/list", "server/discover", "subscriptions/listen"}) {
        CAPTURE(name);
        CHECK_FALSE(check({version, {"Mcp-Method", name}}, make_call(name, "", good_meta)).code);
    }
}

TEST_CASE("header_names_ignore_case_and_values_do_not") {
    const auto call = make_tool_call("foo");
    CHECK_FALSE(check({{"mcp-protocol-version", " 2026-07-28\t"},
                       {"MCP-METHOD", " tools/call "},
                       {"mcp-name", "\tfoo "}},
                      call)
                    .code);
    CHECK(is_mismatch(check_request("Tools/Call", "foo", call), "'Tools/Call'"));
    CHECK(is_mismatch(check_request("tools/call", "Foo", call), "'Foo'"));
}

TEST_CASE("a_mismatch_is_told_in_the_words_of_the_specification") {
    CHECK(check_name("foo", "bar").detail ==
          "Header mismatch: Mcp-Name header value 'foo' does not match body value 'bar'");
    CHECK(check_request("prompts/get", "bar", make_tool_call("bar")).detail ==
          "Header mismatch: Mcp-Method header value 'prompts/get' does not match body value "
          "'tools/call'");
    CHECK(check({{"MCP-Protocol-Version", "2025-11-25"}, call_method, {"Mcp-Name", "bar"}},
                make_tool_call("bar"))
              .detail == "Header mismatch: MCP-Protocol-Version header value '2025-11-25' does not "
                         "match body value '2026-07-28'");
}

TEST_CASE("each_required_header_must_be_there") {
    const auto call = make_tool_call("foo");
    const header_field name{"Mcp-Name", "foo"};
    CHECK(is_mismatch(check({call_method, name}, call), "MCP-Protocol-Version"));
    CHECK(is_mismatch(check({version, name}, call), "Mcp-Method"));
    CHECK(is_mismatch(check({version, call_method}, call), "Mcp-Name"));
    CHECK(is_mismatch(check_request("tools/call", "", call), "''"));
}

TEST_CASE("checks_come_in_the_order_that_clients_rely_on") {
    const auto unknown_meta = R"("io.modelcontextprotocol/protocolVersion":"1900-01-01",)"
                              R"("io.modelcontextprotocol/clientCapabilities":{})"s;
    const header_field other_version{"MCP-Protocol-Version", "1900-01-01"};
    const header_field bad_method{"Mcp-Method", "x"};
    const header_field bad_name{"Mcp-Name", "x"};
    // Everything is wrong at first; each line puts one more thing right.
    CHECK(check({bad_method, bad_name}, make_call("tasks/result", "", "")).code ==
          errc::header_mismatch);
    CHECK(check({other_version, bad_method}, make_call("tasks/result", "", "")).code ==
          errc::invalid_params);
    CHECK(is_mismatch(check({version, bad_method}, make_call("tasks/result", "", unknown_meta)),
                      "MCP-Protocol-Version"));
    CHECK(check({other_version, bad_method}, make_call("tasks/result", "", unknown_meta)).code ==
          errc::unsupported_protocol_version);
    CHECK(is_mismatch(check({version, bad_method}, make_call("tasks/result", "", good_meta)),
                      "Mcp-Method"));
    CHECK(has(
        check({version, {"Mcp-Method", "tasks/result"}}, make_call("tasks/result", "", good_meta)),
        errc::method_not_found, "'tasks/result'"));
    CHECK(is_mismatch(check({version, call_method, bad_name}, make_tool_call("foo")), "Mcp-Name"));
}

TEST_CASE("requests_about_a_task_name_it_in_their_header") {
    for (const auto* const name : {"tasks/get", "tasks/update", "tasks/cancel"}) {
        CAPTURE(name);
        const auto call = make_call(name, R"("taskId":"t-1","name":"x")", good_meta);
        CHECK_FALSE(check_request(name, "t-1", call).code);
        CHECK(is_mismatch(check_request(name, "x", call), "'t-1'"));
        CHECK(is_mismatch(check({version, {"Mcp-Method", name}}, call), "Mcp-Name"));
        CHECK(is_mismatch(check_request(name, "t-1", make_call(name, "", good_meta)), "taskId"));
    }
}

TEST_CASE("methods_of_other_revisions_are_not_found") {
    for (const auto* const name : {"initialize", "ping", "logging/setLevel", "resources/subscribe",
                                   "tasks/result", "tools/Call", "x"}) {
        CAPTURE(name);
        CHECK(check({version, {"Mcp-Method", name}}, make_call(name, "", good_meta)).code ==
              errc::method_not_found);
    }
}

TEST_CASE("an_incomplete_meta_names_the_missing_key") {
    const auto pv = R"("io.modelcontextprotocol/protocolVersion":)"s;
    const auto cc = R"("io.modelcontextprotocol/clientCapabilities":)"s;
    const auto good_pv = pv + R"("2026-07-28")";
    const auto good_cc = cc + "{}";
    CHECK(has(check_meta(""), errc::invalid_params, meta_key::protocol_version));
    CHECK(has(check_meta(good_cc), errc::invalid_params, meta_key::protocol_version));
    CHECK(has(check_meta(good_pv), errc::invalid_params, meta_key::client_capabilities));
    for (const auto* const value : {"1", "null", "{}", "[]", "true"}) {
        CAPTURE(value);
        CHECK(has(check_meta(pv + value + "," + good_cc), errc::invalid_params,
                  meta_key::protocol_version));
    }
    for (const auto* const value : {"1", "null", "\"{}\"", "[]", "true"}) {
        CAPTURE(value);
        CHECK(has(check_meta(good_pv + "," + cc + value), errc::invalid_params,
                  meta_key::client_capabilities));
    }
    CHECK(has(check_meta(good_meta + R"(,"io.modelcontextprotocol/clientInfo":"me")"),
              errc::invalid_params, meta_key::client_info));
    CHECK_FALSE(check_meta(good_meta).code);
    CHECK_FALSE(check_meta(good_meta + R"(,"progressToken":1,"com.example/x":null)").code);

    for (const auto* const text :
         {R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})",
          R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}})"}) {
        CHECK(has(check({version, {"Mcp-Method", "tools/list"}}, text), errc::invalid_params,
                  "_meta"));
        const auto message = scan_envelope(text);
        REQUIRE(message.has_value());
        CHECK(check_modern_meta(*message, text).has_error());
    }
}

TEST_CASE("the_http_check_includes_the_rules_for_meta") {
    const auto with = [](const std::string& meta) {
        return check({version, {"Mcp-Method", "tools/list"}}, make_call("tools/list", "", meta));
    };
    CHECK_FALSE(with(good_meta).code);
    CHECK(has(with(R"("io.modelcontextprotocol/protocolVersion":"2026-07-28")"),
              errc::invalid_params, meta_key::client_capabilities));
    CHECK(has(with(good_meta + R"(,"io.modelcontextprotocol/logLevel":"loud")"),
              errc::invalid_params, meta_key::log_level));
}

TEST_CASE("log_levels_are_those_of_the_specification") {
    const auto level = [](std::string_view raw) {
        return check_meta(good_meta + R"(,"io.modelcontextprotocol/logLevel":)" + std::string{raw});
    };
    for (const auto* const name :
         {"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"})
        CHECK_FALSE(level("\""s + name + "\"").code);
    CHECK_FALSE(level(R"("\u0069nfo")").code);
    for (const auto* const raw : {R"("Info")", R"("trace")", R"("")", "1", "null", "{}"}) {
        CAPTURE(raw);
        CHECK(has(level(raw), errc::invalid_params, meta_key::log_level));
    }
}

TEST_CASE("an_unknown_version_is_answered_with_those_we_speak") {
    for (const auto* const requested : {"1900-01-01", "2026-07-29", "2026-07-28 ", "", "DRAFT",
                                        "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"}) {
        CAPTURE(requested);
        const auto found =
            check_meta(R"("io.modelcontextprotocol/protocolVersion":")"s + requested +
                       R"(","io.modelcontextprotocol/clientCapabilities":{})");
        CHECK(has(found, errc::unsupported_protocol_version, "'"s + requested + "'"));
        CHECK(found.data == R"({"supported":["2026-07-28","2025-11-25","2025-06-18","2025-03-26",)"
                            R"("2024-11-05"],"requested":")"s +
                                requested + R"("})");
    }
    // What a client sent cannot break out of the JSON of the answer.
    const auto odd = check_meta(R"("io.modelcontextprotocol/protocolVersion":"a\"},\u0000é",)"
                                R"("io.modelcontextprotocol/clientCapabilities":{})");
    REQUIRE(odd.code == errc::unsupported_protocol_version);
    REQUIRE(check_json(odd.data).has_value());
    CHECK(unquote_json(find_member(odd.data, "requested")) == "a\"},\0é"s);
}

TEST_CASE("a_value_that_is_not_the_bodys_version_is_a_mismatch_even_if_unknown") {
    CHECK(is_mismatch(
        check({{"MCP-Protocol-Version", "1900-01-01"}, call_method, {"Mcp-Name", "foo"}},
              make_tool_call("foo")),
        "1900-01-01"));
}

TEST_CASE("a_name_in_base64_is_decoded_before_it_is_compared") {
    const std::vector<std::pair<std::string_view, std::string_view>> same{
        {"us-west1", "us-west1"},
        {"=?base64?dXMtd2VzdDE=?=", "us-west1"}, // needless, but what it says is right
        {"=?base64?SGVsbG8sIOS4lueVjA==?=", "Hello, 世界"},
        {"=?base64?IHBhZGRlZCA=?=", " padded "},
        {"=?base64?bGluZTEKbGluZTI=?=", "line1\nline2"},
        {"=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=", "=?base64?literal?="},
        {"=?BASE64?dXM=?=", "=?BASE64?dXM=?="}, // the marks are case-sensitive: plain text
        {"=?base64?dXM=", "=?base64?dXM="},
        {"a=?base64?dXM=?=", "a=?base64?dXM=?="},
        {"a b\tc", "a b\tc"},
    };
    for (const auto& [sent, name] : same) {
        CAPTURE(sent);
        CHECK_FALSE(check_name(sent, name).code);
        CHECK(is_mismatch(check_name(sent, "other"), "'other'"));
    }
    const auto read = make_call("resources/read", R"("uri":"file:///\u4e16")", good_meta);
    CHECK_FALSE(check_request("resources/read", encode_header_value("file:///世"), read).code);
}

TEST_CASE("a_name_with_invalid_characters_is_a_mismatch") {
    for (const std::string_view sent :
         {"caf\xC3\xA9", "\xFF", "=?base64?dXM?=", "=?base64?dX=M?=", "=?base64?d?=", "=?base64?=",
          "=?base64?dXN=?=", "=?base64?dXM=\xC3?=", "=?base64?/w==?="}) {
        CAPTURE(sent);
        CHECK(is_mismatch(check_name(sent, "us"), "invalid characters"));
    }
    CHECK(is_mismatch(check({version, {"Mcp-Method", "tools/call\xC3"}}, make_tool_call("us")),
                      "invalid characters"));
    CHECK(is_mismatch(check({{"MCP-Protocol-Version", "2026\xFF"}}, make_tool_call("us")),
                      "invalid characters"));
    // The method has no Base64 form.
    CHECK(is_mismatch(
        check({version, {"Mcp-Method", encode_header_value(" x")}}, make_tool_call("us")),
        "does not match"));
}

TEST_CASE("a_name_header_without_a_name_in_the_body_is_a_mismatch") {
    for (const auto* const params : {"", R"("name":1)", R"("name":null)", R"("uri":"foo")"}) {
        CAPTURE(params);
        CHECK(is_mismatch(
            check_request("tools/call", "foo", make_call("tools/call", params, good_meta)),
            "params.name"));
    }
    // Nothing is mirrored for lists, so the header means nothing there.
    CHECK_FALSE(check_request("tools/list", "foo", make_call("tools/list", "", good_meta)).code);
}

TEST_CASE("long_values_are_cut_in_texts_between_characters") {
    std::string sent(70, 'a');
    std::string name;
    for (int i = 0; i < 100; ++i) name += "世";
    sent += std::string(500, 'b');
    const auto found = check_name(sent, name);
    CHECK(found.code == errc::header_mismatch);
    CHECK(found.detail.size() < 260);
    CHECK(found.detail.find(std::string(70, 'a') + std::string(10, 'b') + "...'") !=
          std::string::npos);
    CHECK(sanitize_utf8(found.detail) == found.detail);
    const std::string exact(80, 'c');
    CHECK(check_name(exact, "x").detail.find("'" + exact + "'") != std::string::npos);
}

TEST_CASE("notifications_need_headers_only_where_they_contradict") {
    const auto plain = R"({"jsonrpc":"2.0","method":"notifications/cancelled"})"s;
    const auto with_meta = [](std::string_view value) {
        return R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"_meta":)"
               R"({"io.modelcontextprotocol/protocolVersion":)" +
               std::string{value} + "}}}";
    };
    CHECK_FALSE(check({}, plain).code);
    CHECK_FALSE(check({version}, plain).code);
    CHECK_FALSE(check({}, with_meta("\"2026-07-28\"")).code);
    CHECK_FALSE(check({version}, with_meta("\"2026-07-28\"")).code);
    CHECK(check({{"MCP-Protocol-Version", "1900-01-01"}}, plain).code ==
          errc::unsupported_protocol_version);
    CHECK(check({}, with_meta("\"1900-01-01\"")).code == errc::unsupported_protocol_version);
    CHECK(check({version}, with_meta("\"1900-01-01\"")).code == errc::header_mismatch);
    CHECK(check({version}, with_meta("1")).code == errc::invalid_params);
    CHECK_FALSE(check({{"Mcp-Method", "notifications/cancelled"}}, plain).code);
    CHECK(is_mismatch(check({{"Mcp-Method", "notifications/other"}}, plain), "Mcp-Method"));
}

TEST_CASE("responses_are_not_sent_by_modern_clients") {
    CHECK(check({version}, R"({"jsonrpc":"2.0","id":1,"result":{}})").code ==
          errc::invalid_request);
}

TEST_CASE("a_message_claims_the_modern_era_by_its_meta_or_its_headers") {
    const auto plain = R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})"s;
    const auto modern = make_call("tools/list", "", good_meta);
    const header_field session{"Mcp-Session-Id", "s"};
    const header_field legacy{"MCP-Protocol-Version", "2025-11-25"};
    const header_field unknown{"MCP-Protocol-Version", "1900-01-01"};
    const header_field method_header{"Mcp-Method", "tools/list"};

    CHECK(claims({}, modern));
    CHECK(claims({legacy}, modern));
    CHECK(claims({session}, modern));
    CHECK(claims({}, make_call("tools/list", "",
                               R"("io.modelcontextprotocol/protocolVersion":"2025-11-25")")));
    CHECK(claims({version}, plain));
    CHECK(claims({unknown}, plain));
    CHECK(claims({method_header}, plain));
    CHECK(claims({legacy, method_header}, plain));

    CHECK_FALSE(claims({}, plain));
    CHECK_FALSE(claims({legacy}, plain));
    CHECK_FALSE(claims({session, version}, plain));
    CHECK_FALSE(claims({session, unknown}, plain));
    CHECK_FALSE(claims({session, method_header}, plain));
    const auto opening = make_call("initialize", R"("protocolVersion":"2025-11-25")", "");
    const header_field opening_header{"Mcp-Method", "initialize"};
    for (const auto& kept : {legacy, version}) CHECK_FALSE(claims({kept, opening_header}, opening));
    CHECK_FALSE(claims({}, make_call("tools/list", "", R"("progressToken":1)")));
    for (const auto each : all_revisions)
        CHECK(claims({{"MCP-Protocol-Version", to_string(each)}}, plain) ==
              (era_of(each) == era::modern));
}

TEST_CASE("a_retry_has_the_types_of_the_schema") {
    for (const std::string members : {R"("inputResponses":null)", R"("requestState":7)",
                                      R"("inputResponses":{"a":{},"b":7})"}) {
        const auto text = make_call("tools/call", R"("name":"t",)" + members, good_meta);
        CHECK(check_request("tools/call", "t", text).code == errc::invalid_params);
    }
}

} // namespace
} // namespace mcpgw
