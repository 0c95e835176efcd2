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

constexpr std::size_t reply_bytes_max = 64 * 1024; // to a message that needs no answer
constexpr std::chrono::seconds send_timeout{15};
constexpr std::chrono::seconds last_answers_time{1}; // for calls under way when a session is lost
constexpr auto never = clock_type::time_point::max();

} // namespace

http_link::http_link(executor ex, const child_options& options, http_url url,
                     std::optional<proxy_address> proxy, events& listener, logger& log)
    : peer_link(ex, options, answer_delivery::by_the_loop, listener, log)
    , channel_(ex, options, std::move(url), std::move(proxy), *this, log)
    , sse_(channel_)
    , listening_(channel_) {}

// ---- life -------------------------------------------------------------------------------------

task<> http_link::run() {
    while (!is_stopping_) co_await channel_.changed().wait_until(never);
    if (channel_.session().is_lost) co_await wait_for_last_answers();
    if (end_reason_.detail.empty())
        end_reason_ = {errc::connection_lost,
                       fmt::format("the connection to server '{}' was closed", options_.name)};
    calls_.fail_all(end_reason_);
    channel_.end_errands(end_reason_);
    co_await channel_.close(end_grace_);
    has_ended_ = true;
}

/// Each call that was on its way into the lost session learns for itself that the server did not
/// take it; one that is at work there may still be answered.
task<> http_link::wait_for_last_answers() {
    const auto until = clock_type::now() + last_answers_time;
    while (calls_.size() > 0 && clock_type::now() < until)
        co_await channel_.changed().wait_until(until);
}

void http_link::stop(std::chrono::milliseconds grace) {
    end_grace_ = std::min(grace, options_.stop_grace);
    is_stopping_ = true;
    channel_.begin_stop();
}

const fault& http_link::on_end(const fault& reason) {
    if (end_reason_.detail.empty()) end_reason_ = named(reason);
    stop();
    return end_reason_;
}

void http_link::on_garbage(const fault& problem) {
    if (++garbage_total_ == 1)
        log_.warning("server '{}' sends what is no message ({}); that is dropped", options_.name,
                     problem.message());
}

// ---- calls ------------------------------------------------------------------------------------

outgoing_call http_link::pack(const upstream_call& request, std::optional<revision> spoken,
                              const open_call& call) const {
    const auto& session = channel_.session();
    outgoing_call packed;
    packed.id = call.id();
    packed.id_text = std::to_string(call.id());
    packed.method = request.method;
    packed.line = make_request_line(request, call.id(), spoken).str();
    packed.fields = request_fields(request, spoken, session);
    packed.observer = call.observer();
    packed.is_legacy = !spoken || era_of(*spoken) == era::legacy;
    packed.has_session =
        packed.is_legacy && !packed.is_opening() && (channel_.uses_sse() || !session.id.empty());
    return packed;
}

task<result<upstream_answer>> http_link::call(const upstream_call& request,
                                              std::optional<revision> spoken,
                                              std::shared_ptr<call_observer> observer,
                                              abort_signal& abort) {
    open_call call{*this, request, std::move(observer), abort};
    if (call.refusal()) co_return *call.refusal();
    auto packed = pack(request, spoken, call);
    const bool is_cancelled_by_message =
        (packed.is_legacy || channel_.uses_sse()) && request.method != method::initialize;
    const auto errand = channel_.make_errand();
    const call_exchange::surroundings with{channel_, sse_, listening_, calls_};
    auto exchange = call_exchange::carry(with, errand, std::move(packed));
    if (!channel_.spawn(std::move(exchange)))
        co_return named({errc::server_busy, "too many requests are on their way"});
    call.begin();
    std::optional<call_end> end;
    while (!end) {
        co_await call.woken();
        end = call.end(abort);
    }
    const auto given_up = call.conclude(*end, abort);
    if (is_stopping_) channel_.changed().notify_all();
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
    channel_.changed().notify_all();
    co_return *given_up;
}

void http_link::note_answer(const upstream_call& request, const result<upstream_answer>& outcome) {
    if (request.method != method::initialize || outcome.has_error()) return;
    const auto body = outcome->message.result.of(outcome->line);
    channel_.session().spoken =
        parse_revision(unquote_json(find_member(body, "protocolVersion")).value_or(""));
}

// ---- messages to the server -------------------------------------------------------------------

bool http_link::try_send(message_text text) {
    if (is_stopping_) return false;
    auto line = text.str();
    const auto message = scan_envelope(line);
    const bool is_initialized =
        message.has_value() && message->method.of(line) == notification::initialized;
    // Before: the coroutine may end before spawn() returns.
    auto& session = channel_.session();
    session.is_opening = session.is_opening || is_initialized;
    if (channel_.spawn(send(std::move(line), is_initialized))) return true;
    if (is_initialized) session.is_opening = false;
    return false;
}

task<result<http_response>> http_link::deliver_message(http_errand& errand, std::string line) {
    auto fields = message_fields(channel_.session());
    auto request = co_await channel_.make_request("POST", std::move(fields));
    if (channel_.uses_sse() && sse_.endpoint()) request.url = *sse_.endpoint();
    request.body = std::move(line);
    request.is_repeatable = true; // answers and notifications may arrive twice
    request.deadline = clock_type::now() + send_timeout;
    http_fetch exchange{channel_.client(), std::move(request)};
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
    const auto errand = channel_.make_errand();
    const remote_channel::enlisted open{channel_, errand};
    const auto reply = co_await deliver_message(*errand, std::move(line));
    if (is_initialized) {
        channel_.session().is_opening = false;
        channel_.changed().notify_all();
    }
    if (is_stopping_) co_return;
    if (reply.has_error())
        log_.warning("{}; a message did not reach it", named(reply.error()).message());
    else if (reply->head.status >= 300)
        report_refusal(*reply, is_initialized);
    if (is_initialized && !channel_.uses_sse()) listening_.begin();
}

/// The server did not take a message.
void http_link::report_refusal(const http_response& reply, bool is_initialized) {
    // One that has just begun cannot be forgotten yet; some servers refuse all notifications.
    const bool is_lost = !channel_.session().id.empty() && !is_initialized &&
                         is_session_refusal(reply.head.status, reply.body);
    if (is_lost) {
        channel_.lose_session();
        return;
    }
    const auto refused = channel_.refusal(reply.head, false, reply.body);
    log_.warning("{}; it did not take a message", named(refused).message());
}

} // namespace mcpgw
