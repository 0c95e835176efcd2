// SPDX-License-Identifier: Apache-2.0
#include "children/remote/http_link.hpp"

#include "children/link/request_line.hpp"
#include "children/remote/remote_reply.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t other_tasks_max = 256; // messages on their way, streams
constexpr std::size_t other_connections_max = 64;
constexpr std::size_t reply_bytes_max = 64 * 1024; // to a message that needs no answer
constexpr std::chrono::seconds send_timeout{15};
constexpr std::chrono::seconds last_answers_time{1}; // for calls under way when a session is lost
constexpr auto never = clock_type::time_point::max();

http_client_options client_options(const child_options& options,
                                   std::optional<proxy_address> proxy) {
    http_client_options made;
    made.tls.ca_file = options.remote.ca_file;
    made.proxy = std::move(proxy);
    made.connect_timeout = options.remote.connect_timeout;
    // The end of a stream is read after its call has ended.
    made.connections_max =
        2 * multiplexer::room_for(options.limits.calls_in_flight_max) + other_connections_max;
    return made;
}

} // namespace

http_link::enlisted::enlisted(http_link& l, errand_pointer e) : owner(l), errand(std::move(e)) {
    owner.errands_.push_back(errand);
    if (owner.is_stopping_) errand->end({errc::connection_lost, "the connection is being closed"});
}

http_link::enlisted::~enlisted() {
    std::erase(owner.errands_, errand);
}

http_link::http_link(executor ex, const child_options& options, http_url url,
                     std::optional<proxy_address> proxy, events& listener, logger& log)
    : peer_link(ex, options, answer_delivery::by_the_loop, listener, log)
    , url_(std::move(url))
    , client_(ex, client_options(options, std::move(proxy)))
    , tasks_(ex, 2 * multiplexer::room_for(options.limits.calls_in_flight_max) + other_tasks_max)
    , changed_(ex)
    , uses_sse_(options.remote.transport == remote_transport::sse) {
    tasks_.on_exception = [this](const std::string& what) {
        log_.error("server '{}': unexpected exception: {}", options_.name, what);
    };
}

// ---- life -------------------------------------------------------------------------------------

task<> http_link::run() {
    while (!is_stopping_) co_await changed_.wait_until(never);
    if (is_session_lost_) co_await wait_for_last_answers();
    if (end_reason_.detail.empty())
        end_reason_ = {errc::connection_lost,
                       fmt::format("the connection to server '{}' was closed", options_.name)};
    calls_.fail_all(end_reason_);
    const auto open = errands_; // one that ends leaves the list
    for (const auto& errand : open) errand->end(end_reason_);
    changed_.notify_all();
    co_await end_session();
    co_await tasks_.wait_all();
    has_ended_ = true;
}

/// Each call that was on its way into the lost session learns for itself that the server did not
/// take it; one that is at work there may still be answered.
task<> http_link::wait_for_last_answers() {
    const auto until = clock_type::now() + last_answers_time;
    while (calls_.size() > 0 && clock_type::now() < until) co_await changed_.wait_until(until);
}

void http_link::stop(std::chrono::milliseconds grace) {
    end_grace_ = std::min(grace, options_.stop_grace);
    is_stopping_ = true;
    changed_.notify_all();
}

void http_link::give_up(fault reason) {
    if (end_reason_.detail.empty()) end_reason_ = named(reason);
    stop();
}

/// 2025-11-25, basic/transports, "Session Management": who no longer needs a session should say so.
task<> http_link::end_session() {
    if (session_.id.empty()) co_return;
    auto fields = stream_fields(session_, {});
    auto request = co_await make_request("DELETE", std::move(fields));
    request.deadline = clock_type::now() + end_grace_;
    abort_signal not_aborted;
    const auto ended = co_await client_.fetch(std::move(request), reply_bytes_max, not_aborted);
    // 405: it does not let clients end sessions. Whatever it says, we are done.
    if (ended.has_error())
        log_.debug("server '{}' was not told that its session ends: {}", options_.name,
                   ended.error().message());
}

/// Who we are, for the next request. A coroutine: a token may have to be fetched one day.
task<field_list> http_link::authorization() {
    co_return authorization_fields(options_.remote);
}

task<http_client_request> http_link::make_request(std::string_view method, field_list fields) {
    http_client_request request;
    request.url = url_;
    request.method = method;
    request.fields = std::move(fields);
    auto identity = co_await authorization();
    for (auto& field : identity) request.fields.push_back(std::move(field));
    co_return request;
}

task<http_client_request> http_link::stream_request(const stream_position& position) {
    auto fields = stream_fields(session_, position.last_event_id);
    auto request = co_await make_request("GET", std::move(fields));
    request.is_repeatable = true;
    co_return request;
}

// ---- calls ------------------------------------------------------------------------------------

task<result<upstream_answer>> http_link::call(const upstream_call& request,
                                              std::optional<revision> spoken,
                                              std::shared_ptr<call_observer> observer,
                                              abort_signal& abort) {
    open_call call{*this, request, std::move(observer), abort};
    if (call.refusal()) co_return *call.refusal();
    parcel goods;
    goods.id = call.id();
    goods.id_text = std::to_string(call.id());
    goods.method = request.method;
    goods.line = make_request_line(request, call.id(), spoken).str();
    goods.fields = request_fields(request, spoken, session_);
    goods.observer = call.observer();
    goods.is_legacy = !spoken || era_of(*spoken) == era::legacy;
    goods.has_session =
        goods.is_legacy && !goods.is_opening() && (uses_sse_ || !session_.id.empty());
    const bool is_cancelled_by_message =
        (goods.is_legacy || uses_sse_) && request.method != method::initialize;
    const auto errand = std::make_shared<http_errand>(executor_);
    if (!tasks_.spawn(carry(errand, std::move(goods))))
        co_return named({errc::server_busy, "too many requests are on their way"});
    call.begin();
    std::optional<call_end> end;
    while (!end) {
        co_await call.woken();
        end = call.end(abort);
    }
    const auto given_up = call.conclude(*end, abort);
    if (is_stopping_) changed_.notify_all();
    if (!given_up) {
        auto outcome = call.take_outcome();
        note_answer(request, outcome);
        co_return outcome;
    }
    // A modern server takes the end of the stream for the cancellation, a legacy one does not
    // (2026-07-28, basic/transports/streamable-http, "Cancellation").
    if (call.is_at_work() && is_cancelled_by_message)
        try_send(make_cancel_line(call.id(), given_up->message()));
    errand->end(*given_up);
    changed_.notify_all();
    co_return *given_up;
}

void http_link::note_answer(const upstream_call& request, const result<upstream_answer>& outcome) {
    if (request.method != method::initialize || outcome.has_error()) return;
    const auto body = outcome->message.result.of(outcome->line);
    session_.spoken =
        parse_revision(unquote_json(find_member(body, "protocolVersion")).value_or(""));
}

// ---- messages of the server -------------------------------------------------------------------

void http_link::on_messages(std::string text, const std::shared_ptr<call_observer>& cause) {
    auto messages = split_messages(std::move(text));
    if (messages.has_error()) {
        if (++garbage_total_ == 1)
            log_.warning("server '{}' sends what is no message ({}); that is dropped",
                         options_.name, messages.error().message());
        return;
    }
    for (auto& line : *messages) relay(std::move(line), cause);
}

// ---- messages to the server -------------------------------------------------------------------

bool http_link::try_send(message_text text) {
    if (is_stopping_) return false;
    auto line = text.str();
    const auto message = scan_envelope(line);
    const bool is_initialized =
        message.has_value() && message->method.of(line) == notification::initialized;
    // Before: the coroutine may end before spawn() returns.
    is_opening_ = is_opening_ || is_initialized;
    if (tasks_.spawn(send(std::move(line), is_initialized))) return true;
    if (is_initialized) is_opening_ = false;
    return false;
}

task<result<http_response>> http_link::deliver_message(http_errand& errand, std::string line) {
    auto fields = message_fields(session_);
    auto request = co_await make_request("POST", std::move(fields));
    if (uses_sse_ && endpoint_) request.url = *endpoint_;
    request.body = std::move(line);
    request.is_repeatable = true; // answers and notifications may arrive twice
    request.deadline = clock_type::now() + send_timeout;
    http_fetch exchange{client_, std::move(request)};
    const http_errand::use under_way{errand, exchange};
    const auto opened = co_await exchange.open();
    if (opened.has_error()) co_return opened.error();
    auto body = co_await exchange.read_all(reply_bytes_max);
    if (body.has_error()) co_return body.error();
    http_response reply;
    reply.head = exchange.head();
    reply.body = std::move(*body);
    co_return reply;
}

task<> http_link::send(std::string line, bool is_initialized) {
    const auto errand = std::make_shared<http_errand>(executor_);
    const enlisted open{*this, errand};
    const auto reply = co_await deliver_message(*errand, std::move(line));
    if (is_initialized) {
        is_opening_ = false;
        changed_.notify_all();
    }
    if (is_stopping_) co_return;
    if (reply.has_error()) {
        log_.warning("{}; a message did not reach it", named(reply.error()).message());
    } else if (reply->head.status >= 300) {
        // One that has just begun cannot be forgotten yet; some servers refuse all notifications.
        const bool is_lost = !session_.id.empty() && !is_initialized &&
                             is_session_refusal(reply->head.status, reply->body);
        if (is_lost) {
            lose_session();
            co_return;
        }
        const auto refused = refusal(reply->head, false, reply->body);
        log_.warning("{}; it did not take a message", named(refused).message());
    }
    if (is_initialized && !uses_sse_) begin_listening();
}

} // namespace mcpgw
