// SPDX-License-Identifier: Apache-2.0
#include "protocol/bridge/era_bridge.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace mcpgw {
namespace {

constexpr auto legacy = era::legacy;
constexpr auto modern = era::modern;
constexpr std::string_view info = R"({"name":"up","version":"1"})";

result_context context(era upstream, era client, bool is_cacheable = false,
                       std::string_view server_info = {}) {
    result_context c;
    c.upstream_era = upstream;
    c.client_era = client;
    c.is_cacheable = is_cacheable;
    c.server_info = server_info;
    return c;
}

struct row {
    std::string_view in;
    std::string_view out;
};

message_text sent_text(const std::string& params, const params_route& route) {
    const auto member = params.empty() ? "" : R"(,"params": )" + params;
    const shared_text text{R"({"jsonrpc":"2.0","id":1,"method":"m")" + member + "}"};
    return params_for_upstream(text, scan_envelope(text).value(), route);
}

/// What of params reaches an upstream.
std::string sent(std::string_view params, era client, era upstream, std::string_view key = {},
                 std::string_view value = {}) {
    return sent_text(std::string{params}, {client, upstream, key, value}).str();
}

} // namespace

TEST_CASE("params_lose_meta_and_keep_every_other_byte") {
    const std::vector<row> rows{
        {"", ""},
        {"{}", ""},
        {R"({"_meta":{"progressToken":1}})", ""},
        {R"({"_meta":{},"name":"x","arguments":{"n":1.0,"big":12345678901234567890}})",
         R"("name":"x","arguments":{"n":1.0,"big":12345678901234567890})"},
        {R"({"name":"x","arguments":{"_meta":{"keep":1}},"_meta":{"drop":1}})",
         R"("name":"x","arguments":{"_meta":{"keep":1}})"},
        {R"({ "a" : 1e400 , "b" : "\u00e4\/" })", R"("a" : 1e400 , "b" : "\u00e4\/")"},
        {R"({ "a" : 1 , "_meta" : {"x":[1]} , "b" : "," })", R"("a" : 1,"b" : ",")"},
        {R"({ "_meta" : {} , "b":"{ ,}", "c":"_meta" } )", R"("b":"{ ,}", "c":"_meta")"},
        {R"({ "b" : 1 , "_meta" : {} })", R"("b" : 1)"},
        {R"( { "_meta"  :  { } } )", ""},
    };
    for (const auto& r : rows)
        for (const auto client : {legacy, modern})
            for (const auto upstream : {legacy, modern}) {
                CAPTURE(r.in);
                CHECK(sent(r.in, client, upstream) == r.out);
            }
}

TEST_CASE("a_result_with_one_cache_hint_gets_the_other_and_none_twice") {
    const auto cacheable = context(legacy, modern, true);
    CHECK(result_for_client(R"({"cacheScope":"public"})", cacheable) ==
          R"({"resultType":"complete","ttlMs":0,"cacheScope":"public"})");
    CHECK(result_for_client(R"({"ttlMs":5})", cacheable) ==
          R"({"resultType":"complete","ttlMs":5,"cacheScope":"private"})");
}

TEST_CASE("retry_members_reach_modern_servers_only") {
    constexpr std::string_view params =
        R"({"name":"x","inputResponses":{"a":{"action":"accept"}},"requestState":"s"})";
    constexpr std::string_view all =
        R"("name":"x","inputResponses":{"a":{"action":"accept"}},"requestState":"s")";
    CHECK(sent(params, modern, modern) == all);
    CHECK(sent(params, modern, legacy) == R"("name":"x")");
    // To a legacy client these are names like any other.
    CHECK(sent(params, legacy, legacy) == all);
}

TEST_CASE("members_that_are_left_out_may_stand_anywhere") {
    const std::vector<row> rows{
        {R"({"requestState":"s","_meta":{},"name":"d","inputResponses":{}})", R"("name":"x")"},
        {R"({"a":1,"requestState":"s","inputResponses":{},"b":2,"_meta":{},"name":"d"})",
         R"("a":1,"b":2,"name":"x")"},
        {R"({ "name" : "d" , "requestState" : "s" , "_meta" : {} , "a" : 1 })",
         R"("name":"x","a" : 1)"},
        {R"({"inputResponses":{},"_meta":{},"requestState":"s"})", ""},
    };
    for (const auto& r : rows) {
        CAPTURE(r.in);
        CHECK(sent(r.in, modern, legacy, "name", R"("x")") == r.out);
    }
}

TEST_CASE("one_member_of_params_is_replaced_by_raw_json") {
    const std::vector<row> rows{
        {R"({"name":"demo__x","arguments":{"name":"keep"}})",
         R"("name":"x","arguments":{"name":"keep"})"},
        {R"({"arguments":{},"_meta":{"name":"m"},"name":"demo__x"})",
         R"("arguments":{},"name":"x")"},
        {R"({"other":1})", R"("other":1)"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.in);
        CHECK(sent(r.in, legacy, modern, "name", R"("x")") == r.out);
        CHECK(sent(r.in, modern, legacy, "name", R"("x")") == r.out);
    }
    CHECK(sent(R"({"ref":{"type":"ref/prompt","name":"demo__x"},"name":"keep"})", legacy, legacy,
               "ref", "{}") == R"("ref":{},"name":"keep")");
}

TEST_CASE("meta_of_one_hop_stays_behind_and_the_rest_travels_on") {
    const std::vector<row> rows{
        {"", ""},
        {"{}", ""},
        {R"({"progressToken":7})", ""},
        {R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
         R"("io.modelcontextprotocol/clientInfo":{},)"
         R"("io.modelcontextprotocol/clientCapabilities":{},)"
         R"("io.modelcontextprotocol/logLevel":"debug",)"
         R"("io.modelcontextprotocol/subscriptionId":3,"progressToken":"t"})",
         ""},
        {R"({"traceparent":"00-ab-cd-01","progressToken":1,"com.example/x":{"n":1.0}})",
         R"("traceparent":"00-ab-cd-01","com.example/x":{"n":1.0})"},
        {R"({"io.modelcontextprotocol/other":12345678901234567890})",
         R"("io.modelcontextprotocol/other":12345678901234567890)"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.in);
        CHECK(meta_for_upstream(r.in) == r.out);
    }
}

TEST_CASE("result_within_one_era_keeps_its_bytes") {
    const std::vector<std::string_view> results{
        "{}",
        R"({ "content" : [] , "x" : 1.0 })",
        R"({"resultType":"complete","ttlMs":5,"structuredContent":{"a":1},"_meta":{}})",
        "null",
        "[1]",
    };
    for (const auto text : results) {
        CAPTURE(text);
        CHECK(result_for_client(text, context(legacy, legacy, true, info)) == text);
    }
    constexpr std::string_view complete = R"({ "resultType":"complete", "n":1.0 })";
    CHECK(result_for_client(complete, context(modern, modern, false, info)) == complete);
}

TEST_CASE("result_of_legacy_server_becomes_modern") {
    const std::vector<row> rows{
        {"{}", R"({"resultType":"complete"})"},
        {R"({"content":[],"n":1.0,"big":12345678901234567890})",
         R"({"resultType":"complete","content":[],"n":1.0,"big":12345678901234567890})"},
        {R"({"_meta":{"a":1},"content":[]})",
         R"({"resultType":"complete","content":[],"_meta":{"a":1}})"},
        {R"({"_meta":{},"content":[]})", R"({"resultType":"complete","content":[]})"},
        {R"({"content":[{"type":"text","text":"\ud83d\ude00 type"}]})",
         R"({"resultType":"complete","content":[{"type":"text","text":"\ud83d\ude00 type"}]})"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.in);
        CHECK(result_for_client(r.in, context(legacy, modern)) == r.out);
    }
}

TEST_CASE("modern_result_names_the_server_once") {
    const auto named = context(legacy, modern, false, info);
    const std::string mark = R"("io.modelcontextprotocol/serverInfo":)";
    CHECK(result_for_client("{}", named) ==
          R"({"resultType":"complete","_meta":{)" + mark + R"({"name":"up","version":"1"}}})");
    CHECK(result_for_client(R"({"_meta":{"a":1}})", named) ==
          R"({"resultType":"complete","_meta":{"a":1,)" + mark +
              R"({"name":"up","version":"1"}}})");
    // What the server said of itself stands.
    CHECK(result_for_client(R"({"_meta":{)" + mark + R"({"name":"own"},"a":1}})", named) ==
          R"({"resultType":"complete","_meta":{"a":1,)" + mark + R"({"name":"own"}}})");
}

TEST_CASE("cacheable_result_says_for_how_long") {
    const auto cacheable = context(legacy, modern, true);
    CHECK(result_for_client(R"({"contents":[]})", cacheable) ==
          R"({"resultType":"complete","contents":[],"ttlMs":0,"cacheScope":"private"})");
    CHECK(result_for_client("{}", cacheable) ==
          R"({"resultType":"complete","ttlMs":0,"cacheScope":"private"})");
    CHECK(result_for_client(R"({"contents":[],"ttlMs":60000,"cacheScope":"public"})", cacheable) ==
          R"({"resultType":"complete","contents":[],"ttlMs":60000,"cacheScope":"public"})");
}

TEST_CASE("modern_server_that_leaves_out_the_result_type_gets_it") {
    CHECK(result_for_client(R"({"content":[]})", context(modern, modern)) ==
          R"({"resultType":"complete","content":[]})");
}

TEST_CASE("result_of_modern_server_becomes_legacy") {
    const std::string server = R"("io.modelcontextprotocol/serverInfo":{"name":"s"})";
    const std::vector<row> rows{
        {R"({"resultType":"complete"})", "{}"},
        {R"({"resultType":"complete","content":[],"ttlMs":1,"cacheScope":"private","n":1.0})",
         R"({"content":[],"n":1.0})"},
        {R"({"resultType":"complete","structuredContent":{"resultType":"keep"}})",
         R"({"structuredContent":{"resultType":"keep"}})"},
        {R"({"structuredContent":[1],"content":[]})",
         R"({"structuredContent":{"result":[1]},"content":[]})"},
        {R"({"_meta":{"a":12345678901234567890}})", R"({"_meta":{"a":12345678901234567890}})"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.in);
        CHECK(result_for_client(r.in, context(modern, legacy, true, info)) == r.out);
    }
    CHECK(result_for_client(R"({"content":[],"_meta":{)" + server + "}}",
                            context(modern, legacy)) == R"({"content":[]})");
    CHECK(result_for_client(R"({"_meta":{"a":1,)" + server + R"(,"b":2}})",
                            context(modern, legacy)) == R"({"_meta":{"a":1,"b":2}})");
}

TEST_CASE("result_that_is_no_object_is_left_alone") {
    const shared_text text{R"({"jsonrpc":"2.0","id":1,"result": [1.0] })"};
    const auto response = scan_envelope(text).value();
    for (const auto client : {legacy, modern})
        for (const auto upstream : {legacy, modern}) {
            const auto to = context(upstream, client, true, info);
            CHECK(result_for_client("[1.0]", to) == "[1.0]");
            CHECK(result_for_client(text, response, to).str() == "[1.0]");
        }
}

TEST_CASE("errors_cross_the_eras_by_the_table") {
    struct error_case {
        era upstream, client;
        std::string_view method_name;
        std::string_view in, out;
    };
    constexpr std::string_view read = "resources/read";
    constexpr std::string_view call = "tools/call";
    const std::vector<error_case> cases{
        // What both eras know stays as it is.
        {legacy, legacy, call, R"({"code":-32602,"message":"m","data":[1.0]})",
         R"({"code":-32602,"message":"m","data":[1.0]})"},
        {legacy, modern, call, R"({"code":-32602,"message":"m"})",
         R"({"code":-32602,"message":"m"})"},
        {modern, legacy, call, R"({"code":-32601,"message":"m"})",
         R"({"code":-32601,"message":"m"})"},
        {legacy, modern, call, R"({"code":-1,"message":"m","data":{"x":1}})",
         R"({"code":-1,"message":"m","data":{"x":1}})"},
        // Resource not found moved.
        {legacy, modern, read, R"({"code":-32002,"message":"gone"})",
         R"({"code":-32602,"message":"gone","data":{"uri":"u:1"}})"},
        {modern, legacy, read, R"({"code":-32602,"message":"gone","data":{"uri":"u:1"}})",
         R"({"code":-32002,"message":"gone","data":{"uri":"u:1"}})"},
        {modern, legacy, read, R"({"code":-32602,"message":"bad"})",
         R"({"code":-32602,"message":"bad"})"},
        {legacy, legacy, read, R"({"code":-32002,"message":"gone"})",
         R"({"code":-32002,"message":"gone"})"},
        // Codes that mean something else, or nothing, in the other era.
        {legacy, modern, call, R"({"code":-32002,"message":"m"})",
         R"({"code":-32603,"message":"m","data":{"upstreamCode":-32002}})"},
        {legacy, modern, call,
         R"({"code":-32042,"message":"url","data":{"elicitations":[{"url":"https://x/"}]}})",
         R"({"code":-32603,"message":"url; open https://x/","data":{"upstreamCode":-32042,)"
         R"("elicitations":[{"url":"https://x/"}]}})"},
        {legacy, legacy, call, R"({"code":-32042,"message":"url"})",
         R"({"code":-32042,"message":"url"})"},
        {legacy, modern, call, R"({"code":-32021,"message":"m"})",
         R"({"code":-32603,"message":"m","data":{"upstreamCode":-32021}})"},
        {legacy, modern, call, R"({"code":-32099,"message":"m"})",
         R"({"code":-32603,"message":"m","data":{"upstreamCode":-32099}})"},
        {modern, legacy, call, R"({"code":-32020,"message":"m"})",
         R"({"code":-32603,"message":"m","data":{"upstreamCode":-32020}})"},
        {modern, legacy, call,
         R"({"code":-32021,"message":"m","data":{"requiredCapabilities":{}}})",
         R"({"code":-32600,"message":"m",)"
         R"("data":{"upstreamCode":-32021,"requiredCapabilities":{}}})"},
        {modern, legacy, call, R"({"code":-32022,"message":"m"})",
         R"({"code":-32603,"message":"m","data":{"upstreamCode":-32022}})"},
        {modern, legacy, call, R"({"code":-32023,"message":"m"})",
         R"({"code":-32023,"message":"m"})"},
        // A capability that the client lacks is the client's own business; headers and versions
        // are between the gateway and the server.
        {modern, modern, call,
         R"({"code":-32021,"message":"m","data":{"requiredCapabilities":{}}})",
         R"({"code":-32021,"message":"m","data":{"requiredCapabilities":{}}})"},
        {modern, modern, call, R"({"code":-32020,"message":"m"})",
         R"({"code":-32603,"message":"m","data":{"upstreamCode":-32020}})"},
        // Errors of servers that do not know the form.
        {legacy, modern, call, R"({"code":-32002})",
         R"({"code":-32603,"message":"error","data":{"upstreamCode":-32002}})"},
        {legacy, modern, call, "{}", "{}"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.in, to_string(c.upstream), to_string(c.client), c.method_name);
        CHECK(error_for_client(c.in, context(c.upstream, c.client), c.method_name, R"("u:1")") ==
              c.out);
    }
}

TEST_CASE("wanted_url_reaches_older_clients_as_text") {
    auto c = context(legacy, legacy);
    c.client = revision::r2025_06_18;
    CHECK(error_for_client(
              R"({"code":-32042,"message":"m","data":{"elicitations":[{"url":"https://x/"}]}})", c,
              "tools/call", {}) ==
          R"({"code":-32600,"message":"m; open https://x/","data":{"upstreamCode":-32042,)"
          R"("elicitations":[{"url":"https://x/"}]}})");
}

TEST_CASE("missing_capability_is_told_to_a_client_that_did_not_declare_it") {
    struct capability_case {
        std::string_view required, declared;
        bool is_told;
    };
    const std::vector<capability_case> cases{
        {R"({"sampling":{}})", "", true},
        {R"({"sampling":{}})", R"({"sampling":{}})", false},
        {R"({"sampling":{"tools":{}}})", R"({"sampling":{}})", true},
        {R"({"elicitation":{"form":{}}})", R"({"elicitation":{}})", false},
        {R"({"elicitation":{"form":{}}})", R"({"elicitation":{"url":{}}})", true},
        {R"({"elicitation":{"url":{}}})", R"({"elicitation":{"form":{}}})", true},
        {"{}", R"({"sampling":{}})", true},
    };
    for (const auto& c : cases) {
        CAPTURE(c.required, c.declared);
        auto at = context(modern, modern);
        at.client_capabilities = c.declared;
        const auto error = R"({"code":-32021,"message":"m","data":{"requiredCapabilities":)" +
                           std::string{c.required} + "}}";
        CHECK((error_for_client(error, at, "tools/call", {}) == error) == c.is_told);
    }
}

TEST_CASE("missing_resource_without_a_known_uri_is_still_valid_json") {
    CHECK(error_for_client(R"({"code":-32002,"message":"m"})", context(legacy, modern),
                           "resources/read",
                           {}) == R"({"code":-32602,"message":"m","data":{"uri":null}})");
}

TEST_CASE("questions_of_an_unfinished_result_come_in_order") {
    const auto list = input_requests(
        R"({"resultType":"input_required","inputRequests":{)"
        R"("b":{"method":"elicitation/create","params":{"message":"n 1.0","x":1.0}},)"
        R"("a \u00e4":{"method":"roots/list"},"odd":{"method":7,"params":{}}}})");
    REQUIRE(list.size() == 3);
    CHECK(list[0].key_json == R"("b")");
    CHECK(list[0].method == "elicitation/create");
    CHECK(list[0].params == R"({"message":"n 1.0","x":1.0})");
    CHECK(list[1].key_json == R"("a \u00e4")");
    CHECK(list[1].method == "roots/list");
    CHECK(list[1].params.empty());
    CHECK(list[2].method.empty());
}

TEST_CASE("result_without_questions_has_none") {
    for (const std::string_view text :
         {"{}", R"({"inputRequests":{}})", R"({"inputRequests":[1]})", R"({"inputRequests":null})",
          R"({"requestState":"s"})", "[]"}) {
        CAPTURE(text);
        CHECK(input_requests(text).empty());
    }
}

TEST_CASE("a_long_argument_crosses_without_a_copy") {
    const auto large = R"({"text":")" + std::string(100'000, 'x') + "\"}";
    const auto members = sent_text(R"({"_meta":{"progressToken":1},"name":"demo__x","arguments":)" +
                                       large + R"(,"requestState":"s"})",
                                   {modern, legacy, "name", R"("x")"});
    CHECK(members.str() == R"("name":"x","arguments":)" + large);
    CHECK(members.middle.size() > large.size());
    CHECK(members.before.size() + members.after.size() < 100);
}

TEST_CASE("a_long_result_crosses_without_a_copy") {
    const auto large = R"([{"type":"text","text":")" + std::string(100'000, 'x') + "\"}]";
    const auto result = R"({"content":)" + large + R"(,"_meta":{"a":1}})";
    const auto modern_result =
        R"({"resultType":"complete","content":)" + large + R"(,"_meta":{"a":1}})";
    const auto cross = [&](const std::string& from, era server, era client) {
        const shared_text text{R"({"jsonrpc":"2.0","id":1,"result":)" + from + "}"};
        const auto shown =
            result_for_client(text, scan_envelope(text).value(), context(server, client));
        CHECK(shown.str() == result_for_client(from, context(server, client)));
        CHECK(!shown.middle.empty());
        CHECK(shown.before.size() + shown.after.size() < 1000);
        return shown.str();
    };
    CHECK(cross(result, legacy, legacy) == result);
    CHECK(cross(modern_result, modern, modern) == modern_result);
    CHECK(cross(result, legacy, modern) == modern_result);
    CHECK(cross(modern_result, modern, legacy) == result);
}

} // namespace mcpgw
