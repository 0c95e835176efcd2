// SPDX-License-Identifier: Apache-2.0
// A remote server of the modern era, and what is common to both.
#include "children/remote/http_link.hpp"

#include "tests/support/fake_remote.hpp"
#include "tests/support/test_ca.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

constexpr std::string_view discovery =
    R"({"supportedVersions":["2026-07-28"],"capabilities":{"tools":{"listChanged":true}},)"
    R"("resultType":"complete","_meta":{}})";

/// A modern server with one tool per behaviour; the name of the tool says which.
class modern_server {
public:
    fake_reply operator()(const received_request& request, const connection_pointer& connection) {
        const auto method_name = fake_remote::name_of(request);
        const auto id = fake_remote::id_of(request);
        if (method_name == "server/discover") return {json_response(result_of(id, discovery))};
        if (method_name == "tools/list")
            return {
                json_response(result_of(id, R"({"tools":[{"name":"echo","inputSchema":{}}]})"))};
        if (method_name == "subscriptions/listen") {
            listen_stream = connection;
            return {stream_head() + event(acknowledged), true};
        }
        return call(request.field("mcp-name"), id, connection);
    }

    connection_pointer held;
    connection_pointer listen_stream;

private:
    static constexpr std::string_view acknowledged =
        R"({"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{}})";

    fake_reply call(const std::string& tool, const std::string& id,
                    const connection_pointer& connection) {
        if (tool == "echo") return {json_response(result_of(id, text_result("hello")))};
        if (tool == "pretty")
            return {json_response("{\n \"jsonrpc\": \"2.0\",\n \"id\": " + id +
                                  ",\n \"result\": " + text_result("two\\nlines") + "\n}\n")};
        if (tool == "stream")
            return {stream_head() + chunk(": comment\n\n") + event(progress(id)) + event(log) +
                    event(result_of(id, text_result("streamed"))) + std::string{last_chunk}};
        if (tool == "drop") return {stream_head() + event(log, "id: 1\n"), false, true};
        if (tool == "fail500") return {response_text("500 Oops", "", "sorry")};
        if (tool == "html") return {response_text("200 OK", "Content-Type: text/html\r\n", "<p>")};
        if (tool == "error400")
            return {response_text("400 Bad", "Content-Type: application/json\r\n",
                                  error_answer(id, -32021, "needs elicitation"))};
        if (tool == "empty") return {accepted()};
        held = connection; // answers nothing
        return {"", true};
    }
    static std::string progress(const std::string& token) {
        return R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":)" +
               token + R"(,"progress":1}})";
    }
    static constexpr std::string_view log =
        R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}})";
};

struct modern_world {
    explicit modern_world(child_options options = fake_options())
        : world([this](const auto& request,
                       const auto& connection) { return server(request, connection); },
                std::move(options)) {
        world.child.must_start();
    }
    modern_server server;
    remote_world world;
};

/// Why nothing is said to a server that shows this certificate, where `trusted` is the CA.
std::string refusal_of(std::unique_ptr<tls_context> certificate, const io_test::test_ca& trusted) {
    auto options = fake_options();
    options.remote.ca_file = trusted.path();
    remote_world world{modern_server{}, std::move(options), std::move(certificate)};
    const auto started = world.child.start();
    REQUIRE(started.has_error());
    CHECK(world.server.count("server/discover") == 0);
    CHECK(
        started.error().detail.starts_with("server 'fake': cannot connect to https://127.0.0.1:"));
    return started.error().detail;
}

fault fault_of(const answer_or_fault& answer) {
    REQUIRE(answer.has_error());
    return answer.error();
}

} // namespace

TEST_CASE("modern_remote_server_is_discovered_listed_and_called") {
    modern_world remote;
    auto& [server, world] = remote;
    CHECK(world.child.get().view().spoken() == newest_modern);
    CHECK(keys(world.child.get().lists().tools) == std::vector<std::string>{"echo"});
    CHECK(text_of(world.child.call("echo")) == "hello");
    const auto call = world.server.received("tools/call").at(0);
    CHECK(call.field("mcp-protocol-version") == "2026-07-28");
    CHECK(call.field("mcp-method") == "tools/call");
    CHECK(call.field("mcp-name") == "echo");
    CHECK(call.field("mcp-session-id").empty());
    CHECK(world.server.count("initialize") == 0);
    CHECK(world.server.count("GET") == 0);
}

TEST_CASE("pretty_printed_answer_arrives_on_one_line") {
    modern_world remote;
    const auto answer = remote.world.child.call("pretty");
    REQUIRE(answer.has_value());
    CHECK(answer->line.view().find('\n') == std::string::npos);
    CHECK(text_of(answer) == "two\nlines");
}

TEST_CASE("progress_and_logs_of_a_stream_reach_the_caller") {
    modern_world remote;
    auto& child = remote.world.child;
    auto request = tool_call("stream");
    request.wants_progress = true;
    auto& running = child.begin(request);
    CHECK(text_of(child.end(running)) == "streamed");
    CHECK(running.observer->progress.size() == 1);
    CHECK(running.observer->logs.size() == 1);
}

TEST_CASE("logs_on_a_stream_reach_only_the_call_of_that_stream") {
    modern_world remote;
    auto& child = remote.world.child;
    auto& other = child.begin(tool_call("hold"));
    auto& running = child.begin(tool_call("stream"));
    CHECK(text_of(child.end(running)) == "streamed");
    CHECK(running.observer->logs.size() == 1);
    CHECK(other.observer->logs.empty());
    other.abort.abort({errc::call_cancelled});
    child.end(other);
}

TEST_CASE("broken_stream_of_a_modern_server_is_not_resumed_nor_sent_again") {
    modern_world remote;
    const auto reason = fault_of(remote.world.child.call("drop"));
    CHECK(reason.code == errc::connection_lost);
    CHECK(remote.world.server.count("tools/call") == 1);
    CHECK(remote.world.server.count("GET") == 0);
    CHECK(text_of(remote.world.child.call("echo")) == "hello"); // the link lives on
}

TEST_CASE("cancelling_a_modern_call_closes_its_stream") {
    modern_world remote;
    auto& child = remote.world.child;
    auto& running = child.begin(tool_call("hold"));
    child.loop.run_until([&] { return remote.server.held != nullptr; });
    running.abort.abort({errc::call_cancelled, "enough"});
    CHECK(fault_of(child.end(running)).detail == "enough");
    // Only the fake's own reference is left when its end of the connection has seen the close.
    child.loop.run_until([&] { return remote.server.held.use_count() == 1; });
    CHECK(remote.world.server.count("notifications/cancelled") == 0);
}

TEST_CASE("call_that_is_not_answered_in_time_ends_with_a_text_that_says_so") {
    auto options = fake_options();
    options.call_timeout = std::chrono::milliseconds{50};
    modern_world remote{options};
    const auto reason = fault_of(remote.world.child.call("hold"));
    CHECK(reason.code == errc::call_timed_out);
    CHECK(reason.detail.find("tools/call") != std::string::npos);
    CHECK(reason.detail.find("the child's timeout") != std::string::npos);
    // The closed stream is the cancellation (2026-07-28, basic/transports/streamable-http).
    remote.world.child.loop.run_until([&] { return remote.server.held.use_count() == 1; });
    CHECK(remote.world.server.count("notifications/cancelled") == 0);
}

TEST_CASE("json_rpc_error_is_an_answer_whatever_the_http_status") {
    modern_world remote;
    const auto answer = remote.world.child.call("error400");
    REQUIRE(answer.has_value());
    CHECK(answer->message.is_error);
    CHECK(answer->line.view().find("-32021") != std::string::npos);
}

TEST_CASE("replies_that_are_no_answer_fail_the_call_and_name_the_server") {
    modern_world remote;
    for (const auto* const tool : {"fail500", "html", "empty"}) {
        INFO(tool);
        const auto reason = fault_of(remote.world.child.call(tool));
        CHECK(reason.code == errc::server_failed);
        CHECK(reason.detail.starts_with("server 'fake': HTTP "));
    }
}

TEST_CASE("list_changed_on_the_listen_stream_refreshes_the_lists") {
    modern_world remote;
    auto& [server, world] = remote;
    world.child.loop.run_until([&] { return server.listen_stream != nullptr; });
    const auto before = world.server.count("tools/list");
    world.server.send(
        server.listen_stream,
        event(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{}})"));
    world.child.loop.run_until([&] { return world.server.count("tools/list") > before; });
    CHECK(world.child.status().state == upstream_state::running);
}

TEST_CASE("stop_of_a_remote_server_ends_its_calls") {
    modern_world remote;
    auto& child = remote.world.child;
    auto& running = child.begin(tool_call("hold"));
    child.loop.run_until([&] { return remote.server.held != nullptr; });
    child.stop();
    CHECK(fault_of(child.end(running)).code == errc::connection_lost);
    CHECK(text_of(child.call("echo")) == "hello"); // and the next call begins anew
}

TEST_CASE("server_that_refuses_a_version_which_it_supports_is_asked_once_more") {
    int refusals = 1;
    modern_server server;
    const auto answer = [&](const received_request& request, const connection_pointer& from) {
        if (fake_remote::name_of(request) != "server/discover" || refusals-- <= 0)
            return server(request, from);
        const auto refused =
            R"({"jsonrpc":"2.0","id":)" + fake_remote::id_of(request) +
            R"(,"error":{"code":-32022,"message":"no","data":{"supported":["2026-07-28"]}}})";
        return fake_reply{
            response_text("400 Bad Request", "Content-Type: application/json\r\n", refused)};
    };
    SECTION("and taken if it agrees then") {
        remote_world world{answer};
        world.child.must_start();
        CHECK(world.server.count("server/discover") == 2);
    }
    SECTION("and no more than once") {
        refusals = 3;
        remote_world world{answer};
        CHECK(world.child.start().has_error());
        CHECK(world.server.count("server/discover") == 2);
        CHECK(world.server.count("initialize") == 0);
    }
}

TEST_CASE("refused_login_is_tried_in_both_eras_and_says_what_to_do") {
    remote_world world{[](const auto&, const auto&) {
        return fake_reply{response_text("401 Unauthorized", "", "")};
    }};
    const auto started = world.child.start();
    REQUIRE(started.has_error());
    CHECK(started.error().detail.find("bearer_token") != std::string::npos);
    CHECK(world.server.count("initialize") == 1);
}

TEST_CASE("server_that_is_not_there_fails_with_its_address") {
    auto options = fake_options();
    options.remote.url = "http://127.0.0.1:1/mcp";
    remote_world world{[](const auto&, const auto&) { return fake_reply{}; }, options};
    const auto started = world.child.start();
    REQUIRE(started.has_error());
    CHECK(started.error().detail.find("http://127.0.0.1:1") != std::string::npos);
}

TEST_CASE("calls_in_flight_to_a_remote_server_are_limited") {
    auto options = fake_options();
    options.limits.calls_in_flight_max = 1; // the listen stream does not count
    options.pool.queue_timeout = std::chrono::milliseconds{1};
    modern_world remote{options};
    auto& child = remote.world.child;
    child.loop.run_until([&] { return remote.server.listen_stream != nullptr; });
    auto& first = child.begin(tool_call("hold"));
    child.loop.run_until([&] { return remote.server.held != nullptr; });
    CHECK(fault_of(child.call("echo")).code == errc::server_busy);
    first.abort.abort({errc::call_cancelled});
    child.end(first);
    CHECK(text_of(child.call("echo")) == "hello");
}

TEST_CASE("server_with_a_certificate_of_the_named_ca_is_spoken_to_over_tls") {
    io_test::test_ca ca;
    auto options = fake_options();
    options.remote.ca_file = ca.path();
    modern_server server;
    remote_world world{[&server](const auto& request, const auto& connection) {
                           return server(request, connection);
                       },
                       options, ca.make_server_context("IP:127.0.0.1")};
    world.child.must_start();
    CHECK(text_of(world.child.call("echo")) == "hello");
    server.listen_stream.reset(); // before the loop that it belongs to
}

TEST_CASE("server_whose_certificate_proves_nothing_is_told_nothing_and_the_text_says_why") {
    io_test::test_ca ca;
    io_test::test_ca other;
    const auto says = [](const std::string& text, std::string_view words) {
        INFO(text);
        CHECK(text.find(words) != std::string::npos);
    };
    says(refusal_of(ca.make_server_context("IP:127.0.0.2"), ca), "check the host in `url`");
    says(refusal_of(ca.make_server_context("DNS:localhost"), ca), "mismatch");
    says(refusal_of(ca.make_server_context("IP:127.0.0.1", -1), ca), "expired");
    says(refusal_of(ca.make_server_context("IP:127.0.0.1"), other), "set `ca_file`");
    says(refusal_of(other.make_self_signed_context(), ca), "self-signed certificate");
}
