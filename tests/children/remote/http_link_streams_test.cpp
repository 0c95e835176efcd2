// SPDX-License-Identifier: Apache-2.0
// Streams that belong to no call; the code under test is children/remote/http_link_streams.cpp.
#include "tests/support/fake_remote.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

constexpr std::string_view changed =
    R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})";

std::string initialize_result(std::string_view version) {
    return fmt::format(R"({{"protocolVersion":"{}","capabilities":{{"tools":{{}}}},)"
                       R"("serverInfo":{{"name":"s","version":"1"}}}})",
                       version);
}

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

/// HTTP+SSE of 2024-11-05: everything comes on the stream of the GET.
class sse_server {
public:
    fake_reply operator()(const received_request& request, const connection_pointer& connection) {
        if (request.method == "GET") {
            stream = connection;
            return {stream_head() + chunk("event: endpoint\ndata: " + endpoint + "\n\n"), true};
        }
        if (request.target != target) return {response_text("404 Not Found", "", "nothing here")};
        const auto name = fake_remote::name_of(request);
        if (name.starts_with("notifications/")) return {accepted()};
        const auto id = fake_remote::id_of(request);
        const auto result = name == "initialize" ? initialize_result("2024-11-05")
                            : name == "tools/call"
                                ? text_result("over sse")
                                : std::string{R"({"tools":[{"name":"t","inputSchema":{}}]})"};
        answer(chunk(fmt::format("event: message\ndata: {}\n\n", result_of(id, result))));
        return {accepted()};
    }
    std::string target = "/messages?session=1"; ///< of messages of the one session that it knows
    std::string endpoint = target;
    connection_pointer stream;
    std::function<void(std::string)> answer;
};

struct sse_world {
    explicit sse_world(child_options options = fake_options())
        : world([this](const auto& request,
                       const auto& connection) { return server(request, connection); },
                std::move(options)) {
        server.answer = [this](std::string bytes) {
            world.server.send(server.stream, std::move(bytes));
        };
    }
    sse_server server;
    remote_world world;
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

TEST_CASE("server_of_2024_11_05_is_found_by_its_endpoint_event") {
    sse_world remote;
    auto& child = remote.world.child;
    child.must_start();
    CHECK(child.get().spoken() == revision::r2024_11_05);
    CHECK(keys(child.get().lists().tools) == std::vector<std::string>{"t"});
    CHECK(text_of(child.call("t")) == "over sse");
}

TEST_CASE("configured_sse_transport_tries_nothing_else") {
    auto options = fake_options();
    options.remote.transport = remote_transport::sse;
    sse_world remote{options};
    remote.world.child.must_start();
    CHECK(text_of(remote.world.child.call("t")) == "over sse");
    CHECK(remote.world.server.count("server/discover") == 0);
    for (const auto& request : remote.world.server.received("initialize"))
        CHECK(request.target == "/messages?session=1");
}

TEST_CASE("streamable_http_transport_does_not_fall_back") {
    auto options = fake_options();
    options.remote.transport = remote_transport::streamable_http;
    sse_world remote{options};
    CHECK(remote.world.child.start().has_error());
    CHECK(remote.world.server.count("GET") == 0);
}

TEST_CASE("endpoint_of_another_origin_is_refused") {
    sse_world remote;
    remote.server.endpoint = "http://127.0.0.1:1/messages?session=1";
    const auto started = remote.world.child.start();
    REQUIRE(started.has_error());
    CHECK(started.error().detail.find("another origin") != std::string::npos);
}

TEST_CASE("end_of_the_sse_stream_ends_the_session_and_the_next_call_begins_another") {
    sse_world remote;
    auto& child = remote.world.child;
    child.must_start();
    remote.server.stream->close();
    child.loop.run_until([&] { return !child.get().status().instances; });
    CHECK(text_of(child.call("t")) == "over sse");
    CHECK(remote.world.server.count("GET") == 2);
}

TEST_CASE("message_that_meets_a_forgotten_sse_session_is_sent_in_a_new_one") {
    sse_world remote;
    remote.world.child.must_start();
    remote.server.endpoint = remote.server.target = "/messages?session=2";
    CHECK(text_of(remote.world.child.call("t")) == "over sse");
}

TEST_CASE("address_where_nothing_of_the_kind_answers_is_named") {
    remote_world world{[](const auto&, const auto&) {
        return fake_reply{response_text("404 Not Found", "", "")};
    }};
    const auto started = world.child.start();
    REQUIRE(started.has_error());
    CHECK(started.error().detail.find("check `url`") != std::string::npos);
    CHECK(started.error().detail.find("nor is it HTTP+SSE") != std::string::npos);
}
