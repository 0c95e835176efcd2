#include "transports/http_reply.hpp"

#include "protocol/rpc.hpp"

#include <fmt/format.h>

#include <iterator>

namespace mcpgw {

namespace {
constexpr std::size_t head_bytes_usual = 160;
}

std::string_view reason_phrase(int status) {
    switch (status) {
    case 200:
        return "OK";
    case 202:
        return "Accepted";
    case 204:
        return "No Content";
    case 400:
        return "Bad Request";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 406:
        return "Not Acceptable";
    case 408:
        return "Request Timeout";
    case 413:
        return "Content Too Large";
    case 415:
        return "Unsupported Media Type";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 503:
        return "Service Unavailable";
    default:
        return "Status";
    }
}

std::string http_reply::head(bool keep_alive, std::size_t room) const {
    std::string text;
    text.reserve(head_bytes_usual + room);
    const auto add_line = [&text](std::string_view name, std::string_view value) {
        text.append(name).append(": ").append(value).append("\r\n");
    };
    text.append("HTTP/1.1 ").append(std::to_string(status)).append(" ");
    text.append(reason_phrase(status)).append("\r\n");
    if (!body.empty()) add_line("Content-Type", content_type);
    // 204 must not have a Content-Length (RFC 9110, 8.6).
    if (status != 204) add_line("Content-Length", std::to_string(body.size()));
    for (const auto& [name, value] : fields) add_line(name, value);
    if (!keep_alive) add_line("Connection", "close");
    text.append("\r\n");
    return text;
}

std::string event_stream_head(bool chunked,
                              const std::vector<std::pair<std::string, std::string>>& fields) {
    std::string text = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                       "Cache-Control: no-cache, no-transform\r\nX-Accel-Buffering: no\r\n";
    text += chunked ? "Transfer-Encoding: chunked\r\n" : "Connection: close\r\n";
    for (const auto& [name, value] : fields)
        fmt::format_to(std::back_inserter(text), "{}: {}\r\n", name, value);
    text += "\r\n";
    return text;
}

http_reply error_reply(const fault& f, std::string_view id_json) {
    http_reply reply;
    reply.status = describe(f.code).http_status;
    reply.body = make_error_response(id_json, f);
    return reply;
}

http_reply accepted_reply() {
    http_reply reply;
    reply.status = 202;
    return reply;
}

} // namespace mcpgw
