// SPDX-License-Identifier: Apache-2.0
#include "transports/http_server/legacy_sse.hpp"

#include "protocol/http/request_target.hpp"
#include "protocol/http/sse.hpp"
#include "protocol/message/batch.hpp"
#include "protocol/repair/message_repair.hpp"
#include "protocol/text/byte_order_mark.hpp"
#include "transports/http_server/http_connection.hpp"
#include "transports/session/channel_request.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace {

std::string_view query_value(std::string_view query, std::string_view key) {
    for (auto rest = query; !rest.empty();) {
        const auto end = std::min(rest.find('&'), rest.size());
        const auto pair = rest.substr(0, end);
        if (pair.size() > key.size() && pair.starts_with(key) && pair[key.size()] == '=')
            return pair.substr(key.size() + 1);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {};
}

/// No stream could bring this error to a client that waits for it: the status tells.
task<bool> refuse_busy(http_connection& connection, const fault& reason,
                       std::string_view raw_id = {}) {
    auto reply = error_reply(reason, raw_id);
    set_busy(reply);
    return connection.write(std::move(reply));
}

task<bool> open_stream(http_connection& connection, const request_head& head) {
    if (auto acceptable = check_get_stream(head); acceptable.has_error()) {
        const fault reason = acceptable.error();
        co_return co_await connection.write_error(reason);
    }
    auto& service = connection.service();
    const auto address = connection.client_address();
    auto opened = service.sessions.open(address);
    if (opened.has_error()) co_return co_await refuse_busy(connection, opened.error());
    const auto session = *opened;
    session->is_http_sse = true;
    session->principal = connection.principal();
    session->scope = connection.input().meaning().scope;
    session->spoken = revision::r2024_11_05;
    const auto box = std::make_shared<outbox>(
        service.ex, outbox::framing::events, service.limits.stream_queue_bytes_max, service.memory);
    std::string first;
    sse_event endpoint;
    endpoint.event = "endpoint";
    endpoint.data = fmt::format("{}{}?session_id={}", connection.input().meaning().prefix,
                                service.options.messages_path, session->id());
    append_sse_event(first, endpoint);
    box->push_raw(std::move(first));
    session->attach(box);
    connection.input().bytes().watch([box] { box->close(); });
    co_await connection.write_stream(box);
    connection.input().bytes().unwatch();
    session->detach(*box);
    box->close();
    // The stream is the session here: without it no answer could reach the client any more.
    service.sessions.close(session->id(), {errc::call_cancelled, "the client closed its stream"});
    co_return false;
}

// A plain function: no temporary of its own lives in a coroutine's full expression (g++ 12).
task<bool> write_accepted(http_connection& connection) {
    auto reply = accepted_reply();
    reply.content_type = "text/plain";
    reply.body = "Accepted"; // some clients of that time wait for a body
    return connection.write(std::move(reply));
}

task<bool> take_message(http_connection& connection, const request_head& head, shared_text body) {
    auto& service = connection.service();
    const auto id = query_value(split_target(head.target).query, "session_id");
    const auto session = id.empty() ? nullptr : service.sessions.find(id);
    const scan_limits limits{service.limits.depth_max};
    const auto& scope = connection.input().meaning().scope;
    if (!session || !session->is_http_sse || session->scope != scope ||
        session->principal != connection.principal()) {
        const fault reason{id.empty() ? errc::session_required : errc::session_unknown,
                           fmt::format("open a stream with GET {}{} first and POST to the URL that "
                                       "its endpoint event names",
                                       connection.input().meaning().prefix,
                                       service.options.sse_path)};
        co_return co_await connection.write_error(reason);
    }
    client_request request;
    request.text = std::move(body);
    if (has_byte_order_mark(request.text))
        request.text = without_byte_order_mark(std::move(request.text));
    request.session = session;
    request.spoken = session->spoken;
    request.scope = session->scope;
    request.principal = session->principal;
    const auto box = session->stream();
    if (box && is_batch(request.text) && speaks_batches(*session)) {
        const auto taken =
            take_channel_batch(service.handler, service.limits, service.tasks, request, box);
        if (taken.has_error()) co_return co_await connection.write_error(taken.error());
        co_return co_await write_accepted(connection);
    }
    const auto scanned = scan_message(request.text, limits, nullptr, message_origin::client);
    if (scanned.has_error()) {
        const auto raw_id = find_id(request.text, limits);
        co_return co_await connection.write_error(scanned.error(), raw_id);
    }
    request.message = *scanned;
    if (request.message.has_newline) request.text = flatten_newlines(request.text);
    if (request.message.kind != message_kind::request) {
        dispatch_one_way(service.handler, request);
        co_return co_await write_accepted(connection);
    }
    // Answers that the client does not read would pile up beside those that it asks for.
    const bool has_room = session->requests_in_flight() < service.limits.requests_per_session_max &&
                          box && !box->is_full();
    const std::string raw_id{request.id()};
    if (!has_room ||
        !service.tasks.spawn(run_channel_request(service.handler, std::move(request), box))) {
        const fault busy{errc::server_busy,
                         "too many requests are in flight, or too many answers wait to be read "
                         "(limits.requests_per_session_max, limits.stream_queue_bytes_max)"};
        co_return co_await refuse_busy(connection, busy, raw_id);
    }
    co_return co_await write_accepted(connection);
}

} // namespace

task<bool> serve_legacy_sse(http_connection& connection, const request_head& head,
                            shared_text body) {
    const bool is_stream = connection.input().meaning().is_sse_stream;
    if (is_stream && head.method == "GET") co_return co_await open_stream(connection, head);
    if (!is_stream && head.method == "POST")
        co_return co_await take_message(connection, head, std::move(body));
    const fault reason{errc::method_not_allowed,
                       is_stream ? "this path takes GET (HTTP+SSE transport of 2024-11-05)"
                                 : "this path takes POST"};
    auto reply = error_reply(reason);
    reply.fields.emplace_back("Allow", is_stream ? "GET, HEAD, OPTIONS" : "POST, OPTIONS");
    co_return co_await connection.write(std::move(reply));
}

} // namespace mcpgw
