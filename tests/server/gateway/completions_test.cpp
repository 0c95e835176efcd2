// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/completions.hpp"

#include "tests/support/gateway_world.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include <string>

namespace mcpgw::gateway_test {

namespace {

client_traits speaking(era spoken, const std::string& scope = {}) {
    client_traits traits;
    traits.spoken = spoken;
    traits.scope = scope;
    return traits;
}

constexpr std::string_view rest = R"("argument":{"name":"x","value":"v"},)"
                                  R"("context":{"arguments":{"y":"w"}})";

std::string of_prompt(const std::string& name) {
    return R"("ref":{"type":"ref/prompt","name":")" + name + R"("},)" + std::string{rest};
}
std::string of_template(const std::string& uri) {
    return R"("ref":{"type":"ref/resource","uri":")" + uri + R"("},)" + std::string{rest};
}

/// The request as the server got it: its only completion.
json::value seen_by_server(gateway_client& client, const std::string& members) {
    const auto result = client.request("completion/complete", members);
    INFO(json::serialize(result));
    const auto& values = result.at("completion").at("values").as_array();
    REQUIRE(values.size() == 1);
    return json::parse(values[0].as_string()).at("params");
}

} // namespace

TEST_CASE("completion_goes_to_the_server_that_has_the_prompt_or_template") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::fake("first", {"modern"}));
    world.add(gateway_world::fake("old", {"legacy", "prompts", "completes"}));
    world.add(gateway_world::fake("new", {"modern", "prompts", "completes"}));
    for (const auto spoken : {era::legacy, era::modern}) {
        gateway_client client{world, speaking(spoken)};
        for (const std::string name : {"old", "new"}) {
            const auto seen = seen_by_server(client, of_prompt(name + "__ask"));
            CHECK(seen.at("ref") == json::value{{"type", "ref/prompt"}, {"name", "ask"}});
            CHECK(seen.at("argument").at("value") == "v");
            CHECK(seen.at("context").at("arguments").at("y") == "w");
            // A modern request has its envelope, a legacy one has none.
            CHECK(seen.as_object().contains("_meta") == (name == "new"));
        }
        // Both have the template; the first in the configuration answers, for its URIs too.
        for (const std::string uri : {"fake://t/{x}", "fake://t/1"}) {
            const auto seen = seen_by_server(client, of_template(uri));
            CHECK(seen.at("ref").at("uri").as_string() == uri);
            CHECK_FALSE(seen.as_object().contains("_meta"));
        }
        gateway_client alone{world, speaking(spoken, "new")};
        CHECK(seen_by_server(alone, of_prompt("ask")).at("ref").at("name") == "ask");
    }
}

TEST_CASE("completion_context_stays_behind_before_servers_that_do_not_know_it") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("ancient", {"legacy", "2024", "prompts"}));
    world.add(gateway_world::demo());
    for (const auto spoken : {era::legacy, era::modern}) {
        gateway_client client{world, speaking(spoken)};
        // A server of 2024-11-05 may complete without having declared it.
        const auto seen = seen_by_server(client, of_prompt("ancient__ask"));
        CHECK_FALSE(seen.as_object().contains("context"));
        CHECK(seen.at("argument").at("name") == "x");
    }
}

TEST_CASE("server_that_does_not_complete_beside_one_that_does_has_no_suggestions") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("mute", {"legacy", "prompts"}));
    world.add(gateway_world::demo());
    gateway_client old_client{world, speaking(era::legacy)};
    CHECK(old_client.send("completion/complete", of_prompt("mute__ask"))->raw_result() ==
          R"({"completion":{"values":[],"total":0,"hasMore":false}})");
    gateway_client new_client{world, speaking(era::modern)};
    const auto result = new_client.request("completion/complete", of_prompt("mute__ask"));
    CHECK(result.at("resultType") == "complete");
    CHECK(result.at("completion").at("values").as_array().empty());
    CHECK(result.at("_meta").at("io.modelcontextprotocol/serverInfo").at("name") == "fake");
}

TEST_CASE("completion_is_no_method_where_nothing_completes") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("mute", {"legacy", "prompts"}));
    world.add(gateway_world::demo());
    gateway_client client{world, speaking(era::modern, "mute")};
    const auto call = client.send("completion/complete", of_prompt("ask"));
    CHECK(call->error().at("code") == -32601);
    CHECK(call->http_status() == 404);
}

} // namespace mcpgw::gateway_test
