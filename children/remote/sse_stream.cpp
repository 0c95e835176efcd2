// SPDX-License-Identifier: Apache-2.0
#include "children/remote/sse_stream.hpp"

#include "children/remote/remote_reply.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t shown_reply_bytes_max = 16 * 1024; // of what is no stream

} // namespace

task<result<void>> sse_stream::open(remote_channel::errand_pointer errand) {
    if (!is_open_ && !endpoint_) {
        is_open_ = true; // before: the coroutine may end before spawn() returns
        fault_.reset();
        if (!channel_.spawn(run(channel_.make_errand())))
            co_return fault{errc::server_busy, "too many requests are on their way"};
    }
    while (!endpoint_ && !fault_ && !errand->is_over())
        co_await channel_.changed().wait_until(clock_type::time_point::max());
    if (errand->is_over()) co_return *errand->reason();
    if (fault_) co_return *fault_;
    co_return result<void>{};
}

task<> sse_stream::run(remote_channel::errand_pointer errand) {
    const remote_channel::enlisted open{channel_, errand};
    const auto ended = co_await read(errand);
    fault reason{errc::connection_lost, "its stream of events ended"};
    if (ended.has_error()) reason = ended.error();
    is_open_ = false;
    fault_ = reason;
    // The session is bound to the stream.
    if (endpoint_) channel_.give_up(reason);
    channel_.changed().notify_all();
}

task<result<void>> sse_stream::read(remote_channel::errand_pointer errand) {
    stream_position position;
    auto request = co_await channel_.stream_request(position); // there is no session yet
    http_fetch reply{channel_.client(), std::move(request)};
    const http_errand::use under_way{*errand, reply};
    const auto opened = co_await reply.open();
    if (opened.has_error()) co_return opened.error();
    if (!is_event_stream(reply.head())) {
        const auto said = co_await reply.read_all(shown_reply_bytes_max);
        co_return channel_.refusal(reply.head(), false, said.has_value() ? *said : std::string{});
    }
    event_reader reader{reply, channel_.options().limits.line_bytes_max, position};
    for (;;) {
        auto event = co_await reader.next();
        if (event.has_error()) co_return event.error();
        if (!*event) co_return result<void>{};
        if ((*event)->event == "endpoint" && !endpoint_) {
            const auto accepted = accept_endpoint((*event)->data);
            if (accepted.has_error()) co_return accepted.error();
        } else if (is_message(**event)) {
            channel_.relay_all(std::move((*event)->data), nullptr);
        }
    }
}

/// Credentials go to this address, so it must be of the same origin.
result<void> sse_stream::accept_endpoint(const std::string& reference) {
    auto target = resolve_http_url(channel_.url(), reference);
    if (target.has_error())
        return fault{errc::server_failed, "its endpoint event names no valid address"};
    if (target->origin() != channel_.url().origin())
        return fault{errc::server_failed, fmt::format("its endpoint event names another origin: {}",
                                                      shown_url(*target))};
    endpoint_ = std::move(*target);
    channel_.changed().notify_all();
    return {};
}

} // namespace mcpgw
