// SPDX-License-Identifier: Apache-2.0
#include "server/stages/outgoing_call.hpp"

#include "tests/support/gateway_world.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

#include <string>

namespace mcpgw::gateway_test {

TEST_CASE("capabilities_of_the_client_reach_a_modern_server") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("new", {"modern"}));
    gateway_client old_client{
        world, able(era::legacy, R"({"roots":{"listChanged":true},"sampling":{},"tasks":{}})")};
    const auto seen = json::parse(text_of(old_client.call("new__inspect")));
    const auto& meta = seen.at("params").at("_meta");
    // Of roots only that they exist: their changes are not told to modern servers.
    CHECK(meta.at("io.modelcontextprotocol/clientCapabilities") ==
          json::value({{"roots", json::object{}}, {"sampling", json::object{}}}));
    CHECK(meta.at("io.modelcontextprotocol/clientInfo").at("name") == "mcp-gateway");
    gateway_client new_client{world, able(era::modern, R"({"sampling":{"x":1.0}})")};
    const auto text = text_of(new_client.call("new__inspect"));
    CHECK(text.find(R"("io.modelcontextprotocol/clientCapabilities":{"sampling":{"x":1.0}})") !=
          text.npos);
}

} // namespace mcpgw::gateway_test
