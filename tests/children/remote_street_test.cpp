// SPDX-License-Identifier: Apache-2.0
// What remote servers do that no specification foresees and that other clients live with: one table
// for each step, each row against a server that is ordinary but for that row.
#include "tests/support/fake_remote.hpp"
#include "transports/coding/content_coding.hpp"

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <initializer_list>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

/// The bytes of a reply. %M: the right message, %L: its length, %X: that in hexadecimal, %I: the
/// id, %R: the right result.
struct row {
    std::string name;
    std::string reply;
    std::string expected = "hello"; ///< what the call brings, or a part of its fault
    bool closes = false;            ///< the connection ends after the reply
    bool stays = false;             ///< nothing follows, and the connection stays open
};

void replace(std::string& text, std::string_view what, std::string_view by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

std::string encoded(content_coding coding, std::string_view body) {
    std::string out;
    REQUIRE(make_encoder(coding)->feed(body, true, out));
    return out;
}

/// Brotli without compression: one block of up to 64 KiB as it is, and the end (RFC 7932, 9.2).
std::string brotli(std::string_view body) {
    const auto bits = static_cast<unsigned>((body.size() - 1) << 4U | 1U << 20U);
    std::string out;
    for (unsigned shift = 0; shift < 24; shift += 8)
        out += static_cast<char>(bits >> shift & 0xffU);
    return out.append(body) + '\x03';
}

/// An ordinary server of 2025-06-18 with a session, without a GET stream; `odd` is what it says to
/// one kind of request instead.
class street_server {
public:
    street_server(std::string where, row what) : where_(std::move(where)), odd_(std::move(what)) {}

    fake_reply operator()(const received_request& request, const connection_pointer& /*at*/) {
        const auto name = fake_remote::name_of(request);
        const bool closes =
            odd_.closes || odd_.reply.find("Connection: close") != std::string::npos;
        if (name == where_) return {rendered(request, name), odd_.stays, closes};
        if (name == "GET" || name == "DELETE") return {response_text("405 No", "", "")};
        if (name.starts_with("notifications/")) return {accepted()};
        return {response_text("200 OK", fields_of(name), message_for(request, name))};
    }

private:
    static std::string fields_of(const std::string& name) {
        return std::string{"Content-Type: application/json\r\n"} +
               (name == "initialize" ? "Mcp-Session-Id: s1\r\n" : "");
    }
    static std::string result_for(const std::string& name) {
        if (name == "initialize")
            return R"({"protocolVersion":"2025-06-18","capabilities":{"tools":{}},)"
                   R"("serverInfo":{"name":"s","version":"1"}})";
        if (name == "tools/list") return R"({"tools":[{"name":"echo","inputSchema":{}}]})";
        return text_result("hello");
    }
    static std::string message_for(const received_request& request, const std::string& name) {
        const auto id = fake_remote::id_of(request);
        if (name == "server/discover") return error_answer(id, -32601, "no such method");
        return result_of(id, result_for(name));
    }
    [[nodiscard]] std::string rendered(const received_request& request,
                                       const std::string& name) const {
        auto text = odd_.reply;
        const bool has_message = !request.body.empty() && !name.starts_with("notifications/");
        const auto message = has_message ? message_for(request, name) : std::string{};
        for (const auto coding : {content_coding::gzip, content_coding::zstd, content_coding::br}) {
            const auto mark = "%" + std::string{to_string(coding)};
            if (text.find(mark) == std::string::npos) continue;
            const auto body =
                coding == content_coding::br ? brotli(message) : encoded(coding, message);
            replace(text, "%L", std::to_string(body.size()));
            replace(text, mark, body);
        }
        replace(text, "%M", message);
        replace(text, "%L", std::to_string(message.size()));
        replace(text, "%X", fmt::format("{:x}", message.size()));
        replace(text, "%R", result_for(name));
        if (has_message) replace(text, "%I", fake_remote::id_of(request));
        return text;
    }

    std::string where_;
    row odd_;
};

/// Starts such a server and calls it; the outcome as text.
std::string outcome_of(remote_world& world) {
    const auto started = world.child.start();
    if (started.has_error()) return std::string{started.error().message()};
    const auto answer = world.child.call("echo");
    if (answer.has_error()) return std::string{answer.error().message()};
    if (answer->message.is_error) return std::string{answer->message.error.of(answer->line)};
    return text_of(answer);
}

std::size_t check_all(const std::string& where, const std::vector<row>& rows,
                      const std::function<void(remote_world&)>& also = {}) {
    for (const auto& each : rows) {
        INFO(where << ": " << each.name);
        auto options = fake_options();
        if (each.stays) options.probe_timeout = std::chrono::milliseconds{50};
        options.secrets = {"very-secret"};
        remote_world world{street_server{where, each}, std::move(options)};
        const auto outcome = outcome_of(world);
        INFO(outcome);
        CHECK(outcome.find(each.expected) != std::string::npos);
        CHECK(outcome.find("very-secret") == std::string::npos);
        if (also) also(world);
    }
    return rows.size();
}

std::string plain(std::string_view status, std::string_view type, std::string_view body) {
    return response_text(status, fmt::format("Content-Type: {}\r\n", type), body);
}
std::string json_reply(std::string_view status, std::string_view body) {
    return fmt::format(
        "HTTP/1.1 {}\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{}", status,
        body);
}
std::string stream(std::string_view events) {
    return fmt::format("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                       "Connection: close\r\n\r\n{}",
                       events);
}

/// Refusals of every status, each with a body that some framework sends.
std::vector<row> refusals(std::initializer_list<int> statuses) {
    std::vector<row> rows;
    for (const int status : statuses) {
        const auto line = fmt::format("{} Refused", status);
        rows.push_back({line + ", empty", response_text(line, "", "")});
        rows.push_back({line + ", html", plain(line, "text/html", "<h1>No</h1>")});
    }
    return rows;
}

} // namespace

TEST_CASE("whatever_a_remote_server_says_to_the_probe_initialize_is_tried") {
    auto rows = refusals({201, 202, 204, 300, 301, 302, 303, 307, 308, 400, 401, 402, 403, 404,
                          405, 406, 407, 408, 409, 410, 411, 413, 415, 418, 421, 422, 425, 426,
                          428, 429, 431, 451, 500, 501, 502, 503, 504, 505, 520, 529});
    const std::vector<row> more{
        {"200, empty", response_text("200 OK", "", "")},
        {"200, html", plain("200 OK", "text/html", "<!doctype html>")},
        {"200, a list", plain("200 OK", "application/json", "[]")},
        {"200, null", plain("200 OK", "application/json", "null")},
        {"200, no JSON-RPC", plain("200 OK", "application/json", R"({"ok":true})")},
        {"404, no JSON-RPC", plain("404 No", "application/json", R"({"detail":"Not Found"})")},
        {"422 of FastAPI", plain("422 X", "application/json", R"({"detail":[{"loc":["body"]}]})")},
        {"redirect to another origin",
         response_text("307 X", "Location: http://other.example/mcp\r\n", "")},
        {"redirect to itself", response_text("307 X", "Location: /mcp\r\n", "")},
        {"error with the id of the SDK for Python",
         json_reply("400 Bad Request", R"({"jsonrpc":"2.0","id":"server-error","error":)"
                                       R"({"code":-32600,"message":"Missing session ID"}})")},
        {"error with the id null",
         json_reply("400 Bad", R"({"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"m"}})")},
        {"error without an id",
         json_reply("400 Bad", R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"m"}})")},
        {"error with another id",
         json_reply("200 OK", R"({"jsonrpc":"2.0","id":0,"error":{"code":-32601,"message":"m"}})")},
        {"error on a stream with an id of its own",
         stream("event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":\"server-error\",\"error\":"
                "{\"code\":-32600,\"message\":\"m\"}}\n\n"),
         "hello", true},
        {"a result that is no discovery", json_reply("200 OK", R"({"jsonrpc":"2.0","id":%I,)"
                                                               R"("result":{}})")},
        {"an empty stream", stream(""), "hello", true},
        {"a stream of comments", stream(": hi\n\n"), "hello", true},
        {"closes", "", "hello", true},
        {"closes in the middle of the head", "HTTP/1.1 20", "hello", true},
        {"closes in the middle of the body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{",
         "hello", true},
        {"hangs", "", "hello", false, true},
        {"hangs after the head", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "hello", false,
         true},
        {"hangs on a stream", stream_head(), "hello", false, true},
        {"is no HTTP", "220 smtp.example ESMTP\r\n", "hello", true},
        {"has an unknown coding", response_text("200 OK", "Content-Encoding: rot13\r\n", "x")},
        {"has a damaged body", response_text("200 OK", "Content-Encoding: br\r\n", "{}{}{}")},
    };
    rows.insert(rows.end(), more.begin(), more.end());
    CHECK(check_all("server/discover", rows) > 100);
}

TEST_CASE("a_get_stream_refused_in_whatever_way_changes_nothing") {
    auto rows = refusals({201, 204, 301, 302, 307, 400, 401, 403, 404, 405,
                          406, 409, 410, 415, 422, 429, 500, 501, 502, 503});
    const std::vector<row> more{
        {"200, empty", response_text("200 OK", "", "")},
        {"200, html", plain("200 OK", "text/html; charset=utf-8", "<p>It works</p>")},
        {"200, json", plain("200 OK", "application/json", R"({"status":"ok"})")},
        {"404 about a session",
         plain("404 No", "application/json",
               R"({"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"session"}})")},
        {"400 about a session",
         plain("400 No", "application/json",
               R"({"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"session"}})")},
        {"closes", "", "hello", true},
        {"hangs", "", "hello", false, true},
        {"no HTTP", "nonsense\r\n\r\n", "hello", true},
        {"a stream that ends at once", stream_head() + std::string{last_chunk}},
        {"a stream that breaks at once", stream_head(), "hello", true},
        {"a redirect elsewhere",
         response_text("302 Found", "Location: https://login.example/\r\n", "")},
    };
    rows.insert(rows.end(), more.begin(), more.end());
    const auto still_works = [](remote_world& world) {
        CHECK(text_of(world.child.call("echo")) == "hello");
        CHECK(world.server.count("initialize") == 1);
        CHECK(world.server.count("tools/list") == 1);
    };
    CHECK(check_all("GET", rows, still_works) > 40);
}

TEST_CASE("notifications_that_are_refused_change_nothing") {
    check_all("notifications/initialized",
              refusals({200, 204, 400, 401, 403, 404, 405, 406, 415, 422, 500, 501}));
}

TEST_CASE("loose_http_of_a_remote_server_is_understood") {
    const std::vector<row> rows{
        {"no reason", "HTTP/1.1 200\r\nContent-Length: %L\r\n\r\n%M"},
        {"a blank and no reason", "HTTP/1.1 200 \r\nContent-Length: %L\r\n\r\n%M"},
        {"blanks in the status line", "HTTP/1.1  200  OK \r\nContent-Length: %L\r\n\r\n%M"},
        {"a reason in another script", "HTTP/1.1 200 \xe8\x89\xaf\r\nContent-Length: %L\r\n\r\n%M"},
        {"a later version", "HTTP/1.2 200 OK\r\nContent-Length: %L\r\n\r\n%M"},
        {"HTTP/2 in the status line", "HTTP/2 200\r\nContent-Length: %L\r\n\r\n%M"},
        {"HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n%M", "hello", true},
        {"line ends before it", "\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: %L\r\n\r\n%M"},
        {"lone LF", "HTTP/1.1 200 OK\nContent-Length: %L\n\n%M"},
        {"mixed line ends", "HTTP/1.1 200 OK\r\nContent-Length: %L\n\r\n%M"},
        {"no blank after the colon", "HTTP/1.1 200 OK\r\nContent-Length:%L\r\n\r\n%M"},
        {"a blank before the colon", "HTTP/1.1 200 OK\r\nContent-Length : %L\r\n\r\n%M"},
        {"tabs", "HTTP/1.1 200 OK\r\nContent-Length:\t%L\t\r\n\r\n%M"},
        {"capitals", "HTTP/1.1 200 OK\r\nCONTENT-LENGTH: %L\r\n\r\n%M"},
        {"folded", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: %L\r\n\r\n%M"},
        {"no field", "HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: %L\r\n\r\n%M"},
        {"a field without a name", "HTTP/1.1 200 OK\r\n: x\r\nContent-Length: %L\r\n\r\n%M"},
        {"a name with blanks", "HTTP/1.1 200 OK\r\nA b: x\r\nContent-Length: %L\r\n\r\n%M"},
        {"control characters", "HTTP/1.1 200 OK\r\nA: \x01\r\nContent-Length: %L\r\n\r\n%M"},
        {"the length twice",
         "HTTP/1.1 200 OK\r\nContent-Length: %L\r\nContent-Length: %L\r\n\r\n%M"},
        {"the length twice in one", "HTTP/1.1 200 OK\r\nContent-Length: %L, %L\r\n\r\n%M"},
        {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n%M",
         "Content-Length"},
        {"no length", "HTTP/1.1 200 OK\r\n\r\n%M", "hello", true},
        {"a length beside chunks", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: "
                                   "chunked\r\n\r\n%X\r\n%M\r\n0\r\n\r\n"},
        {"identity", "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: "
                     "%L\r\n\r\n%M"},
        {"Chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n%X\r\n%M\r\n0\r\n\r\n"},
        {"chunk extensions", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%X;a=\"b;c\";d"
                             "\r\n%M\r\n0;e\r\n\r\n"},
        {"blanks after the size",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%X  \r\n%M\r\n0\r\n\r\n"},
        {"zeros before the size",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0000%X\r\n%M\r\n000\r\n\r\n"},
        {"chunks with lone LF", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\n\n%X\n%M\n0\n\n"},
        {"trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%X\r\n%M\r\n0\r\nX: "
                     "y\r\n\r\n"},
        {"no last line", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%X\r\n%M\r\n0\r\n",
         "hello", true},
        {"no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%X\r\n%M\r\n",
         "hello", true},
        {"a length that is too long", "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n%M", "hello",
         true},
        {"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"jsonrpc\"",
         "in the middle of its answer", true},
        {"interim answers", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 H\r\nLink: x\r\n\r\n"
                            "HTTP/1.1 200 OK\r\nContent-Length: %L\r\n\r\n%M"},
        {"an empty session", "HTTP/1.1 200 OK\r\nMcp-Session-Id: \r\nContent-Length: %L\r\n\r\n%M"},
        {"closes without a word", "HTTP/1.1 200 OK\r\nContent-Length: %L\r\n\r\n%M", "hello", true},
    };
    // Each of them in the answer to every step.
    for (const auto* const where : {"server/discover", "initialize", "tools/list", "tools/call"}) {
        auto here = rows;
        if (std::string_view{where} !=
            "tools/call") // a probe may fail, and a start says it at once
            std::erase_if(here, [](const row& each) { return each.expected != "hello"; });
        CHECK(check_all(where, here) > 30);
    }
}

TEST_CASE("bodies_of_a_remote_server_are_understood_by_what_they_are") {
    const auto typed = [](std::string_view type) {
        return fmt::format("HTTP/1.1 200 OK\r\n{}Content-Length: %L\r\n\r\n%M", type);
    };
    const auto coded = [](std::string_view coding, std::string_view body) {
        return fmt::format(
            "HTTP/1.1 200 OK\r\nContent-Encoding: {}\r\nContent-Length: %L\r\n\r\n{}", coding,
            body);
    };
    const auto other_id = [](std::string_view id) {
        return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":%R}})", id);
    };
    const std::vector<row> rows{
        {"no type", typed("")},
        {"an empty type", typed("Content-Type:\r\n")},
        {"a charset", typed("Content-Type: application/json; charset=utf-8\r\n")},
        {"odd parameters", typed("Content-Type: application/json;;a;b=\r\n")},
        {"capitals", typed("Content-Type: APPLICATION/JSON\r\n")},
        {"text", typed("Content-Type: text/plain\r\n")},
        {"html by mistake", typed("Content-Type: text/html\r\n")},
        {"a vendor's type", typed("Content-Type: application/vnd.api+json\r\n")},
        {"called a stream", typed("Content-Type: text/event-stream\r\n")},
        {"two types", typed("Content-Type: application/json\r\nContent-Type: text/html\r\n")},
        {"a byte-order mark", json_reply("200 OK", "\xef\xbb\xbf%M"), "hello", true},
        {"white space around it", json_reply("200 OK", "\r\n\t %M \n\n"), "hello", true},
        {"a batch of one", json_reply("200 OK", "[%M]"), "hello", true},
        {"lines",
         json_reply("200 OK", R"({"jsonrpc":"2.0","method":"notifications/x"})"
                              "\n%M\n"),
         "hello", true},
        {"status 201", json_reply("201 Created", "%M"), "hello", true},
        {"status 400 with a result", json_reply("400 Bad", "%M"), "hello", true},
        {"status 500 with a result", json_reply("500 Oops", "%M"), "hello", true},
        {"an id as text", json_reply("200 OK", other_id("\"%I\"")), "hello", true},
        {"an id of its own", json_reply("200 OK", other_id("\"server-error\"")), "hello", true},
        {"another id", json_reply("200 OK", other_id("7")), "hello", true},
        {"gzip", coded("gzip", "%gzip")},
        {"x-gzip", coded("x-gzip", "%gzip")},
        {"zstd", coded("zstd", "%zstd")},
        {"br", coded("br", "%br")},
        {"BR", coded("BR", "%br")},
        {"identity", coded("identity", "%M")},
        {"utf-8 as a coding", coded("UTF-8", "%M")},
        {"gzip that is none", coded("gzip", "%M")},
        {"damaged gzip", response_text("200 OK", "Content-Encoding: gzip\r\n", "\x1f\x8bxxxxxxxx"),
         "damaged"},
        {"an unknown coding", response_text("200 OK", "Content-Encoding: compress\r\n", "x"),
         "compress"},
        {"html", plain("200 OK", "text/html", "<p>maintenance</p>"), "<p>maintenance</p>"},
        {"a secret in a refusal", plain("500 X", "text/plain", "bad key very-secret!"),
         "it said: bad key ***!"},
        {"a long refusal", plain("502 X", "text/html", std::string(5000, 'x')), "HTTP 502"},
        {"401", response_text("401 X", "", ""), "`bearer_token`"},
        {"another origin", response_text("308 X", "Location: https://o.example/mcp\r\n", ""),
         "set `url` to https://o.example/mcp"},
        {"nothing", response_text("200 OK", "", ""), "with nothing instead"},
    };
    CHECK(check_all("tools/call", rows) > 30);
}

TEST_CASE("event_streams_of_a_remote_server_are_understood") {
    const std::vector<row> rows{
        {"LF", stream("data: %M\n\n"), "hello", true},
        {"CRLF", stream("data: %M\r\n\r\n"), "hello", true},
        {"CR", stream("data: %M\r\r"), "hello", true},
        {"no blank after the colon", stream("data:%M\n\n"), "hello", true},
        {"comments", stream(": one\n:two\n\ndata: %M\n: three\n\n"), "hello", true},
        {"retry", stream("retry: 10\n\nretry: x\ndata: %M\n\n"), "hello", true},
        {"a byte-order mark",
         stream("\xef\xbb\xbf"
                "data: %M\n\n"),
         "hello", true},
        {"unknown fields", stream("foo: bar\nbaz\ndata: %M\n\n"), "hello", true},
        {"several lines",
         stream("data: {\"jsonrpc\":\"2.0\",\ndata: \"id\":%I,\ndata: "
                "\"result\":%R}\n\n"),
         "hello", true},
        {"no empty line at the end", stream("event: message\ndata: %M\n"), "hello", true},
        {"no line end at all", stream("data: %M"), "hello", true},
        {"another name", stream("event: response\ndata: %M\n\n"), "hello", true},
        {"a ping before it", stream("event: ping\ndata: {}\n\ndata: %M\n\n"), "hello", true},
        {"an id of its own", stream("data: {\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":%R}\n\n"),
         "hello", true},
        {"another id", stream("data: {\"jsonrpc\":\"2.0\",\"id\":9,\"result\":%R}\n\n"), "hello",
         true},
        {"under no type", "HTTP/1.1 200 OK\r\n\r\ndata: %M\n\n", "hello", true},
        {"called JSON", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\ndata: %M\n\n",
         "hello", true},
        {"a charset",
         "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream;charset=UTF-8\r\n\r\n"
         "data: %M\n\n",
         "hello", true},
        {"cut off", stream("data: {\"jsonrpc\":\"2.0\",\"id\""), "ended before the answer", true},
    };
    CHECK(check_all("tools/call", rows) > 15);
}
