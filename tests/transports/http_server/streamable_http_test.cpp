// SPDX-License-Identifier: Apache-2.0
#include "transports/http_server/streamable_http.hpp"

#include "tests/support/http_world.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <string>
#include <vector>

using namespace mcpgw::io_test;

namespace {

http_request session_delete(const std::string& session_id) {
    auto request = session_get(session_id);
    request.method = "DELETE";
    return request;
}
http_client open_stream(http_world& world, const std::string& session_id) {
    auto client = world.connect();
    client.send(session_get(session_id));
    REQUIRE(client.read_head().is_stream());
    REQUIRE(client.read_data().empty()); // the priming event
    return client;
}
/// Waits until it was noticed that the client left.
bool loses_stream(http_world& world, const std::string& session) {
    const auto has_none = [&] {
        return !world.listener_sessions().find(session)->has_stream();
    };
    return world.waits_until([&] { return world.on_loop(has_none); });
}
std::string changed(int number) {
    return mcpgw::make_notification("notifications/tools/list_changed",
                                    fmt::format(R"({{"n":{}}})", number));
}
std::string nested(std::size_t depth) {
    return R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":)" + std::string(depth, '[') +
           std::string(depth, ']') + "}}";
}

} // namespace

TEST_CASE("a_session_opens_serves_and_ends_with_delete") {
    http_world world;
    auto client = world.connect();
    const auto opened = client.ask(http_post(initialize_message("2025-03-26")));
    CHECK(opened.status == 200);
    CHECK(opened.body == mcpgw::make_response("\"init\"", R"({"protocolVersion":"2025-03-26"})"));
    const auto session = opened.field("mcp-session-id");
    CHECK(session.size() == 32);
    CHECK(
        client.ask(session_post(session, mcpgw::make_notification("notifications/initialized", "")))
            .status == 202);
    CHECK(world.handler.waits_for("notification notifications/initialized"));
    const auto called = client.ask(session_post(session, call_message("1", "echo"))
                                       .with("MCP-Protocol-Version", "2025-03-26"));
    CHECK(called.status == 200);
    CHECK(called.field("mcp-session-id").empty());
    CHECK(client.ask(session_delete(session)).status == 200);
    CHECK(world.handler.waits_for("closed " + session));
    CHECK(client.ask(session_post(session, call_message("1", "echo"))).status == 404);
    CHECK(client.ask(session_delete(session)).status == 404);
}

TEST_CASE("a_missing_session_is_400_and_an_unknown_one_404") {
    http_world world;
    const auto missing = world.ask(http_post(call_message("7", "echo")));
    CHECK(missing.status == 400);
    CHECK(error_name(missing.body) == "SESSION_REQUIRED");
    CHECK(id_of(missing.body) == "7");
    CHECK(world.ask(session_post("", call_message("7", "echo"))).status == 400);
    for (const char* id : {"0123456789abcdef0123456789abcdef", "x", "\"", "../../etc"}) {
        const auto unknown = world.ask(session_post(id, call_message("7", "echo")));
        CHECK(unknown.status == 404);
        CHECK(error_name(unknown.body) == "SESSION_ERROR");
        CHECK(id_of(unknown.body) == "7");
    }
    CHECK(world.handler.notes().empty());
}

TEST_CASE("an_initialize_that_fails_leaves_no_session") {
    http_world world;
    const auto refused = world.ask(http_post(initialize_message("1999-01-01")));
    CHECK(refused.status == 400);
    CHECK(refused.field("mcp-session-id").empty());
    CHECK(world.sessions() == 0);
}

TEST_CASE("a_session_belongs_to_the_endpoint_that_opened_it") {
    http_world world;
    const auto own = world.open_session("/servers/demo/mcp");
    auto request = session_post(own, call_message("1", "echo"));
    CHECK(world.ask(request).status == 404);
    request.target = "/servers/demo/mcp";
    CHECK(world.ask(request).status == 200);
    request.target = "/servers/other/mcp";
    const auto unknown = world.ask(request);
    CHECK(unknown.status == 404);
    CHECK(error_name(unknown.body) == "PATH_NOT_FOUND");
    CHECK(unknown.body.find("'other'") != std::string::npos);
}

TEST_CASE("a_wrong_protocol_version_is_400_with_the_supported_list") {
    http_world world;
    const auto session = world.open_session();
    const std::string supported = R"("supported":["2026-07-28","2025-11-25","2025-06-18",)"
                                  R"("2025-03-26","2024-11-05"])";
    // The last ones would break the error's JSON if they were copied as they are.
    for (const std::string version :
         {"2099-01-01", "nonsense", "a\"b\\", "a\tb", "\xFF\xFE", "1.0"}) {
        CAPTURE(version);
        const auto answer = world.ask(
            session_post(session, call_message("7", "echo")).with("MCP-Protocol-Version", version));
        CHECK(answer.status == 400);
        CHECK(error_name(answer.body) == "UNSUPPORTED_PROTOCOL_VERSION");
        CHECK(answer.body.find(supported) != std::string::npos);
        CHECK(mcpgw::check_json(answer.body).has_value());
        CHECK(id_of(answer.body) == "7");
    }
    const auto modern = world.ask(modern_post("7", "echo")
                                      .without("MCP-Protocol-Version")
                                      .with("MCP-Protocol-Version", "2099-01-01"));
    CHECK(modern.status == 400);
    auto unknown = modern_post("7", "echo").without("MCP-Protocol-Version");
    unknown.body.replace(unknown.body.find("2026-07-28"), 10, "2099-01-01");
    const auto answer = world.ask(std::move(unknown).with("MCP-Protocol-Version", "2099-01-01"));
    CHECK(answer.status == 400);
    CHECK(error_name(answer.body) == "UNSUPPORTED_PROTOCOL_VERSION");
    CHECK(answer.body.find(supported) != std::string::npos);
}

TEST_CASE("a_modern_request_needs_no_session_and_its_headers_must_match") {
    http_world world;
    CHECK(world.ask(modern_post("1", "echo")).status == 200);
    CHECK(world.sessions() == 0);
    const auto without = world.ask(modern_post("1", "echo").without("Mcp-Method"));
    CHECK(without.status == 400);
    CHECK(error_name(without.body) == "HEADER_MISMATCH");
    const auto other =
        world.ask(modern_post("1", "echo").without("Mcp-Name").with("Mcp-Name", "hold:a"));
    CHECK(error_name(other.body) == "HEADER_MISMATCH");
    CHECK(world.handler.count("request 1 tools/call") == 1);
    const auto cancelled =
        http_post(cancel_message("1")).with("MCP-Protocol-Version", "2026-07-28");
    CHECK(world.ask(cancelled).status == 202);
}

TEST_CASE("a_modern_request_carries_its_parameter_headers") {
    http_world world;
    CHECK(world.ask(modern_post("1", "echo").with("mcp-Param-Region", "  eu ")).status == 200);
    CHECK(world.handler.count("param mcp-Param-Region='eu'") == 1);
    const auto twice = world.ask(
        modern_post("2", "echo").with("Mcp-Param-Region", "eu").with("Mcp-Param-region", "us"));
    CHECK(twice.status == 400);
    CHECK(error_name(twice.body) == "BAD_HTTP_REQUEST");
}

TEST_CASE("a_session_belongs_to_whom_opened_it") {
    http_world world;
    const auto session = world.open_session();
    world.on_loop([&] { return world.listener_sessions().find(session)->principal = "somebody"; });
    const auto foreign = world.ask(session_post(session, call_message("1", "echo")));
    CHECK(foreign.status == 404);
    CHECK(error_name(foreign.body) == "SESSION_ERROR");
    CHECK(world.ask(session_delete(session)).status == 404);
    CHECK(world.ask(session_get(session)).status == 404);
    CHECK(world.sessions() == 1);
}

TEST_CASE("bad_messages_are_refused_by_name_and_the_connection_stays_usable") {
    http_world world;
    const auto session = world.open_session();
    struct bad_message {
        std::string body, name, id;
    };
    const std::vector<bad_message> cases{
        {"", "PARSE_ERROR", ""},
        {"{", "PARSE_ERROR", ""},
        {"hello", "PARSE_ERROR", ""},
        {R"({"jsonrpc":"2.0","id":1,"method":"ping"}x)", "PARSE_ERROR", ""},
        {R"({"jsonrpc":"2.0","id":1,"method":"ping",})", "PARSE_ERROR", ""},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"x\":\"\xC3\x28\"}", "PARSE_ERROR",
         ""},
        {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"x\":\"a\nb\"}", "PARSE_ERROR", ""},
        {"[]", "BATCH_NOT_SUPPORTED", ""},
        {R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])", "BATCH_NOT_SUPPORTED", ""},
        {R"({"jsonrpc":"1.0","id":1,"method":"ping"})", "INVALID_REQUEST", "1"},
        {R"({"jsonrpc":2.0,"id":1,"method":"ping"})", "INVALID_REQUEST", "1"},
        {R"({"id":1,"method":"ping"})", "INVALID_REQUEST", "1"},
        {R"({"jsonrpc":"2.0","id":1})", "INVALID_REQUEST", "1"},
        {R"({"jsonrpc":"2.0","id":1,"id":2,"method":"ping"})", "INVALID_REQUEST", ""},
        {R"({"jsonrpc":"2.0","id":1,"method":"ping","method":"x"})", "INVALID_REQUEST", "1"},
        {R"({"jsonrpc":"2.0","id":1,"method":"ping","m\u0065thod":"x"})", "INVALID_REQUEST", "1"},
        {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", "INVALID_REQUEST", ""},
        {R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", "INVALID_REQUEST", ""},
        {R"({"jsonrpc":"2.0","id":{},"method":"ping"})", "INVALID_REQUEST", ""},
        {R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[]})", "INVALID_REQUEST", "1"},
        {nested(100'000), "DEPTH_EXCEEDED", ""},
    };
    auto client = world.connect();
    for (const auto& [body, name, id] : cases) {
        CAPTURE(body.substr(0, 100));
        const auto answer = client.ask(session_post(session, body));
        CHECK(answer.status == 400);
        CHECK(error_name(answer.body) == name);
        CHECK(id_of(answer.body) == id);
        CHECK(answer.field("content-type") == "application/json");
        CHECK(mcpgw::check_json(answer.body).has_value());
    }
    CHECK(client.ask(session_post(session, call_message("1", "echo"))).status == 200);
    CHECK(client.ask(session_post(session, nested(200))).status == 200);
}

TEST_CASE("a_body_that_is_empty_or_compressed_is_refused_in_words_that_say_so") {
    http_world world;
    const auto session = world.open_session();
    const auto empty = world.ask(session_post(session, " \n"));
    CHECK(empty.status == 400);
    CHECK(empty.body.find("The body is empty; it must be one JSON-RPC message") !=
          std::string::npos);
    const std::string packed{"\x1F\x8B\x08\x00", 4};
    const auto coded = world.ask(session_post(session, packed).with("Content-Encoding", "gzip"));
    CHECK(coded.status == 415);
    CHECK(coded.body.find("requests are read without one") != std::string::npos);
    // What can be read is read, whatever is said of it.
    CHECK(world.ask(session_post(session, call_message("1", "echo")).with("Content-Encoding", "x"))
              .status == 200);
}

TEST_CASE("a_pretty_printed_body_reaches_the_handler_on_one_line") {
    http_world world;
    const auto session = world.open_session();
    const std::string pretty =
        "{\r\n  \"jsonrpc\": \"2.0\",\n  \"id\": 1,\n\t\"method\": \"ping\",\n"
        "  \"params\": {\n    \"text\": \"a\\nb\"\n  }\r\n}\n";
    CHECK(world.ask(session_post(session, pretty)).status == 200);
    const auto text = world.on_loop([&] { return world.handler.texts().back(); });
    CHECK(text.find_first_of("\r\n") == std::string::npos);
    CHECK(text.find(R"("text": "a\nb")") != std::string::npos); // escapes are no line ends
    CHECK(text.size() == pretty.size());
}

TEST_CASE("wrong_content_type_accept_and_method_have_their_own_status") {
    http_world world;
    const auto session = world.open_session();
    const auto with = [&](const char* name, const char* value) {
        const auto body = call_message("1", "echo");
        return world.ask(session_post(session, body).without(name).with(name, value));
    };
    CHECK(with("Content-Type", "text/plain").status == 415);
    CHECK(error_name(with("Content-Type", "text/plain").body) == "UNSUPPORTED_MEDIA_TYPE");
    CHECK(with("Content-Type", "application/json; charset=utf-8").status == 200);
    CHECK(with("Accept", "application/json").status == 200);
    CHECK(error_name(with("Accept", "text/html").body) == "NOT_ACCEPTABLE");
    CHECK(with("Accept", "*/*").status == 200);
    for (const char* method : {"PUT", "PATCH", "PROPFIND", "TRACE"}) {
        auto request = session_post(session, call_message("1", "echo"));
        request.method = method;
        const auto answer = world.ask(request);
        CHECK(answer.status == 405);
        CHECK(answer.field("allow").find("POST") != std::string::npos);
    }
    CHECK(world.handler.count("request 1 tools/call") == 3);
}

TEST_CASE("a_legacy_call_is_cancelled_by_a_notification_of_its_own_session_only") {
    http_world world;
    const auto session = world.open_session();
    auto client = world.connect();
    client.send(session_post(session, call_message("1", "hold:a")));
    CHECK(world.handler.waits_for("held a"));
    CHECK(world.ask(session_post(world.open_session(), cancel_message("1"))).status == 202);
    CHECK(world.ask(session_post(session, cancel_message("\"1\""))).status == 202);
    CHECK(world.handler.count("aborted a CANCELLED") == 0);
    CHECK(world.ask(session_post(session, cancel_message("1"))).status == 202);
    CHECK(error_name(client.read_answer().body) == "CANCELLED");
}

TEST_CASE("an_id_in_flight_is_refused_in_its_session_and_free_in_another") {
    http_world world;
    const auto session = world.open_session();
    auto client = world.connect();
    client.send(session_post(session, call_message("1", "hold:a")));
    CHECK(world.handler.waits_for("held a"));
    const auto twice = world.ask(session_post(session, call_message("1", "echo")));
    CHECK(twice.status == 400);
    CHECK(error_name(twice.body) == "INVALID_REQUEST");
    CHECK(world.ask(session_post(session, call_message("\"1\"", "echo"))).status == 200);
    CHECK(world.ask(session_post(world.open_session(), call_message("1", "echo"))).status == 200);
    CHECK(world.release("a"));
    CHECK(client.read_answer().status == 200);
    CHECK(client.ask(session_post(session, call_message("1", "echo"))).status == 200);
}

TEST_CASE("requests_of_one_session_have_a_limit") {
    http_world world{http_test_options(), {.requests_per_session_max = 1}};
    const auto session = world.open_session();
    auto client = world.connect();
    client.send(session_post(session, call_message("1", "hold:a")));
    CHECK(world.handler.waits_for("held a"));
    const auto refused = world.ask(session_post(session, call_message("2", "echo")));
    CHECK(error_name(refused.body) == "SERVER_BUSY");
    CHECK(world.ask(session_post(world.open_session(), call_message("2", "echo"))).status == 200);
    CHECK(world.release("a"));
    CHECK(client.read_answer().status == 200);
}

TEST_CASE("the_get_stream_carries_notifications_and_what_waited_for_it") {
    http_world world;
    const auto session = world.open_session();
    world.notify(session, changed(1));
    auto stream = open_stream(world, session);
    CHECK(stream.read_data() == changed(1));
    world.notify(session, changed(2));
    CHECK(stream.read_data() == changed(2));
}

TEST_CASE("a_lost_get_stream_is_resumed_after_the_last_event_that_was_read") {
    http_world world;
    const auto session = world.open_session();
    auto stream = open_stream(world, session);
    world.notify(session, changed(1));
    const auto first = stream.read_event();
    REQUIRE(first.has_value());
    world.notify(session, changed(2)); // sent, but never read
    stream.close();
    CHECK(loses_stream(world, session));
    world.notify(session, changed(3));
    auto again = world.connect();
    again.send(session_get(session).with("Last-Event-ID", first->id));
    CHECK(again.read_head().is_stream());
    CHECK(again.read_data() == changed(2));
    CHECK(again.read_data() == changed(3));
    world.notify(session, changed(4));
    CHECK(again.read_data() == changed(4));
}

TEST_CASE("get_and_delete_name_a_revision_that_is_spoken_or_none") {
    http_world world;
    const auto session = world.open_session();
    for (const char* version : {"2099-01-01", "latest"}) {
        const auto get = session_get(session).with("MCP-Protocol-Version", version);
        CHECK(world.ask(get).status == 400);
        const auto end = session_delete(session).with("MCP-Protocol-Version", version);
        CHECK(error_name(world.ask(end).body) == "UNSUPPORTED_PROTOCOL_VERSION");
    }
    CHECK(world.sessions() == 1);
    CHECK(world.ask(session_delete(session).with("MCP-Protocol-Version", "2025-11-25")).status ==
          200);
}

TEST_CASE("a_second_get_stream_replaces_the_first") {
    http_world world;
    const auto session = world.open_session();
    auto first = open_stream(world, session);
    auto second = open_stream(world, session);
    CHECK_FALSE(first.read_event().has_value());
    world.notify(session, changed(1));
    CHECK(second.read_data() == changed(1));
    // The first connection is still good, and using it does not disturb the second stream.
    CHECK(first.ask(session_post(session, call_message("1", "echo"))).status == 200);
    world.notify(session, changed(2));
    CHECK(second.read_data() == changed(2));
}

TEST_CASE("a_get_stream_whose_client_left_is_replaced_by_the_backlog") {
    http_world world;
    const auto session = world.open_session();
    open_stream(world, session).close();
    CHECK(loses_stream(world, session));
    world.notify(session, changed(1));
    CHECK(open_stream(world, session).read_data() == changed(1));
}

TEST_CASE("delete_ends_the_sessions_stream_and_calls") {
    http_world world;
    const auto session = world.open_session();
    auto stream = open_stream(world, session);
    auto call = world.connect();
    call.send(session_post(session, call_message("1", "hold:a")));
    CHECK(world.handler.waits_for("held a"));
    CHECK(world.ask(session_delete(session)).status == 200);
    CHECK_FALSE(stream.read_event().has_value());
    CHECK(error_name(call.read_answer().body) == "SESSION_ERROR");
    CHECK(world.ask(session_get(session)).status == 404);
}

TEST_CASE("a_get_without_a_session_is_405_and_must_accept_a_stream") {
    http_world world;
    const auto answer = world.ask(http_get("/mcp"));
    CHECK(answer.status == 405);
    CHECK(answer.field("allow").find("POST") != std::string::npos);
    auto request = session_get(world.open_session()).without("Accept");
    CHECK(world.ask(std::move(request).with("Accept", "application/json")).status == 406);
}
