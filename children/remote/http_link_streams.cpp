// SPDX-License-Identifier: Apache-2.0
// Streams of a remote server that belong to no call: the GET stream of a session, and the one
// stream of HTTP+SSE.
#include "children/remote/http_link.hpp"

#include "children/policy/backoff.hpp"
#include "children/remote/remote_reply.hpp"
#include "protocol/message/rpc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::chrono::seconds steady_after{10}; // a stream that lived for so long was no failure
constexpr std::chrono::milliseconds delay_none{0};
constexpr std::size_t shown_reply_bytes_max = 16 * 1024; // of what is no stream
constexpr int first_attempts_max = 5;                    // for a stream that was never there
constexpr std::chrono::milliseconds relisten_delay_min{500};
constexpr std::chrono::milliseconds relisten_delay_max{60'000};

} // namespace

// ---- the GET stream of a session (2025-11-25, basic/transports, "Listening for Messages") -----

void http_link::begin_listening() {
    if (!is_stopping_) tasks_.spawn(listen(std::make_shared<http_errand>(executor_)));
}

task<> http_link::listen(errand_pointer errand) {
    const enlisted open{*this, errand};
    backoff delay{relisten_delay_min, relisten_delay_max, std::random_device{}()};
    listening stream;
    int failures = 0;
    while (!errand->is_over()) {
        const auto begun = clock_type::now();
        const auto has_more = co_await listen_once(errand, stream);
        is_listening_ = false;
        if (errand->is_over()) break;
        if (has_more.has_error())
            log_.debug("server '{}': its stream: {}", options_.name, has_more.error().message());
        else if (!*has_more)
            break;
        // One that never opened is none; a server that is asked for ever notices nothing but that.
        if (!stream.was_open && ++failures == first_attempts_max) break;
        if (clock_type::now() - begun > steady_after) delay.reset();
        stream.has_missed = stream.was_open && stream.position.last_event_id.empty();
        const auto pause = std::max(delay.next(), stream.position.retry.value_or(delay_none));
        co_await errand->pause(pause);
    }
}

/// True: it is worth while to open it again. A server that refuses it has none, whatever it says,
/// and nothing else follows from that; only one whose stream was there may have lost the session.
task<result<bool>> http_link::listen_once(errand_pointer errand, listening& stream) {
    auto request = co_await stream_request(stream.position);
    http_fetch reply{client_, std::move(request)};
    const http_errand::use under_way{*errand, reply};
    const auto opened = co_await reply.open();
    if (opened.has_error()) co_return opened.error();
    const int status = reply.head().status;
    if (status == 404 && !session_.id.empty() && stream.was_open) {
        lose_session();
        co_return false;
    }
    // 409: the stream before has not been noticed to be gone.
    const bool may_pass = status == 409 || status == 429 || (status >= 500 && status != 501);
    if (may_pass) co_return fault{errc::connection_lost, fmt::format("HTTP {}", status)};
    if (!is_event_stream(reply.head())) co_return false; // 405: the server offers none
    is_listening_ = stream.was_open = true;
    if (std::exchange(stream.has_missed, false))
        for (const auto what : {notification::tools_changed, notification::prompts_changed,
                                notification::resources_changed})
            relay(make_notification(what, {}), nullptr);
    event_reader reader{reply, options_.limits.line_bytes_max, stream.position};
    for (;;) {
        auto event = co_await reader.next();
        if (event.has_error()) co_return event.error();
        if (!*event) co_return true;
        if (is_message(**event)) on_messages(std::move((*event)->data), nullptr);
    }
}

// ---- HTTP+SSE (2024-11-05, basic/transports, "HTTP with SSE") ---------------------------------

task<result<void>> http_link::open_sse(errand_pointer errand) {
    if (!is_sse_open_ && !endpoint_) {
        is_sse_open_ = true; // before: the coroutine may end before spawn() returns
        sse_fault_.reset();
        if (!tasks_.spawn(run_sse(std::make_shared<http_errand>(executor_))))
            co_return fault{errc::server_busy, "too many requests are on their way"};
    }
    while (!endpoint_ && !sse_fault_ && !errand->is_over())
        co_await changed_.wait_until(clock_type::time_point::max());
    if (errand->is_over()) co_return *errand->reason();
    if (sse_fault_) co_return *sse_fault_;
    co_return result<void>{};
}

task<> http_link::run_sse(errand_pointer errand) {
    const enlisted open{*this, errand};
    const auto ended = co_await read_sse(errand);
    fault reason{errc::connection_lost, "its stream of events ended"};
    if (ended.has_error()) reason = ended.error();
    is_sse_open_ = false;
    sse_fault_ = reason;
    // The session is bound to the stream.
    if (endpoint_) give_up(reason);
    changed_.notify_all();
}

task<result<void>> http_link::read_sse(errand_pointer errand) {
    stream_position position;
    auto request = co_await stream_request(position); // there is no session yet
    http_fetch reply{client_, std::move(request)};
    const http_errand::use under_way{*errand, reply};
    const auto opened = co_await reply.open();
    if (opened.has_error()) co_return opened.error();
    if (!is_event_stream(reply.head())) {
        const auto said = co_await reply.read_all(shown_reply_bytes_max);
        co_return refusal(reply.head(), false, said.has_value() ? *said : std::string{});
    }
    event_reader reader{reply, options_.limits.line_bytes_max, position};
    for (;;) {
        auto event = co_await reader.next();
        if (event.has_error()) co_return event.error();
        if (!*event) co_return result<void>{};
        if ((*event)->event == "endpoint" && !endpoint_) {
            const auto accepted = accept_endpoint((*event)->data);
            if (accepted.has_error()) co_return accepted.error();
        } else if (is_message(**event)) {
            on_messages(std::move((*event)->data), nullptr);
        }
    }
}

/// Credentials go to this address, so it must be of the same origin.
result<void> http_link::accept_endpoint(const std::string& reference) {
    auto target = resolve_http_url(url_, reference);
    if (target.has_error())
        return fault{errc::server_failed, "its endpoint event names no valid address"};
    if (target->origin() != url_.origin())
        return fault{errc::server_failed, fmt::format("its endpoint event names another origin: {}",
                                                      shown_url(*target))};
    endpoint_ = std::move(*target);
    changed_.notify_all();
    return {};
}

} // namespace mcpgw
