// SPDX-License-Identifier: Apache-2.0
#include "transports/http_server/streamable_http.hpp"

#include "protocol/http/modern_headers.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/batch.hpp"
#include "protocol/repair/message_repair.hpp"
#include "protocol/text/byte_order_mark.hpp"
#include "protocol/text/http_text.hpp"
#include "transports/http_server/http_batch.hpp"
#include "transports/http_server/http_exchange.hpp"
#include "transports/session/channel_request.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace {

using header_list = std::vector<std::pair<std::string, std::string>>;

/// The session that a request belongs to, or why there is none.
result<std::shared_ptr<client_session>> find_session(http_connection& connection) {
    const auto& meaning = connection.input().meaning();
    if (meaning.session_id.empty()) return errc::session_required;
    auto session = connection.service().sessions.find(meaning.session_id);
    // A session belongs to the endpoint and to the principal that opened it. The error does not
    // tell others that the session exists.
    if (!session || session->scope != meaning.scope || session->is_http_sse ||
        session->principal != connection.principal())
        return errc::session_unknown;
    return session;
}

/// A request that stands for itself; its frame holds all that it needs.
task<bool> serve_alone(http_connection& connection, client_request request) {
    http_exchange exchange{connection, request};
    exchange.begin();
    auto reply = co_await exchange.answer();
    const bool is_good = co_await exchange.finish(std::move(reply));
    co_return is_good;
}

task<bool> serve_modern(http_connection& connection, const request_head& head,
                        client_request&& request) {
    const auto checked = check_modern(head, request.message, request.text);
    if (checked.has_error()) return connection.write_error(checked.error(), request.id());
    if (connection.form() == reply_form::json && request.method() == method::listen)
        return connection.write_error({errc::not_acceptable,
                                       "subscriptions/listen is answered by an event stream: "
                                       "Accept must allow text/event-stream"},
                                      request.id());
    request.client_era = era::modern;
    request.spoken = newest_modern;
    request.param_headers = find_params(head);
    // No client notification is defined over HTTP here; accepting an unknown one is harmless.
    if (request.message.kind != message_kind::request) return connection.write(accepted_reply());
    return serve_alone(connection, std::move(request));
}

task<bool> serve_initialize(http_connection& connection, client_request request) {
    auto& sessions = connection.service().sessions;
    const auto address = connection.client_address();
    auto opened = sessions.open(address);
    if (opened.has_error()) co_return co_await connection.write_error(opened.error(), request.id());
    const auto session = *opened;
    session->streams.set_resumable();
    session->scope = request.scope;
    session->principal = request.principal;
    request.session = session;
    http_exchange exchange{connection, request};
    exchange.begin();
    auto reply = co_await exchange.answer();
    header_list fields;
    // A client that left meanwhile does not know its session.
    if (session->is_initialized && !request.abort->reason()) {
        fields.emplace_back(header_name::session_id, session->id());
    } else {
        sessions.close(session->id(), {errc::session_error, "initialize failed"});
    }
    co_return co_await exchange.finish(std::move(reply), std::move(fields));
}

task<bool> run_in_session(http_connection& connection, client_request request) {
    auto& session = *request.session;
    http_exchange exchange{connection, request};
    const client_session::running_request running{session, request.id(), *request.abort};
    if (!running.is_unique()) {
        const fault twice{errc::invalid_request, "a request with this id is still in flight"};
        co_return co_await connection.write_error(twice, request.id());
    }
    exchange.begin();
    auto reply = co_await exchange.answer();
    const bool is_good = co_await exchange.finish(std::move(reply));
    session.last_used = clock_type::now(); // an answer that waits for its client waits from now on
    co_return is_good;
}

task<bool> serve_in_session(http_connection& connection, client_request&& request) {
    auto& session = *request.session;
    const auto& limits = connection.service().limits;
    request.spoken = session.spoken;
    if (request.message.kind != message_kind::request) {
        dispatch_one_way(connection.service().handler, request);
        return connection.write(accepted_reply());
    }
    if (session.requests_in_flight() >= limits.requests_per_session_max)
        return connection.write_error({errc::server_busy,
                                       "too many requests of this session are in flight "
                                       "(limits.requests_per_session_max)"},
                                      request.id());
    return run_in_session(connection, std::move(request));
}

/// An array is a batch in a session of 2025-03-26, and nothing anywhere else.
task<bool> serve_array(http_connection& connection, shared_text body) {
    const bool has_session = connection.input().meaning().has_session_id;
    const auto& version = connection.input().meaning().legacy_version;
    if (has_session && version.has_error())
        co_return co_await connection.write_error(version.error());
    auto session = find_session(connection);
    if (has_session && session.has_error())
        co_return co_await connection.write_error(session.error());
    if (!has_session || !speaks_batches(**session)) {
        const fault refused{errc::batch_not_supported};
        co_return co_await connection.write_error(refused);
    }
    client_request pattern;
    pattern.session = *session;
    pattern.spoken = pattern.session->spoken;
    pattern.scope = connection.input().meaning().scope;
    pattern.principal = connection.principal();
    co_return co_await serve_http_batch(connection, std::move(pattern), std::move(body));
}

/// Why a body is no message, in words that tell what to do about it.
fault explain(const request_head& head, std::string_view body, const fault& reason) {
    if (reason.code != errc::parse_error) return reason;
    if (body.find_first_not_of(" \t\r\n") == body.npos)
        return {errc::parse_error, "The body is empty; it must be one JSON-RPC message"};
    const auto coding = head.find("Content-Encoding").value_or(std::string_view{});
    if (coding.empty() || iequals(coding, "identity")) return reason;
    constexpr std::size_t shown_max = 40;
    return {errc::unsupported_media_type,
            fmt::format("The body has the Content-Encoding \"{}\"; requests are read without one",
                        sanitize_utf8(coding.substr(0, shown_max)))};
}

task<bool> serve_post(http_connection& connection, const request_head& head, shared_text body) {
    const auto& acceptable = connection.input().meaning().post_form;
    if (acceptable.has_error()) return connection.write_error(acceptable.error());
    connection.set_form(*acceptable);
    if (has_byte_order_mark(body)) body = without_byte_order_mark(std::move(body));
    if (is_batch(body)) return serve_array(connection, std::move(body));
    const scan_limits limits{connection.service().limits.depth_max};
    const auto scanned =
        scan_message(body, limits, &connection.last_meta(), message_origin::client);
    if (scanned.has_error())
        return connection.write_error(explain(head, body, scanned.error()), find_id(body, limits));
    client_request request;
    request.text = std::move(body);
    request.message = *scanned;
    request.scope = connection.input().meaning().scope;
    request.principal = connection.principal();
    // A pretty-printed body has newlines; on a child's stdin they would end the message early.
    if (request.message.has_newline) request.text = flatten_newlines(request.text);

    if (claims_modern(head, request.message, request.text))
        return serve_modern(connection, head, std::move(request));
    const auto& version = connection.input().meaning().legacy_version;
    // What initialize asks for is in its body; the header comes later.
    if (request.message.kind == message_kind::request && request.method() == method::initialize)
        return serve_initialize(connection, std::move(request));
    if (version.has_error()) return connection.write_error(version.error(), request.id());
    auto session = find_session(connection);
    if (session.has_error()) return connection.write_error(session.error(), request.id());
    request.session = *session;
    return serve_in_session(connection, std::move(request));
}

task<bool> refuse_method(http_connection& connection, std::string_view detail) {
    const fault reason{errc::method_not_allowed, std::string{detail}};
    auto reply = error_reply(reason);
    reply.fields.emplace_back("Allow", "GET, HEAD, POST, DELETE, OPTIONS");
    return connection.write(std::move(reply));
}

/// The stream for what belongs to no request (2025-11-25, basic/transports, "Listening for Messages
/// from the Server"), or with Last-Event-ID the rest of whichever stream that names. A stream has
/// one connection; a new one replaces the old, which may be dead.
task<bool> serve_get(http_connection& connection, const request_head& head) {
    if (!connection.input().meaning().has_session_id)
        co_return co_await refuse_method(connection,
                                         "GET opens the stream of a session: initialize "
                                         "by POST first, then send its Mcp-Session-Id");
    if (auto acceptable = check_get_stream(head); acceptable.has_error()) {
        const fault reason = acceptable.error();
        co_return co_await connection.write_error(reason);
    }
    if (const auto& version = connection.input().meaning().legacy_version; version.has_error())
        co_return co_await connection.write_error(version.error());
    auto found = find_session(connection);
    if (found.has_error()) co_return co_await connection.write_error(found.error());
    const auto session = *found;
    auto& service = connection.service();
    const auto box = std::make_shared<outbox>(service.ex, outbox::framing::events,
                                              service.limits.stream_queue_bytes_max,
                                              service.memory);
    if (const auto last_id = head.find(header_name::last_event_id)) {
        const auto resumed = session->streams.resume(*last_id, box);
        if (resumed.has_error()) co_return co_await connection.write_error(resumed.error());
    } else {
        if (session->spoken >= revision::r2025_11_25)
            session->streams.push_priming(*box, event_store::own_stream,
                                          service.options.retry_delay);
        if (auto previous = session->attach(box)) previous->close();
    }
    connection.input().bytes().watch([box] { box->close(); });
    const bool is_good = co_await connection.write_stream(box);
    connection.input().bytes().unwatch();
    session->streams.release(*box);
    session->last_used = clock_type::now();
    co_return is_good;
}

task<bool> serve_delete(http_connection& connection) {
    if (const auto& version = connection.input().meaning().legacy_version; version.has_error())
        return connection.write_error(version.error());
    const auto session = find_session(connection);
    if (session.has_error()) return connection.write_error(session.error());
    connection.service().sessions.close(session.value()->id(),
                                        {errc::session_unknown, "the client ended the session"});
    http_reply done;
    return connection.write(std::move(done));
}

} // namespace

task<bool> serve_streamable_http(http_connection& connection, const request_head& head,
                                 shared_text body) {
    if (head.method == "POST") return serve_post(connection, head, std::move(body));
    if (head.method == "GET") return serve_get(connection, head);
    if (head.method == "DELETE") return serve_delete(connection);
    return refuse_method(connection, "the MCP endpoint takes POST, GET and DELETE");
}

} // namespace mcpgw
