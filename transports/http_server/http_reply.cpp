// SPDX-License-Identifier: Apache-2.0
#include "transports/http_server/http_reply.hpp"

#include "protocol/json/decimal.hpp"
#include "protocol/message/rpc.hpp"

#include <boost/beast/http/status.hpp>

#include <fmt/format.h>

#include <iterator>

namespace mcpgw {

namespace {
constexpr std::size_t head_bytes_usual = 160;
/// Of most replies, up to the length of their body.
constexpr std::string_view usual_begin =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";

std::string_view reason_phrase(int status) {
    return boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
}

} // namespace

std::string http_reply::head(bool keep_alive, std::size_t room) const {
    using namespace std::string_view_literals;
    std::string text;
    text.reserve(head_bytes_usual + room);
    const auto body_bytes = body.size();
    if (status == 200 && body_bytes > 0 && content_type == json_type) {
        text.append(usual_begin).append(decimal{body_bytes});
    } else {
        text.append("HTTP/1.1 "sv).append(std::to_string(status)).append(" "sv);
        text.append(reason_phrase(status));
        if (body_bytes > 0) text.append("\r\nContent-Type: "sv).append(content_type);
        // 204 must not have a Content-Length (RFC 9110, 8.6).
        if (status != 204) text.append("\r\nContent-Length: "sv).append(decimal{body_bytes});
    }
    for (const auto& [name, value] : fields)
        text.append("\r\n"sv).append(name).append(": "sv).append(value);
    if (!keep_alive) text.append("\r\nConnection: close"sv);
    text.append("\r\n\r\n"sv);
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

void set_busy(http_reply& reply) {
    constexpr int service_unavailable = 503;
    reply.status = service_unavailable;
    reply.fields.emplace_back("Retry-After", "1");
}

http_reply accepted_reply() {
    http_reply reply;
    reply.status = 202;
    return reply;
}

} // namespace mcpgw
