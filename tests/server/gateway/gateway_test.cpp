// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/gateway.hpp"

#include "tests/support/gateway_world.hpp"

#include <boost/json/array.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace mcpgw::gateway_test {

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

TEST_CASE("log_level_must_be_a_known_name") {
    gateway_world world;
    gateway_client client{world, {}};
    for (const std::string bad : {R"("level":"loud")", R"("level":7)", R"("x":1)"}) {
        CAPTURE(bad);
        const auto error = client.send("logging/setLevel", bad)->error();
        CHECK(error.at("code") == -32602);
        CHECK(error.at("message").as_string().find("notice") != std::string::npos);
    }
    CHECK_FALSE(client.session().log_level);
    client.request("logging/setLevel", R"("level":"error")");
    CHECK(client.session().log_level == parse_log_level("error"));
}

TEST_CASE("stopped_gateway_refuses_requests_and_is_not_ready") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::demo());
    gateway_client client{world, {}};
    CHECK_FALSE(world.front().readiness(false).has_error());
    world.front().stop();
    CHECK(world.front().readiness(false).has_error());
    for (const char* const name : {"tools/list", "ping", "no/such"}) {
        const auto call = client.send(name);
        CHECK(call->error().at("data").at("code") == "GATEWAY_STOPPING");
        CHECK(call->http_status() == 503);
    }
}

TEST_CASE("gateway_is_not_ready_while_a_kept_child_starts") {
    gateway_world world{exposing(exposure::all)};
    auto kept = gateway_world::demo();
    kept.start = start_policy::pre_warm;
    world.add(kept);
    CHECK_FALSE(world.front().readiness(false).has_error());
    world.upstreams().start_kept(true, 8);
    const auto ready = world.front().readiness(false);
    REQUIRE(ready.has_error());
    CHECK(ready.error().code == errc::server_busy);
    CHECK(ready.error().message() == "servers that are being started: demo");
    world.run_until([&] { return !world.front().readiness(false).has_error(); });
    CHECK(world.upstreams().find("demo")->status().state == upstream_state::running);
}

} // namespace mcpgw::gateway_test
