// SPDX-License-Identifier: Apache-2.0
// What all requests to a remote server have; the code under test is
// children/remote/remote_channel.cpp.
#include "tests/support/fake_remote.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string_view>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

constexpr std::string_view discovery =
    R"({"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"resultType":"complete"})";
/// What its other methods answer.
constexpr std::string_view lists = R"({"tools":[],"content":[],"resultType":"complete"})";

} // namespace

TEST_CASE("configured_headers_and_token_go_with_every_request") {
    auto options = fake_options();
    options.remote.headers = {{"X-Api-Key", "k"}};
    options.remote.bearer_token = "t";
    remote_world world{[](const auto& request, const auto& /*connection*/) {
                           const auto id = fake_remote::id_of(request);
                           const bool is_first = fake_remote::name_of(request) == "server/discover";
                           return fake_reply{
                               json_response(result_of(id, is_first ? discovery : lists))};
                       },
                       options};
    REQUIRE(world.child.call("echo").has_value());
    for (const auto* const method_name : {"server/discover", "tools/list", "tools/call"}) {
        const auto request = world.server.received(method_name).at(0);
        CHECK(request.field("x-api-key") == "k");
        CHECK(request.field("authorization") == "Bearer t");
    }
}
