// SPDX-License-Identifier: Apache-2.0
// HTTP+SSE of 2024-11-05; the code under test is children/remote/sse_stream.cpp.
#include "tests/support/fake_remote.hpp"

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <string>
#include <utility>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

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

} // namespace

TEST_CASE("server_of_2024_11_05_is_found_by_its_endpoint_event") {
    sse_world remote;
    auto& child = remote.world.child;
    child.must_start();
    CHECK(child.get().view().spoken() == revision::r2024_11_05);
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
