// SPDX-License-Identifier: Apache-2.0
// Clients that are a little off, over HTTP: served where the meaning is certain, else told in one
// sentence what is wrong. One row each.
#include "tests/support/http_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw::io_test {
namespace {

const std::string bom = "\xEF\xBB\xBF";
const std::string opening = initialize_message();

/// Whatever a row does not say is as an ordinary client sends it.
struct row {
    std::string what;
    std::string method = "POST";
    std::string target = "/mcp";
    std::vector<std::pair<std::string, std::string>> fields{}; ///< in the place of the usual ones
    std::vector<std::string> without{};
    std::string body = opening;
    int status = 200;
    std::string answer = R"("protocolVersion":"2025-11-25")"; ///< a part of the body
    bool is_stream = false;
};

http_request request_of(const row& r) {
    http_request request;
    request.method = r.method;
    request.target = r.target;
    request.body = r.method == "POST" ? r.body : "";
    for (const auto& name : r.without) request = std::move(request).without(name);
    for (const auto& [name, value] : r.fields) request = std::move(request).without(name);
    for (const auto& [name, value] : r.fields) request = std::move(request).with(name, value);
    return request;
}

void check(const std::vector<row>& rows) {
    http_world world;
    for (const auto& r : rows) {
        CAPTURE(r.what);
        auto client = world.connect();
        client.send(request_of(r));
        const bool is_bodiless = r.method == "HEAD";
        const auto answer = is_bodiless ? client.read_head() : client.read_answer();
        CAPTURE(answer.body);
        CHECK(answer.status == r.status);
        CHECK(answer.is_stream() == r.is_stream);
        CHECK(answer.body.find(r.answer) != std::string::npos);
    }
}

row accepting(const std::string& accept, bool is_stream = false) {
    row r{"Accept: " + accept};
    r.fields = {{"Accept", accept}};
    r.is_stream = is_stream;
    return r;
}
row not_accepting(const std::string& accept) {
    auto r = accepting(accept);
    r.status = 406;
    r.answer = "Accept must allow application/json or text/event-stream";
    return r;
}
row typed(const std::string& type) {
    row r{"Content-Type: " + type};
    r.fields = {{"Content-Type", type}};
    return r;
}
row mistyped(const std::string& type) {
    auto r = typed(type);
    r.status = 415;
    r.answer = "Content-Type must be application/json, not";
    return r;
}
row bodied(const std::string& what, const std::string& body) {
    row r{what};
    r.body = body;
    return r;
}
row refused(row r, int status, const std::string& answer) {
    r.status = status;
    r.answer = answer;
    return r;
}
row at(const std::string& target) {
    row r{"target " + target};
    r.target = target;
    return r;
}
row reading(const std::string& method, const std::string& target, int status,
            const std::string& answer) {
    row r{method + " " + target};
    r.method = method;
    r.target = target;
    r.status = status;
    r.answer = answer;
    return r;
}

TEST_CASE("clients_that_accept_one_form_or_say_it_in_their_own_way_get_what_they_can_read") {
    check({
        accepting("application/json"),
        accepting("APPLICATION/JSON"),
        accepting("application/json; charset=utf-8"),
        accepting("application/json;q=0.9"),
        accepting("application/json;q=high"),
        accepting("application/json,"),
        accepting("application/json, application/mcp+json"),
        accepting("application/json, text/plain, */*;q=0"),
        accepting("application/json, text/plain"),
        accepting("application/*"),
        accepting("application/json, text/event-stream;q=0"),
        accepting("*/*"),
        accepting("*"),
        accepting("*/*;q=0.1"),
        accepting("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"),
        accepting("text/event-stream, application/json"),
        accepting("text/event-stream,application/json"),
        accepting("application/json , text/event-stream ; q=0.5"),
        accepting("application/json; profile=\"a,b\", text/event-stream"),
        accepting("application/json\t,\ttext/event-stream"),
        accepting(""),
        accepting(" , "),
        accepting("text/event-stream", true),
        accepting("TEXT/Event-Stream", true),
        accepting("text/*", true),
        accepting("text/event-stream; charset=utf-8", true),
        accepting("text/event-stream, text/plain", true),
        accepting("application/json;q=0, */*", true),
        accepting("application/json;q=0, text/event-stream", true),
        [] {
            row r{"no Accept"};
            r.without = {"Accept"};
            return r;
        }(),
        not_accepting("text/html"),
        not_accepting("text/plain"),
        not_accepting("json"),
        not_accepting("application/jsonx"),
        not_accepting("application/json text/event-stream"),
        not_accepting("*/*;q=0"),
        not_accepting("application/json;q=0, text/event-stream;q=0.0"),
        not_accepting("image/*, audio/*"),
        not_accepting("*/json"),
    });
}

TEST_CASE("content_types_that_can_only_be_json_are_read") {
    check({
        typed("application/json"),
        typed("Application/JSON"),
        typed("application/json;charset=utf-8"),
        typed("application/json; charset=UTF-8"),
        typed("application/json; charset=\"utf-8\""),
        typed("application/json ; charset=utf8"),
        typed("application/json;"),
        typed("application/json; odata=verbose"),
        typed("application/json; charset=us-ascii"),
        typed("text/json"),
        typed("application/json-rpc"),
        typed("application/jsonrequest"),
        typed("application/vnd.api+json"),
        typed("application/mcp+json; v=1"),
        typed(""),
        [] {
            row r{"no Content-Type"};
            r.without = {"Content-Type"};
            return r;
        }(),
        mistyped("text/plain"),
        mistyped("application/x-www-form-urlencoded"),
        mistyped("multipart/form-data; boundary=x"),
        mistyped("application/octet-stream"),
        mistyped("application/xml"),
        mistyped("application/jsonx"),
        mistyped("json"),
        mistyped("application/json, text/plain"),
        mistyped("text/html; application/json"),
        mistyped("+json"),
    });
}

TEST_CASE("targets_that_name_an_endpoint_in_another_way_lead_to_it") {
    check({
        at("/mcp"),
        at("/mcp/"),
        at("/mcp?"),
        at("/mcp?session=1"),
        at("/mcp/?a=b&c"),
        at("http://127.0.0.1/mcp"),
        at("http://localhost:8080/mcp/"),
        at("HTTP://LOCALHOST/mcp"),
        at("https://127.0.0.1/mcp"),
        at("http://[::1]:80/mcp?x"),
        at("/servers/demo/mcp"),
        at("/servers/demo/mcp/"),
        at("http://127.0.0.1/servers/demo/mcp"),
        refused(at("http://evil.example/mcp"), 403, "evil.example\\\" to http.hosts_allowed"),
        refused(at("http://127.0.0.1@evil.example/mcp"), 403, "malformed"),
        refused(at("//mcp"), 404, "MCP clients use /mcp"),
        refused(at("/mcp//"), 404, "MCP clients use /mcp"),
        refused(at("/MCP"), 404, "MCP clients use /mcp"),
        refused(at("/mcp/x"), 404, "MCP clients use /mcp"),
        refused(at("/mcp/.."), 404, "MCP clients use /mcp"),
        refused(at("/"), 404, "MCP clients use /mcp"),
        refused(at("/%6dcp"), 404, "MCP clients use /mcp"),
        refused(at("/servers/none/mcp"), 404, "no server named 'none'"),
        refused(at("/servers//mcp"), 404, "nothing is served"),
        refused(at("/servers/demo"), 404, "/servers/NAME/mcp"),
        refused(at("/healthz"), 405, "this path takes GET"),
        refused(at("/status/"), 405, "this path takes GET"),
    });
}

TEST_CASE("head_and_options_and_get_are_answered_on_every_path") {
    check({
        reading("HEAD", "/mcp", 200, ""),
        reading("HEAD", "/mcp/", 200, ""),
        reading("HEAD", "/servers/demo/mcp", 200, ""),
        reading("HEAD", "/servers/none/mcp", 404, ""),
        reading("HEAD", "/sse", 200, ""),
        reading("HEAD", "/messages/", 200, ""),
        reading("HEAD", "/healthz", 200, ""),
        reading("HEAD", "/readyz", 200, ""),
        reading("HEAD", "/status", 200, ""),
        reading("HEAD", "/", 200, ""),
        reading("HEAD", "/nothing", 404, ""),
        reading("OPTIONS", "/mcp", 204, ""),
        reading("OPTIONS", "/mcp/", 204, ""),
        reading("OPTIONS", "/servers/demo/mcp/", 204, ""),
        reading("OPTIONS", "/sse", 204, ""),
        reading("OPTIONS", "/messages", 204, ""),
        reading("OPTIONS", "/", 204, ""),
        reading("OPTIONS", "*", 204, ""),
        reading("OPTIONS", "/healthz", 204, ""),
        reading("OPTIONS", "/nothing", 204, ""),
        reading("GET", "/healthz/", 200, "ok"),
        reading("GET", "/healthz?verbose=1", 200, "ok"),
        reading("GET", "/readyz/", 200, "ok"),
        reading("GET", "/readyz?strict", 503, "demo keeps failing"),
        reading("GET", "/readyz?strict=1", 503, "demo keeps failing"),
        reading("GET", "/status", 200, R"({"children":[]})"),
        reading("GET", "http://127.0.0.1/status", 403, "this machine"),
        reading("GET", "/mcp", 405, "initialize by POST first"),
        reading("GET", "/", 404, "MCP clients use /mcp"),
        reading("PUT", "/mcp", 405, "takes POST, GET and DELETE"),
        reading("PATCH", "/mcp/", 405, "takes POST, GET and DELETE"),
        reading("DELETE", "/mcp", 400, "Mcp-Session-Id is missing"),
        reading("DELETE", "/healthz", 405, "takes GET"),
        reading("PUT", "/sse", 405, "takes GET"),
    });
}

TEST_CASE("bodies_that_mean_one_message_are_understood") {
    const std::string id = R"("id":)";
    check({
        bodied("a byte-order mark", bom + opening),
        bodied("a byte-order mark and blanks", bom + " \r\n" + opening),
        bodied("blanks around", "\r\n\t " + opening + " \r\n\n"),
        refused(bodied("two marks", bom + bom + opening), 400, "PARSE_ERROR"),
        refused(bodied("nothing", ""), 400, "PARSE_ERROR"),
        refused(bodied("blanks alone", " \n"), 400, "PARSE_ERROR"),
        refused(bodied("two messages", opening + "\n" + opening), 400, "PARSE_ERROR"),
        refused(bodied("no JSON", "hello"), 400, "PARSE_ERROR"),
        refused(bodied("UTF-16", std::string{"\xFF\xFE{\0", 4}), 400, "PARSE_ERROR"),
        refused(bodied("cut off", opening.substr(0, opening.size() - 1)), 400, "PARSE_ERROR"),
        refused(bodied("single quotes", "{'jsonrpc':'2.0'}"), 400, "PARSE_ERROR"),
        refused(bodied("a text", "\"x\""), 400, "INVALID_REQUEST"),
        refused(bodied("no method", R"({"jsonrpc":"2.0","id":1})"), 400, "INVALID_REQUEST"),
    });
}

TEST_CASE("version_headers_that_a_client_keeps_from_another_time_do_no_harm") {
    std::vector<row> rows;
    for (const std::string version :
         {"2026-07-28", "2025-11-25", "2025-06-18", "2024-11-05", "2030-01-01", "", "draft", "2"}) {
        row r{"initialize with the header " + version};
        r.fields = {{"MCP-Protocol-Version", version}};
        rows.push_back(r);
        r.what += " and a method";
        r.fields.emplace_back("Mcp-Method", "initialize");
        rows.push_back(r);
    }
    check(rows);
    http_world world;
    const auto session = world.open_session();
    const auto ping = make_request("7", method::ping, "{}");
    struct version_row {
        std::string_view version;
        int status;
    };
    for (const auto& [version, status] :
         {version_row{"2026-07-28", 200}, version_row{"2025-11-25", 200},
          version_row{"2025-03-26", 200}, version_row{"2024-11-05", 200}, version_row{"", 200},
          version_row{"2030-01-01", 400}, version_row{"latest", 400}}) {
        CAPTURE(version);
        auto request =
            session_post(session, ping).with("MCP-Protocol-Version", std::string{version});
        CHECK(world.ask(request).status == status);
    }
}

TEST_CASE("a_client_that_reads_no_streams_gets_the_answer_and_no_question_hangs") {
    http_world world;
    const auto session = world.open_session();
    auto request = session_post(session, call_message("1", "flood:2:10"))
                       .without("Accept")
                       .with("Accept", "application/json");
    const auto answer = world.ask(request);
    CHECK(answer.status == 200);
    CHECK_FALSE(answer.is_stream());
    CHECK(answer.body.find(R"("id":1)") != std::string::npos);
    auto asking = session_post(session, call_message("2", "ask"))
                      .without("Accept")
                      .with("Accept", "application/json");
    const auto asked = world.ask(asking);
    CHECK_FALSE(asked.is_stream());
    CHECK(asked.body.find("its Accept does not allow text/event-stream") != std::string::npos);
    auto listening =
        http_post(make_request("3", method::listen, fmt::format(R"({{"_meta":{}}})", modern_meta)))
            .without("Accept")
            .with("Accept", "application/json")
            .with("MCP-Protocol-Version", "2026-07-28")
            .with("Mcp-Method", std::string{method::listen});
    CHECK(world.ask(listening).status == 406);
}

TEST_CASE("a_client_that_reads_streams_alone_gets_the_session_with_its_stream") {
    http_world world;
    auto request = http_post(opening).without("Accept").with("Accept", "text/event-stream");
    const auto answer = world.ask(request);
    CHECK(answer.is_stream());
    CHECK_FALSE(answer.field("mcp-session-id").empty());
    CHECK(answer.body.find("data: {\"jsonrpc\"") != std::string::npos);
    CHECK(answer.body.ends_with("\n\n"));
}

} // namespace
} // namespace mcpgw::io_test
