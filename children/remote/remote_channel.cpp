// SPDX-License-Identifier: Apache-2.0
#include "children/remote/remote_channel.hpp"

#include "children/link/multiplexer.hpp"
#include "children/remote/remote_reply.hpp"

namespace mcpgw {

namespace {

constexpr std::size_t other_tasks_max = 256; // messages on their way, streams
constexpr std::size_t other_connections_max = 64;
constexpr std::size_t reply_bytes_max = 64 * 1024; // to the end of a session

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

remote_channel::enlisted::enlisted(remote_channel& channel, errand_pointer errand)
    : channel_(channel), errand_(std::move(errand)) {
    channel_.errands_.push_back(errand_);
    if (channel_.is_stopping_)
        errand_->end({errc::connection_lost, "the connection is being closed"});
}

remote_channel::enlisted::~enlisted() {
    std::erase(channel_.errands_, errand_);
}

remote_channel::remote_channel(executor ex, const child_options& options, http_url url,
                               std::optional<proxy_address> proxy, owner& above, logger& log)
    : executor_(ex)
    , options_(options)
    , owner_(above)
    , log_(log)
    , url_(std::move(url))
    , client_(ex, client_options(options, std::move(proxy)))
    , tasks_(ex, 2 * multiplexer::room_for(options.limits.calls_in_flight_max) + other_tasks_max)
    , changed_(ex)
    , uses_sse_(options.remote.transport == remote_transport::sse) {
    tasks_.on_exception = [this](const std::string& what) {
        log_.error("server '{}': unexpected exception: {}", options_.name, what);
    };
}

// ---- requests ---------------------------------------------------------------------------------

/// Who we are, for the next request. A coroutine: a token may have to be fetched one day.
task<field_list> remote_channel::authorization() {
    co_return authorization_fields(options_.remote);
}

task<http_client_request> remote_channel::make_request(std::string_view method, field_list fields) {
    http_client_request request;
    request.url = url_;
    request.method = method;
    request.fields = std::move(fields);
    auto identity = co_await authorization();
    for (auto& field : identity) request.fields.push_back(std::move(field));
    co_return request;
}

task<http_client_request> remote_channel::stream_request(const stream_position& position) {
    auto fields = stream_fields(session_, position.last_event_id);
    auto request = co_await make_request("GET", std::move(fields));
    request.is_repeatable = true;
    co_return request;
}

fault remote_channel::refusal(const http_response_head& head, bool is_opening,
                              std::string_view body) const {
    return reply_fault(head, url_, is_opening, body, options_.secrets);
}

// ---- what comes -------------------------------------------------------------------------------

void remote_channel::relay_all(std::string text, const std::shared_ptr<call_observer>& cause) {
    auto messages = split_messages(std::move(text));
    if (messages.has_error()) return owner_.on_garbage(messages.error());
    for (auto& line : *messages) owner_.on_message(std::move(line), cause);
}

const fault& remote_channel::lose_session() {
    session_.id.clear();
    session_.is_lost = true;
    const fault reason{errc::connection_lost,
                       "the server has forgotten the session; it is begun anew"};
    return owner_.on_end(reason);
}

// ---- the end ----------------------------------------------------------------------------------

void remote_channel::begin_stop() {
    is_stopping_ = true;
    changed_.notify_all();
}

void remote_channel::end_errands(const fault& reason) {
    const auto open = errands_; // one that ends leaves the list
    for (const auto& errand : open) errand->end(reason);
    changed_.notify_all();
}

task<> remote_channel::close(std::chrono::milliseconds grace) {
    co_await end_session(grace);
    co_await tasks_.wait_all();
}

/// 2025-11-25, basic/transports, "Session Management": who no longer needs a session should say so.
task<> remote_channel::end_session(std::chrono::milliseconds grace) {
    if (session_.id.empty()) co_return;
    auto fields = stream_fields(session_, {});
    auto request = co_await make_request("DELETE", std::move(fields));
    request.deadline = clock_type::now() + grace;
    abort_signal not_aborted;
    const auto ended = co_await client_.fetch(std::move(request), reply_bytes_max, not_aborted);
    // 405: it does not let clients end sessions. Whatever it says, we are done.
    if (ended.has_error())
        log_.debug("server '{}' was not told that its session ends: {}", options_.name,
                   ended.error().message());
}

} // namespace mcpgw
