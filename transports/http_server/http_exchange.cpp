// SPDX-License-Identifier: Apache-2.0
#include "transports/http_server/http_exchange.hpp"

#include "protocol/message/rpc.hpp"

#include <exception>
#include <utility>

namespace mcpgw {

namespace {

/// The session that the client knows of, in which it may resume. None while it is being opened.
std::shared_ptr<client_session> resumable_session(const client_request& request) {
    const bool can_resume =
        request.client_era == era::legacy && request.session && request.session->is_initialized;
    return can_resume ? request.session : nullptr;
}

} // namespace

task<client_reply> run_handler(http_service& service, client_request& request, reply_sink& sink) {
    client_reply reply;
    try {
        reply = co_await service.handler.handle(request, sink);
    } catch (const std::exception& e) {
        service.log.error("a request ended with an unexpected exception: {}", e.what());
        reply.text = make_error_response(request.id(), {errc::internal_error});
        reply.http_status = describe(errc::internal_error).http_status;
    }
    co_return reply;
}

http_exchange::http_exchange(http_connection& connection, client_request& request)
    : connection_(connection)
    , request_(request)
    // 2026-07-28, basic/patterns/cancellation: a disconnect is cancellation.
    , reply_(connection, resumable_session(request), [this] {
        abort_.abort({errc::call_cancelled, "the client closed the connection"});
    }) {
    request_.abort = &abort_;
}

void http_exchange::begin() {
    reply_.start();
    connection_.set_running(&abort_);
}

task<bool> http_exchange::finish(client_reply&& reply, header_list fields) {
    connection_.set_running(nullptr);
    questions_.withdraw(); // what the client is told of it must come before the answer
    http_reply plain;
    plain.status = reply.http_status;
    plain.body = std::move(reply.text);
    plain.fields = std::move(fields);
    auto& memory = *connection_.service().memory;
    const auto bytes = plain.body.size();
    // Answers that nobody reads are held for the time that their clients are given.
    if (bytes > memory_budget::small_bytes_max && !memory.make_room(bytes)) {
        plain.body = make_error_response(
            request_.id(), {errc::server_busy, "the gateway holds too much for clients that do not "
                                               "read their answers (limits.memory_max): try again "
                                               "later"});
        set_busy(plain);
    }
    return reply_.finish(std::move(plain));
}

} // namespace mcpgw
