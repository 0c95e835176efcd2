// SPDX-License-Identifier: Apache-2.0
#include "children/remote/session_stream.hpp"

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
constexpr int first_attempts_max = 5; // for a stream that was never there
constexpr std::chrono::milliseconds relisten_delay_min{500};
constexpr std::chrono::milliseconds relisten_delay_max{60'000};

} // namespace

void session_stream::begin() {
    if (!channel_.is_stopping()) channel_.spawn(listen(channel_.make_errand()));
}

task<> session_stream::listen(remote_channel::errand_pointer errand) {
    const remote_channel::enlisted open{channel_, errand};
    backoff delay{relisten_delay_min, relisten_delay_max, std::random_device{}()};
    history stream;
    int failures = 0;
    while (!errand->is_over()) {
        const auto begun = clock_type::now();
        const auto has_more = co_await listen_once(errand, stream);
        is_open_ = false;
        if (errand->is_over()) break;
        if (has_more.has_error())
            channel_.log().debug("server '{}': its stream: {}", channel_.options().name,
                                 has_more.error().message());
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
task<result<bool>> session_stream::listen_once(remote_channel::errand_pointer errand,
                                               history& stream) {
    auto request = co_await channel_.stream_request(stream.position);
    http_fetch reply{channel_.client(), std::move(request)};
    const http_errand::use under_way{*errand, reply};
    const auto opened = co_await reply.open();
    if (opened.has_error()) co_return opened.error();
    const int status = reply.head().status;
    if (status == 404 && !channel_.session().id.empty() && stream.was_open) {
        channel_.lose_session();
        co_return false;
    }
    // 409: the stream before has not been noticed to be gone.
    const bool may_pass = status == 409 || status == 429 || (status >= 500 && status != 501);
    if (may_pass) co_return fault{errc::connection_lost, fmt::format("HTTP {}", status)};
    if (!is_event_stream(reply.head())) co_return false; // 405: the server offers none
    is_open_ = stream.was_open = true;
    if (std::exchange(stream.has_missed, false))
        for (const auto what : {notification::tools_changed, notification::prompts_changed,
                                notification::resources_changed})
            channel_.relay(make_notification(what, {}), nullptr);
    event_reader reader{reply, channel_.options().limits.line_bytes_max, stream.position};
    for (;;) {
        auto event = co_await reader.next();
        if (event.has_error()) co_return event.error();
        if (!*event) co_return true;
        if (is_message(**event)) channel_.relay_all(std::move((*event)->data), nullptr);
    }
}

} // namespace mcpgw
