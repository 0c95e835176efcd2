#include "transports/legacy_sse.hpp"

#include "protocol/sse.hpp"
#include "transports/http_connection.hpp"
#include "transports/session_request.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace {

std::string_view query_value(std::string_view target, std::string_view key) {
    const auto mark = target.find('?');
    if (mark == std::string_view::npos) return {};
    for (auto rest = target.substr(mark + 1); !rest.empty();) {
        const auto end = std::min(rest.find('&'), rest.size());
        const auto pair = rest.substr(0, end);
        if (pair.size() > key.size() && pair.starts_with(key) && pair[key.size()] == '=')
            return pair.substr(key.size() + 1);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {};
}

task<bool> open_stream(http_connection& connection, const request_head& head) {
    if (auto acceptable = check_get_stream(head); acceptable.has_error()) {
        const fault reason = acceptable.error();
        co_return co_await connection.write_error(reason);
    }
    auto& service = connection.service();
    auto opened = service.sessions.open();
    if (opened.has_error()) co_return co_await connection.write_error(opened.error());
    const auto session = *opened;
    session->is_http_sse = true;
    session->principal = connection.principal();
    session->spoken = revision::r2024_11_05;
    const auto box = std::make_shared<outbox>(service.ex, outbox::framing::events,
                                              service.limits.stream_queue_bytes_max);
    std::string first;
    sse_event endpoint;
    endpoint.event = "endpoint";
    endpoint.data = fmt::format("{}?session_id={}", service.options.messages_path, session->id());
    append_sse_event(first, endpoint);
    box->push_raw(std::move(first));
    session->attach(box);
    connection.watch().start([box] { box->close(); });
    co_await connection.write_stream(box);
    connection.watch().stop();
    session->detach(*box);
    box->close();
    // The stream is the session here: without it no answer could reach the client any more.
    service.sessions.close(session->id(), {errc::call_cancelled, "the client closed its stream"});
    co_return false;
}

task<bool> take_message(http_connection& connection, const request_head& head, std::string body) {
    auto& service = connection.service();
    const auto id = query_value(head.target, "session_id");
    const auto session = id.empty() ? nullptr : service.sessions.find(id);
    const scan_limits limits{service.limits.depth_max};
    if (!session || !session->is_http_sse || session->principal != connection.principal()) {
        const fault reason{id.empty() ? errc::session_required : errc::session_unknown,
                           fmt::format("open a stream with GET {} first and POST to the URL that "
                                       "its endpoint event names",
                                       service.options.sse_path)};
        co_return co_await connection.write_error(reason);
    }
    const auto scanned = scan_envelope(body, limits);
    if (scanned.has_error()) {
        const auto raw_id = find_id(body, limits);
        co_return co_await connection.write_error(scanned.error(), raw_id);
    }
    client_request request;
    request.text = std::move(body);
    request.message = *scanned;
    request.session = session;
    request.spoken = session->spoken;
    request.principal = session->principal;
    if (request.message.has_newline) flatten_newlines(request.text);
    const auto box = session->stream();
    if (request.message.kind == message_kind::response) {
        session->on_response(request.text, request.message);
    } else if (request.message.kind == message_kind::notification) {
        if (request.method() == notification::cancelled)
            session->cancel(request.text, request.message);
        else
            service.handler.on_notification(request);
    } else {
        const bool has_room =
            session->requests_in_flight() < service.limits.requests_per_session_max;
        const std::string raw_id{request.id()};
        if (!box || !has_room ||
            !service.tasks.spawn(run_session_request(service.handler, std::move(request), box))) {
            const fault busy{errc::server_busy, "too many requests are in flight"};
            co_return co_await connection.write_error(busy, raw_id);
        }
    }
    auto reply = accepted_reply();
    reply.content_type = "text/plain";
    reply.body = "Accepted"; // some clients of that time wait for a body
    co_return co_await connection.write(std::move(reply));
}

} // namespace

task<bool> serve_legacy_sse(http_connection& connection, const request_head& head,
                            std::string body) {
    const auto& options = connection.service().options;
    const bool is_stream = head.target.substr(0, head.target.find('?')) == options.sse_path;
    if (is_stream && head.method == "GET") co_return co_await open_stream(connection, head);
    if (!is_stream && head.method == "POST")
        co_return co_await take_message(connection, head, std::move(body));
    const fault reason{errc::method_not_allowed,
                       is_stream ? "this path takes GET (HTTP+SSE transport of 2024-11-05)"
                                 : "this path takes POST"};
    auto reply = error_reply(reason);
    reply.fields.emplace_back("Allow", is_stream ? "GET" : "POST");
    co_return co_await connection.write(std::move(reply));
}

} // namespace mcpgw
