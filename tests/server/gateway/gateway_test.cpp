// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/gateway.hpp"

#include "tests/support/gateway_world.hpp"

#include <boost/json/array.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace mcpgw::gateway_test {

namespace {

client_traits modern() {
    client_traits traits;
    traits.spoken = era::modern;
    return traits;
}

client_traits scoped(const std::string& child, era spoken = era::legacy) {
    client_traits traits;
    traits.spoken = spoken;
    traits.scope = child;
    return traits;
}

std::string data_code(const json::value& error) {
    return std::string{error.at("data").at("code").as_string()};
}

} // namespace

TEST_CASE("call_of_a_childs_tool_passes_arguments_and_meta_through_unchanged") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("old", {"legacy"}));
    world.add(gateway_world::fake("new", {"modern"}));
    const std::string arguments = R"({ "n":1.0,"big":12345678901234567890,"s":"\u00e4\/" })";
    const std::string meta = R"("traceparent":"00-a-b-01","progressToken":"mine")";
    for (const auto& traits : {client_traits{}, modern()}) {
        gateway_client client{world, traits};
        for (const std::string name : {"old", "new"}) {
            const auto seen = text_of(client.call(name + "__inspect", arguments, meta));
            CAPTURE(seen);
            CHECK(seen.find(R"("arguments":)" + arguments) != seen.npos);
            CHECK(seen.find(R"("name":"inspect")") != seen.npos);
            CHECK(seen.find(R"("traceparent":"00-a-b-01")") != seen.npos);
            // The token is the gateway's own, and keys of one hop are of that hop's era.
            CHECK(seen.find("mine") == seen.npos);
            CHECK(seen.find(R"("progressToken":)") != seen.npos);
            CHECK((seen.find("io.modelcontextprotocol/protocolVersion") != seen.npos) ==
                  (name == "new"));
        }
    }
}

TEST_CASE("params_that_need_no_change_reach_the_server_byte_for_byte") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client client{world, scoped("old")};
    const std::string members = R"( "x" : [ 1.0 ] , "name":"insp\u0065ct","arguments": {} )";
    const auto seen = text_of(client.request("tools/call", members));
    CAPTURE(seen);
    CHECK(seen.ends_with(R"("params":{"x" : [ 1.0 ] , "name":"insp\u0065ct","arguments": {}}})"));
    CHECK(text_of(client.request("tools/call", R"("name":"inspect")"))
              .ends_with(R"("params":{"name":"inspect"}})"));
}

TEST_CASE("results_of_both_eras_fit_clients_of_both") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("old", {"legacy"}));
    world.add(gateway_world::fake("new", {"modern"}));
    gateway_client old_client{world, {}};
    gateway_client new_client{world, modern()};
    const std::string structured =
        R"("structuredContent":{"f":1.0,"big":12345678901234567890,"text":"one\ntwo\nthree"})";
    for (const std::string name : {"old", "new"}) {
        const auto members = call_members(name + "__rich");
        const auto legacy_text = old_client.send("tools/call", members)->raw_result();
        const auto modern_call = new_client.send("tools/call", members);
        const auto modern_text = modern_call->raw_result();
        for (const auto& text : {legacy_text, modern_text}) {
            CAPTURE(text);
            CHECK(text.find(structured) != text.npos);
            CHECK(text.find(R"("com.example/trace":1.0)") != text.npos);
            CHECK(text.find(R"("extra":[1.0])") != text.npos);
        }
        CHECK(legacy_text.find("resultType") == legacy_text.npos);
        CHECK(modern_call->result().at("resultType") == "complete");
        CHECK(modern_call->http_status() == 200);
    }
    // Structured content that is no object is wrapped for legacy clients.
    CHECK(old_client.call("new__listing").at("structuredContent").at("result").is_array());
    CHECK(new_client.call("new__listing").at("structuredContent").is_array());
}

TEST_CASE("json_rpc_error_of_a_child_reaches_the_client_as_it_is") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client client{world, {}};
    const auto call = client.send(
        "tools/call", call_members("old__refuse", R"({"code":-32050,"message":"not \"today\""})"));
    CHECK(call->error().at("code") == -32050);
    CHECK(call->error().at("message") == "not \"today\"");
    CHECK_FALSE(call->error().as_object().contains("data"));
    // To a modern client that code means nothing.
    gateway_client newer{world, modern()};
    const auto seen =
        newer.send("tools/call", call_members("old__refuse", R"({"code":-32050,"message":"no"})"))
            ->error();
    CHECK(seen.at("code") == -32603);
    CHECK(seen.at("data").at("upstreamCode") == -32050);
}

TEST_CASE("requests_that_make_no_sense_are_refused_with_a_reason") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::demo());
    struct row {
        std::string method, members;
        int code;
        std::string name, part;
    };
    const std::vector<row> rows{
        {"tools/call", "", -32602, "INVALID_PARAMS", "params.name"},
        {"tools/call", R"("name":7)", -32602, "INVALID_PARAMS", "params.name"},
        {"tools/call", R"("name":"nope")", -32602, "TOOL_NOT_FOUND", "nope"},
        {"prompts/get", "", -32602, "INVALID_PARAMS", "params.name"},
        {"prompts/get", R"("name":"nope")", -32602, "PROMPT_NOT_FOUND", "nope"},
        {"resources/read", R"("uri":null)", -32602, "INVALID_PARAMS", "params.uri"},
        {"completion/complete", "", -32602, "INVALID_PARAMS", "params.ref"},
        {"completion/complete", R"("ref":{"type":"ref/tool","name":"x"})", -32602, "INVALID_PARAMS",
         "ref/prompt"},
        {"completion/complete", R"("ref":{"type":"ref/prompt","name":"x"})", -32602,
         "PROMPT_NOT_FOUND", "params.ref"},
        {"completion/complete", R"("ref":{"type":"ref/resource","uri":"x:y"})", -32602,
         "RESOURCE_NOT_FOUND", "params.ref"},
        {"tools/list", R"("cursor":"abc")", -32602, "INVALID_PARAMS", "cursor"},
        {"resources/list", R"("cursor":"")", -32602, "INVALID_PARAMS", "cursor"},
        {"no/such/method", "", -32601, "METHOD_NOT_FOUND", "no/such/method"},
    };
    for (const auto& traits : {client_traits{}, modern()}) {
        gateway_client client{world, traits};
        for (const auto& r : rows) {
            CAPTURE(r.method, r.members);
            const auto call = client.send(r.method, r.members);
            const auto error = call->error();
            CHECK(error.at("code") == r.code);
            CHECK(data_code(error) == r.name);
            const std::string message{error.at("message").as_string()};
            CAPTURE(message);
            CHECK(message.find(r.part) != message.npos);
            const bool is_lost = r.code == -32601 && traits.spoken == era::modern;
            CHECK(call->http_status() == (is_lost ? 404 : 200));
        }
    }
}

TEST_CASE("gateway_has_no_methods_of_the_other_era") {
    gateway_world world;
    world.add(gateway_world::demo());
    gateway_client old_client{world, {}};
    gateway_client new_client{world, modern()};
    for (const char* const name : {"server/discover", "subscriptions/listen"})
        CHECK(old_client.send(name)->error().at("code") == -32601);
    for (const char* const name : {"initialize", "ping", "logging/setLevel", "resources/subscribe"})
        CHECK(new_client.send(name)->error().at("code") == -32601);
    CHECK(old_client.request("ping") == json::object{});
}

TEST_CASE("headers_of_annotated_parameters_must_match_the_arguments") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client client{world, modern()};
    const auto members = call_members("old__routed", R"({"region":"eu"})");

    const auto missing = client.send("tools/call", members);
    CHECK(missing->http_status() == 400);
    CHECK(missing->error().at("code").as_int64() == -32020);
    client.param_headers = {{"mcp-param-region", "us"}};
    const auto wrong = client.send("tools/call", members);
    CHECK(wrong->http_status() == 400);
    CHECK(wrong->error().at("message") ==
          "Header mismatch: Mcp-Param-Region value 'us' does not match params.arguments.region in "
          "the body");
    client.param_headers = {{"mcp-param-region", "eu"}, {"Mcp-Param-Zone", "unknown"}};
    CHECK(client.send("tools/call", members)->http_status() == 200);
    CHECK_FALSE(is_error(client.call("old__routed", R"({"region":"eu"})")));
    // What is not annotated needs none, and the schema of another tool does not matter.
    client.param_headers.clear();
    CHECK_FALSE(is_error(client.call("old__routed", R"({"region":null})")));
    CHECK_FALSE(is_error(client.call("old__inspect", R"({"region":"eu"})")));
    // Without such headers in its protocol, a client owes none.
    gateway_client legacy{world, {}};
    CHECK_FALSE(is_error(legacy.call("old__routed", R"({"region":"eu"})")));
}

TEST_CASE("unknown_tool_name_of_any_length_does_not_flood_the_error") {
    gateway_world world;
    gateway_client client{world, {}};
    const auto error = client.send("tools/call", call_members(std::string(100'000, 'x')))->error();
    CHECK(error.at("message").as_string().size() < 400);
}

TEST_CASE("lists_of_legacy_servers_may_be_kept_by_nobody") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client client{world, modern()};
    for (const char* const name :
         {"tools/list", "prompts/list", "resources/list", "resources/templates/list"}) {
        const auto list = client.request(name);
        CHECK(list.at("resultType") == "complete");
        CHECK(list.at("ttlMs") == 0);
        CHECK(list.at("cacheScope") == "private");
        CHECK(list.at("_meta").at("io.modelcontextprotocol/serverInfo").at("name") ==
              "mcp-gateway");
    }
    gateway_client old_client{world, {}};
    CHECK(old_client.request("tools/list").as_object().size() == 1);
}

TEST_CASE("resources_are_read_by_uri_and_by_template") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::demo());
    for (const auto& traits : {client_traits{}, modern()}) {
        gateway_client client{world, traits};
        const auto text = [&](const std::string& uri) {
            const auto result = client.request("resources/read", R"("uri":")" + uri + "\"");
            CHECK(result.at("contents").at(0).at("uri").as_string() == uri);
            return std::string{result.at("contents").at(0).at("text").as_string()};
        };
        CHECK(text("demo://greeting") == "Hello from the demo server.");
        CHECK(text("demo://numbers/12") == R"({"n":12,"square":144})");
        CHECK(text("mcp://server_summary").find(R"("total":1)") != std::string::npos);
        CHECK(text("mcp://children_servers").find(R"("server_id":"demo")") != std::string::npos);
        const auto logo = client.request("resources/read", R"("uri":"demo://logo")");
        CHECK(logo.at("contents").at(0).at("mimeType") == "image/png");
        CHECK(logo.at("contents").at(0).at("blob").as_string().size() > 100);
        CHECK(logo.as_object().contains("ttlMs") == (traits.spoken == era::modern));
    }
}

TEST_CASE("missing_resource_has_the_code_of_the_clients_era") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::demo());
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client old_client{world, {}};
    gateway_client new_client{world, modern()};
    // The first leads nowhere; the second matches a template, so the child is asked.
    for (const std::string uri : {"demo://nothing", "demo://numbers/x"}) {
        CAPTURE(uri);
        const auto members = R"("uri":")" + uri + "\"";
        const auto old_error = old_client.send("resources/read", members)->error();
        CHECK(old_error.at("code") == -32002);
        CHECK(old_error.at("data").at("uri").as_string() == uri);
        const auto new_error = new_client.send("resources/read", members)->error();
        CHECK(new_error.at("code") == -32602);
        CHECK(new_error.at("data").at("uri").as_string() == uri);
    }
}

TEST_CASE("resource_that_a_server_does_not_list_is_read_in_its_own_scope") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client merged{world, {}};
    CHECK(merged.send("resources/read", R"("uri":"fake://hidden")")->error().at("code") == -32002);
    gateway_client alone{world, scoped("old")};
    const auto call = alone.send("resources/read", R"("uri":"fake://hidden")");
    CHECK(call->raw_result() ==
          R"({"contents":[{"uri":"fake://hidden","text":"n = 1.0"}],"x":1.0})");
    gateway_client modern_alone{world, scoped("old", era::modern)};
    const auto missing = modern_alone.send("resources/read", R"("uri":"fake://none")")->error();
    CHECK(missing.at("code") == -32602);
    CHECK(missing.at("data").at("uri") == "fake://none");
}

TEST_CASE("prompts_and_completions_are_found_by_their_public_names") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::demo("one"));
    world.add(gateway_world::demo("two"));
    for (const auto& traits : {client_traits{}, modern()}) {
        gateway_client client{world, traits};
        const auto prompt =
            client.request("prompts/get", R"("name":"two__summarize","arguments":{"text":"T"})");
        CHECK(prompt.at("messages").at(0).at("content").at("text").as_string().ends_with("T"));
        const auto style = client.request("completion/complete",
                                          R"("ref":{"type":"ref/prompt","name":"two__summarize"},)"
                                          R"("argument":{"name":"style","value":"b"})");
        CHECK(style.at("completion").at("values") == json::array{"bullet points"});
        const auto number = client.request(
            "completion/complete", R"("argument":{"name":"n","value":"2"},)"
                                   R"("ref":{"uri":"demo://numbers/{n}","type":"ref/resource"})");
        CHECK(number.at("completion").at("values") == json::array{"2", "20"});
        // The child's own refusal comes back.
        const auto refused = client.send("prompts/get", R"("name":"one__summarize")");
        CHECK(refused->error().at("code") == -32602);
    }
    gateway_client alone{world, scoped("two")};
    const auto style =
        alone.request("completion/complete", R"("ref":{"type":"ref/prompt","name":"summarize"},)"
                                             R"("argument":{"name":"style","value":"sh"})");
    CHECK(style.at("completion").at("values") == json::array{"short"});
}

TEST_CASE("tool_named_like_one_of_the_gateways_own_is_not_listed_twice") {
    auto options = exposing(exposure::both);
    options.naming.prefix = prefix_policy::never;
    gateway_world world{options};
    world.add(gateway_world::fake("shadow", {"modern", "own-names"}));
    gateway_client client{world, {}};
    const auto names = client.names("tools/list", "tools");
    CHECK(std::ranges::count(names, "get_schema") == 1);
    // The gateway's own answers; the server's is reached through execute_child_tool.
    const auto own = client.call("get_schema", R"({"server_id":"shadow","tool_name":"inspect"})");
    CHECK(own.at("structuredContent").at("server_id") == "shadow");
    const auto other =
        client.call("execute_child_tool", R"({"server_id":"shadow","tool_name":"get_schema"})");
    CHECK(text_of(other).find("Unknown tool") != std::string::npos); // as this server answers it
    // Without own tools beside it, the server keeps the name.
    options.expose = exposure::all;
    gateway_world alone{options};
    alone.add(gateway_world::fake("shadow", {"modern", "own-names"}));
    gateway_client plain{alone, {}};
    CHECK(std::ranges::count(plain.names("tools/list", "tools"), "get_schema") == 1);
}

TEST_CASE("lists_of_modern_servers_are_kept_as_long_as_the_shortest_of_them_says") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("one", {"modern", "kept"}));
    gateway_client client{world, modern()};
    for (const char* const name : {"tools/list", "prompts/list", "resources/list",
                                   "resources/templates/list", "server/discover"}) {
        CAPTURE(name);
        client.names("tools/list", "tools"); // what has not told yet may change at any moment
        const auto result = client.request(name);
        CHECK(result.at("ttlMs").as_int64() > 30'000);
        CHECK(result.at("ttlMs").as_int64() <= 60'000);
        CHECK(result.at("cacheScope") == "public");
    }
    world.add(gateway_world::fake("two", {"modern"}));
    client.names("tools/list", "tools");
    for (const char* const name : {"tools/list", "server/discover"}) {
        const auto result = client.request(name);
        CHECK(result.at("ttlMs") == 0);
        CHECK(result.at("cacheScope") == "private");
    }
    // At its own endpoint a server's word counts alone.
    gateway_client alone{world, scoped("one", era::modern)};
    CHECK(alone.request("tools/list").at("cacheScope") == "public");
    CHECK(alone.request("server/discover").at("cacheScope") == "public");
}

TEST_CASE("resource_that_a_tool_linked_to_is_read_from_its_server") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::demo());
    world.add(gateway_world::fake("old", {"legacy"}));
    world.add(gateway_world::fake("new", {"modern"}));
    for (const auto& traits : {client_traits{}, modern()}) {
        gateway_client client{world, traits};
        const auto read = [&](const std::string& uri) {
            return client.send("resources/read", R"("uri":")" + uri + "\"");
        };
        if (traits.spoken == era::legacy)
            CHECK(read("fake://hidden")->error().at("code") == -32002);
        client.call("old__links");
        CHECK(read("fake://hidden")->result().at("contents").at(0).at("text") == "n = 1.0");
        CHECK(read("fake://inner")->result().at("contents").at(0).at("text") == "legacy");
        // The newest link counts, also where the gateway's own tool brought it.
        client.call("execute_child_tool", R"({"server_id":"new","tool_name":"links"})");
        CHECK(read("fake://inner")->result().at("contents").at(0).at("text") == "modern");
    }
}

TEST_CASE("link_that_another_client_saw_leads_nowhere") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::demo());
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client first{world, {}};
    first.call("old__links");
    gateway_client second{world, {}};
    gateway_client third{world, modern()};
    const auto uri = R"("uri":"fake://inner")";
    CHECK(first.send("resources/read", uri)->result().as_object().contains("contents"));
    CHECK(second.send("resources/read", uri)->error().at("code") == -32002);
    CHECK(third.send("resources/read", uri)->error().at("code") == -32602);
    // It can be watched as well.
    first.request("resources/subscribe", uri);
    CHECK(text_of(second.call("old__subscriptions")).find("fake://inner") != std::string::npos);
}

} // namespace mcpgw::gateway_test
