// SPDX-License-Identifier: Apache-2.0
// Calls of a remote server of the legacy era over Streamable HTTP; the code under test is
// children/remote/call_exchange.cpp.
#include "tests/support/fake_remote.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

/// A legacy server with sessions; the name of the tool says how it behaves.
class legacy_server {
public:
    fake_reply operator()(const received_request& request, const connection_pointer& connection) {
        const auto name = fake_remote::name_of(request);
        if (is_modern) return as_modern(request, name);
        if (name == "GET") return get(request, connection);
        if (name == "DELETE") return {response_text("204 No Content", "", "")};
        if (name == "server/discover") return {response_text("400 Bad Request", "", "no session")};
        if (name == "initialize") return initialize(request);
        const bool is_known = request.field("mcp-session-id") == session;
        if (!is_known || (is_forgetful && name == "tools/call")) return {forgotten};
        if (name == "response") return answer_question(request);
        if (name.starts_with("notifications/")) return {accepted()};
        const auto id = fake_remote::id_of(request);
        if (name == "tools/call") return call(tool_of(request), id, connection);
        return {json_response(result_of(id, R"({"tools":[]})"))};
    }

    std::string session = "session-1";
    std::string forgotten = response_text("404 Not Found", "", "");
    bool is_modern = false;    ///< it was replaced by one that has no sessions
    bool is_forgetful = false; ///< no session lives until its first call
    bool has_stream = true;
    int retry_ms = 5;
    connection_pointer stream; ///< of GET
    connection_pointer asking; ///< the POST's stream on which a question waits
    std::string asking_id;
    std::string pending_id; ///< of the call whose answer comes on a resumed stream
    int resumptions_refused = 0;

private:
    static std::string tool_of(const received_request& request) {
        return std::string{json::parse(request.body).at("params").at("name").as_string()};
    }
    static fake_reply as_modern(const received_request& request, const std::string& name) {
        if (request.method != "POST" || name.starts_with("notifications/"))
            return {response_text("405 Method Not Allowed", "", "")};
        const auto id = fake_remote::id_of(request);
        if (request.field("mcp-protocol-version") != "2026-07-28")
            return {response_text("400 Bad Request", "Content-Type: application/json\r\n",
                                  R"({"jsonrpc":"2.0","id":)" + id + R"(,"error":{"code":-32022,)" +
                                      R"("message":"no","data":{"supported":["2026-07-28"]}}})")};
        if (name == "server/discover")
            return {json_response(result_of(
                id, R"({"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}}})"))};
        return {json_response(result_of(id, text_result("modern")))};
    }
    fake_reply initialize(const received_request& request) const {
        constexpr std::string_view result =
            R"({"protocolVersion":"2025-11-25","capabilities":{"tools":{}},)"
            R"("serverInfo":{"name":"legacy","version":"1"}})";
        return {response_text(
            "200 OK",
            fmt::format("Content-Type: application/json\r\nMcp-Session-Id: {}\r\n", session),
            result_of(fake_remote::id_of(request), result))};
    }
    fake_reply get(const received_request& request, const connection_pointer& connection) {
        const auto position = request.field("last-event-id");
        if (!position.empty()) {
            if (request.field("mcp-session-id") != session) return {forgotten};
            if (resumptions_refused-- > 0) return {"", false, true};
            return {stream_head() +
                    event(result_of(pending_id, text_result("resumed after " + position))) +
                    std::string{last_chunk}};
        }
        if (!has_stream) return {response_text("405 Method Not Allowed", "", "")};
        stream = connection;
        return {stream_head(), true};
    }
    fake_reply call(const std::string& tool, const std::string& id,
                    const connection_pointer& connection) {
        pending_id = id;
        if (tool == "poll") // closed in good order, with the wish to be polled
            return {stream_head() + chunk(fmt::format("id: p1\nretry: {}\ndata:\n\n", retry_ms)) +
                    std::string{last_chunk}};
        if (tool == "break")
            return {stream_head() + chunk("id: b1\nretry: 5\ndata:\n\n"), false, true};
        if (tool == "end") return {stream_head() + std::string{last_chunk}};
        if (tool == "hold") return {stream_head(), true};
        if (tool == "no_id")
            return {response_text("400 Bad Request", "Content-Type: application/json\r\n",
                                  error_answer("null", -32600, "bad request"))};
        if (tool == "ask") {
            asking = connection;
            asking_id = id;
            return {stream_head() + event(R"({"jsonrpc":"2.0","id":"q1","method":)"
                                          R"("elicitation/create","params":{"message":"?"}})"),
                    true};
        }
        return {json_response(result_of(id, text_result("hello")))};
    }
    fake_reply answer_question(const received_request& request) const {
        answered = request.body;
        return {accepted()};
    }

public:
    mutable std::string answered;
};

struct legacy_world {
    explicit legacy_world(child_options options = fake_options(), legacy_server from = {})
        : server(std::move(from))
        , world([this](const auto& request,
                       const auto& connection) { return server(request, connection); },
                std::move(options)) {
        world.child.must_start();
    }
    legacy_server server;
    remote_world world;
};

fault fault_of(const answer_or_fault& answer) {
    REQUIRE(answer.has_error());
    return answer.error();
}

} // namespace

TEST_CASE("legacy_remote_server_is_initialized_and_its_session_kept") {
    legacy_world remote;
    auto& [server, world] = remote;
    CHECK(world.child.get().view().spoken() == revision::r2025_11_25);
    CHECK(text_of(world.child.call("echo")) == "hello");
    const auto hello = world.server.received("initialize").at(0);
    CHECK(hello.field("mcp-session-id").empty());
    CHECK(hello.field("mcp-protocol-version").empty());
    for (const auto* const name : {"notifications/initialized", "tools/list", "tools/call"}) {
        INFO(name);
        const auto request = world.server.received(name).at(0);
        CHECK(request.field("mcp-session-id") == "session-1");
        CHECK(request.field("mcp-protocol-version") == "2025-11-25");
        CHECK(request.field("mcp-method").empty());
    }
}

TEST_CASE("session_is_ended_by_delete_when_the_server_is_stopped") {
    legacy_world remote;
    remote.world.child.stop();
    REQUIRE(remote.world.server.count("DELETE") == 1);
    CHECK(remote.world.server.received("DELETE").at(0).field("mcp-session-id") == "session-1");
}

TEST_CASE("forgotten_session_is_begun_anew") {
    legacy_world remote;
    auto& [server, world] = remote;
    server.session = "session-2"; // as after a restart
    CHECK(text_of(world.child.call("echo")) == "hello");
    CHECK(world.server.count("initialize") == 2);
    CHECK(world.server.count("tools/call") == 2); // refused, and sent once more
    CHECK(world.server.count("DELETE") == 0);     // there is nothing to end
    CHECK(world.server.received("tools/call").back().field("mcp-session-id") == "session-2");
}

TEST_CASE("session_refused_with_400_is_begun_anew_too") {
    legacy_server from;
    from.forgotten = response_text("400 Bad Request", "Content-Type: application/json\r\n",
                                   error_answer("null", -32000, "No valid session ID provided"));
    legacy_world remote{fake_options(), from};
    remote.server.session = "session-2";
    CHECK(text_of(remote.world.child.call("echo")) == "hello");
}

TEST_CASE("calls_that_meet_a_forgotten_session_together_are_all_sent_again") {
    legacy_world remote;
    auto& child = remote.world.child;
    remote.server.session = "session-2";
    auto& first = child.begin(tool_call("echo"));
    auto& second = child.begin(tool_call("echo"));
    CHECK(text_of(child.end(first)) == "hello");
    CHECK(text_of(child.end(second)) == "hello");
    CHECK(remote.world.server.count("initialize") == 2);
}

TEST_CASE("server_that_was_replaced_by_a_modern_one_is_found_out_by_the_call_that_it_refuses") {
    legacy_world remote;
    auto& child = remote.world.child;
    remote.server.is_modern = true;
    const auto refused = child.call("echo");
    REQUIRE(refused.has_value());
    CHECK(refused->message.is_error);
    CHECK(text_of(child.call("echo")) == "modern");
    CHECK(child.get().view().spoken() == newest_modern);
}

TEST_CASE("call_at_work_in_a_session_that_is_lost_is_not_sent_again") {
    legacy_world remote;
    auto& child = remote.world.child;
    auto& held = child.begin(tool_call("hold"));
    child.loop.run_until([&] { return remote.world.server.count("tools/call") == 1; });
    remote.server.session = "session-2";
    CHECK(text_of(child.call("echo")) == "hello");
    CHECK(fault_of(child.end(held)).code == errc::connection_lost);
    CHECK(remote.world.server.count("tools/call") == 3); // held, refused, and sent once more
}

TEST_CASE("server_that_forgets_every_session_is_asked_no_more_than_twice") {
    legacy_world remote;
    remote.server.is_forgetful = true;
    CHECK(fault_of(remote.world.child.call("echo")).code == errc::connection_lost);
    CHECK(remote.world.server.count("tools/call") == 2);
}

TEST_CASE("call_whose_stream_cannot_be_taken_up_in_a_forgotten_session_is_not_sent_again") {
    legacy_world remote;
    auto& child = remote.world.child;
    auto& broken = child.begin(tool_call("break"));
    child.loop.run_until([&] { return remote.world.server.count("tools/call") == 1; });
    remote.server.session = "session-2";
    CHECK(fault_of(child.end(broken)).code == errc::connection_lost);
    CHECK(remote.world.server.count("tools/call") == 1);
}

TEST_CASE("error_without_id_belongs_to_the_request_of_the_post") {
    legacy_world remote;
    const auto answer = remote.world.child.call("no_id");
    REQUIRE(answer.has_value());
    CHECK(answer->message.is_error);
}

TEST_CASE("stream_closed_before_the_answer_is_polled") {
    legacy_world remote;
    CHECK(text_of(remote.world.child.call("poll")) == "resumed after p1");
    CHECK(remote.world.server.count("tools/call") == 1);
}

TEST_CASE("server_is_polled_no_earlier_than_it_wants") {
    legacy_world remote;
    remote.server.retry_ms = 150;
    const auto begun = clock_type::now();
    CHECK(text_of(remote.world.child.call("poll")) == "resumed after p1");
    CHECK(clock_type::now() - begun >= std::chrono::milliseconds{150});
}

TEST_CASE("broken_stream_is_resumed_and_a_failed_resumption_tried_again") {
    legacy_world remote;
    remote.server.resumptions_refused = 1;
    CHECK(text_of(remote.world.child.call("break")) == "resumed after b1");
    CHECK(remote.world.server.count("tools/call") == 1);
}

TEST_CASE("stream_without_event_ids_cannot_be_resumed") {
    legacy_world remote;
    CHECK(fault_of(remote.world.child.call("end")).code == errc::connection_lost);
}

TEST_CASE("question_on_a_stream_goes_to_the_call_of_that_stream") {
    legacy_world remote;
    auto& child = remote.world.child;
    auto& other = child.begin(tool_call("hold"));
    auto& running = child.begin(tool_call("ask"));
    child.loop.run_until([&] { return running.observer->questions.size() == 1; });
    CHECK(other.observer->questions.empty());
    CHECK(running.observer->methods.at(0) == "elicitation/create");
    running.observer->questions.at(0)->settle(std::string{R"({"action":"accept"})"});
    child.loop.run_until([&] { return !remote.server.answered.empty(); });
    CHECK(remote.server.answered.find(R"("id":"q1")") != std::string::npos);
    CHECK(remote.server.answered.find("accept") != std::string::npos);
    remote.world.server.send(remote.server.asking,
                             event(result_of(remote.server.asking_id, text_result("thanks"))) +
                                 std::string{last_chunk});
    CHECK(text_of(child.end(running)) == "thanks");
    other.abort.abort({errc::call_cancelled});
    child.end(other);
}

TEST_CASE("cancelling_a_legacy_call_tells_the_server_by_a_message") {
    legacy_world remote;
    auto& child = remote.world.child;
    auto& running = child.begin(tool_call("hold"));
    child.loop.run_until([&] { return remote.world.server.count("tools/call") == 1; });
    running.abort.abort({errc::call_cancelled});
    child.end(running);
    child.loop.run_until([&] { return remote.world.server.count("notifications/cancelled") == 1; });
    const auto cancel = remote.world.server.received("notifications/cancelled").at(0);
    const auto call = remote.world.server.received("tools/call").at(0);
    CHECK(cancel.body.find(fake_remote::id_of(call)) != std::string::npos);
}
