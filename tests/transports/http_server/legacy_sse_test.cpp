// SPDX-License-Identifier: Apache-2.0
#include "transports/http_server/legacy_sse.hpp"

#include "tests/support/http_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace mcpgw::io_test;

namespace {

/// A client of 2024-11-05: one connection for the stream, others for its POSTs.
struct sse_client {
    explicit sse_client(http_world& world) : world_(world), stream(world.connect()) {
        const auto head = (stream.send(http_get("/sse")), stream.read_head());
        REQUIRE(head.status == 200);
        REQUIRE(head.is_stream());
        const auto first = stream.read_event();
        REQUIRE(first.has_value());
        REQUIRE(first->event == "endpoint");
        endpoint = first->data;
    }
    http_answer post(const std::string& message) {
        auto request = http_post(message);
        request.target = endpoint;
        return world_.ask(request);
    }
    std::string id() const { return endpoint.substr(endpoint.find('=') + 1); }

private:
    http_world& world_;

public:
    http_client stream;
    std::string endpoint;
};

} // namespace

TEST_CASE("http_sse_client_runs_through_its_whole_flow") {
    http_world world;
    sse_client client{world};
    CHECK(client.endpoint.starts_with("/messages?session_id="));

    const auto accepted = client.post(initialize_message("2024-11-05"));
    CHECK(accepted.status == 202);
    CHECK(accepted.body == "Accepted");
    CHECK(client.stream.read_data() ==
          mcpgw::make_response("\"init\"", R"({"protocolVersion":"2024-11-05"})"));

    CHECK(client.post(mcpgw::make_notification("notifications/initialized", "")).status == 202);
    CHECK(world.handler.waits_for("notification notifications/initialized"));

    CHECK(client.post(progress_call("1", "progress:2:a", "7")).status == 202);
    CHECK(client.stream.read_data().find(R"("progress":1)") != std::string::npos);
    CHECK(client.stream.read_data().find(R"("progress":2)") != std::string::npos);
    CHECK(world.release("a"));
    CHECK(id_of(client.stream.read_data()) == "1");

    CHECK(client.post(call_message("2", "ask")).status == 202);
    const auto asked = client.stream.read_data();
    CHECK(client.post(mcpgw::make_response(id_of(asked), R"({"action":"accept"})")).status == 202);
    CHECK(client.stream.read_data() == mcpgw::make_response("2", R"({"action":"accept"})"));

    world.notify(client.id(), R"({"jsonrpc":"2.0","method":"notifications/message"})");
    CHECK(client.stream.read_data().find("notifications/message") != std::string::npos);
}

TEST_CASE("answers_on_the_sse_stream_come_in_the_order_in_which_calls_end") {
    http_world world;
    sse_client client{world};
    client.post(call_message("1", "hold:a"));
    client.post(call_message("2", "hold:b"));
    CHECK(world.handler.waits_for("held b"));
    CHECK(world.release("b"));
    CHECK(id_of(client.stream.read_data()) == "2");
    CHECK(world.release("a"));
    CHECK(id_of(client.stream.read_data()) == "1");
}

TEST_CASE("a_cancelled_call_of_an_sse_client_is_not_answered") {
    http_world world;
    sse_client client{world};
    client.post(call_message("1", "hold:a"));
    CHECK(world.handler.waits_for("held a"));
    CHECK(client.post(cancel_message("1")).status == 202);
    CHECK(world.handler.waits_for("aborted a CANCELLED"));
    client.post(call_message("2", "echo"));
    CHECK(id_of(client.stream.read_data()) == "2");
}

TEST_CASE("closing_the_sse_stream_ends_the_session_and_its_calls") {
    http_world world;
    sse_client client{world};
    client.post(call_message("1", "hold:a"));
    CHECK(world.handler.waits_for("held a"));
    client.stream.close();
    CHECK(world.handler.waits_for("aborted a CANCELLED"));
    CHECK(world.handler.waits_for("closed " + client.id()));
    const auto late = client.post(call_message("2", "echo"));
    CHECK(late.status == 404);
    CHECK(error_name(late.body) == "SESSION_ERROR");
}

TEST_CASE("a_second_request_with_an_id_in_flight_is_refused_on_the_stream") {
    http_world world;
    sse_client client{world};
    client.post(call_message("1", "hold:a"));
    client.post(call_message("1", "echo"));
    const auto refused = client.stream.read_data();
    CHECK(error_name(refused) == "INVALID_REQUEST");
    CHECK(world.release("a"));
    CHECK(client.stream.read_data().find("released") != std::string::npos);
}

TEST_CASE("sse_posts_without_a_session_or_with_a_bad_message_are_refused") {
    http_world world;
    sse_client client{world};
    const auto post = [&](const std::string& target, const std::string& body) {
        auto request = http_post(body);
        request.target = target;
        return world.ask(request);
    };
    const auto call = call_message("1", "echo");
    CHECK(post("/messages", call).status == 400);
    CHECK(error_name(post("/messages", call).body) == "SESSION_REQUIRED");
    CHECK(post("/messages?session_id=", call).status == 400);
    CHECK(post("/messages?xsession_id=" + client.id(), call).status == 400);
    CHECK(post("/messages?session_id=0123", call).status == 404);
    CHECK(post("/messages?session_id=" + world.open_session(), call).status == 404);
    CHECK(post("/messages?a=b&session_id=" + client.id() + "&c", call).status == 202);
    CHECK(id_of(client.stream.read_data()) == "1");

    const auto bad = client.post(R"({"jsonrpc":"1.0","id":9,"method":"ping"})");
    CHECK(bad.status == 400);
    CHECK(error_name(bad.body) == "INVALID_REQUEST");
    CHECK(id_of(bad.body) == "9");
}

TEST_CASE("a_batch_of_an_sse_client_is_answered_by_an_array_on_the_stream") {
    http_world world;
    sse_client client{world};
    const auto batch = "[" + call_message("1", "echo") + "," + call_message("2", "echo") + "]";
    const auto refused = client.post(batch);
    CHECK(refused.status == 400);
    CHECK(error_name(refused.body) == "BATCH_NOT_SUPPORTED");
    client.post(initialize_message("2025-03-26"));
    CHECK(id_of(client.stream.read_data()) == "\"init\"");
    CHECK(client.post(batch).status == 202);
    const auto answers = client.stream.read_data();
    CHECK(answers.starts_with("[{"));
    CHECK(answers.find(R"("id":2)") != std::string::npos);
    CHECK(error_name(client.post("[]").body) == "INVALID_REQUEST");
}

TEST_CASE("a_question_of_an_sse_client_is_withdrawn_when_its_call_is_cancelled") {
    http_world world;
    sse_client client{world};
    client.post(call_message("1", "ask-hold:a"));
    const auto asked = client.stream.read_data();
    CHECK(world.handler.waits_for("held a"));
    client.post(cancel_message("1"));
    const auto withdrawn = client.stream.read_data();
    CHECK(withdrawn.find("notifications/cancelled") != std::string::npos);
    CHECK(withdrawn.find(id_of(asked)) != std::string::npos);
    client.post(call_message("2", "echo"));
    CHECK(id_of(client.stream.read_data()) == "2"); // the cancelled call gets no answer
}

TEST_CASE("an_sse_session_is_no_session_of_the_mcp_endpoint") {
    http_world world;
    const sse_client client{world};
    CHECK(world.ask(session_post(client.id(), call_message("1", "echo"))).status == 404);
}

TEST_CASE("calls_of_one_sse_session_have_a_limit") {
    http_world world{http_test_options(), {.requests_per_session_max = 1}};
    sse_client client{world};
    client.post(call_message("1", "hold:a"));
    CHECK(world.handler.waits_for("held a"));
    const auto refused = client.post(call_message("2", "echo"));
    CHECK(error_name(refused.body) == "SERVER_BUSY");
    CHECK(id_of(refused.body) == "2");
    CHECK(world.release("a"));
    CHECK(id_of(client.stream.read_data()) == "1");
}

TEST_CASE("the_sse_paths_take_one_method_each") {
    http_world world;
    auto post = http_post("{}");
    post.target = "/sse";
    CHECK(world.ask(post).status == 405);
    CHECK(world.ask(post).field("allow") == "GET, HEAD, OPTIONS");
    CHECK(world.ask(http_get("/messages")).status == 405);
    CHECK(world.ask(http_get("/messages")).field("allow") == "POST, OPTIONS");
    CHECK(world.ask(http_get("/sse").without("Accept").with("Accept", "text/html")).status == 406);
}

TEST_CASE("a_handler_that_throws_answers_on_the_sse_stream") {
    http_world world;
    sse_client client{world};
    client.post(call_message("1", "throw"));
    CHECK(error_name(client.stream.read_data()) == "INTERNAL_ERROR");
    client.post(call_message("2", "echo"));
    CHECK(id_of(client.stream.read_data()) == "2");
}
