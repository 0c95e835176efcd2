// SPDX-License-Identifier: Apache-2.0
// The stream of a session that belongs to no call; the code under test is
// children/remote/session_stream.cpp.
#include "tests/support/fake_remote.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

constexpr std::string_view changed =
    R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})";

/// A legacy server without sessions; GET opens a stream, or what the test wants.
class streaming_server {
public:
    fake_reply operator()(const received_request& request, const connection_pointer& connection) {
        const auto name = fake_remote::name_of(request);
        if (name == "GET" && has_stream) {
            stream = connection;
            const std::string id = has_ids ? "id: g1\n" : "";
            return {stream_head() + chunk(id + "retry: 5\ndata:\n\n"), true};
        }
        if (name == "GET") return {response_text("405 Method Not Allowed", "", "")};
        if (name == "server/discover") return {response_text("404 Not Found", "", "")};
        if (name.starts_with("notifications/")) return {accepted()};
        const auto id = fake_remote::id_of(request);
        const auto result =
            name == "initialize" ? initialize_result("2025-11-25") : R"({"tools":[],"content":[]})";
        return {json_response(result_of(id, result))};
    }
    bool has_stream = true;
    bool has_ids = true;
    connection_pointer stream;
};

struct streaming_world {
    explicit streaming_world(bool has_stream = true, bool has_ids = true)
        : world([this](const auto& request, const auto& connection) {
            return server(request, connection);
        }) {
        server.has_stream = has_stream;
        server.has_ids = has_ids;
        world.child.must_start();
    }
    streaming_server server;
    remote_world world;
};

} // namespace

TEST_CASE("list_changed_on_the_get_stream_refreshes_the_lists") {
    streaming_world remote;
    auto& [server, world] = remote;
    world.child.loop.run_until([&] { return server.stream != nullptr; });
    const auto before = world.server.count("tools/list");
    world.server.send(server.stream, event(changed));
    world.child.loop.run_until([&] { return world.server.count("tools/list") > before; });
    CHECK(world.child.status().state == upstream_state::running);
}

TEST_CASE("get_stream_that_breaks_is_opened_again_where_it_was") {
    streaming_world remote;
    auto& [server, world] = remote;
    world.child.loop.run_until([&] { return server.stream != nullptr; });
    std::exchange(server.stream, nullptr)->close();
    world.child.loop.run_until([&] { return server.stream != nullptr; });
    const auto streams = world.server.received("GET");
    REQUIRE(streams.size() == 2);
    CHECK(streams.at(0).field("last-event-id").empty());
    CHECK(streams.at(1).field("last-event-id") == "g1");
}

TEST_CASE("lists_are_fetched_again_when_a_get_stream_comes_back_that_cannot_be_resumed") {
    streaming_world remote{true, false};
    auto& [server, world] = remote;
    world.child.loop.run_until([&] { return server.stream != nullptr; });
    const auto before = world.server.count("tools/list");
    server.stream->close();
    world.child.loop.run_until([&] { return world.server.count("tools/list") > before; });
    CHECK(world.server.count("GET") == 2);
}

TEST_CASE("server_without_a_get_stream_is_asked_for_it_once") {
    streaming_world remote{false};
    auto& child = remote.world.child;
    child.loop.run_until([&] { return remote.world.server.count("GET") == 1; });
    CHECK(child.call("any").has_value());
    CHECK(child.call("any").has_value());
    CHECK(remote.world.server.count("GET") == 1);
}
