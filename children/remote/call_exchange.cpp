// SPDX-License-Identifier: Apache-2.0
#include "children/remote/call_exchange.hpp"

#include "children/link/peer_link.hpp"
#include "children/remote/remote_reply.hpp"
#include "protocol/http/http_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

constexpr int resume_attempts_max = 5;                // in a row that bring nothing
constexpr std::chrono::milliseconds tail_time{1'000}; // for the end of a stream after the answer

/// What may be executed twice. Others must not, whatever that costs.
bool is_repeatable(std::string_view method_name) {
    const bool is_known =
        is_client_method(method_name, era::legacy) || is_client_method(method_name, era::modern);
    return is_known && method_name != method::tools_call;
}

/// It says nothing about the message.
bool is_refusal(int status) {
    return status == 401 || status == 403 || status == 407 || (status >= 300 && status < 400);
}

/// An id that this link could have given to a request: a number, not a text of the server's own.
bool is_like_ours(std::string_view id) {
    return !id.empty() && id.find_first_not_of("0123456789") == std::string_view::npos;
}

} // namespace

call_exchange::call_exchange(const surroundings& with, remote_channel::errand_pointer errand,
                             outgoing_call call)
    : channel_(with.channel)
    , sse_(with.sse)
    , listening_(with.listening)
    , calls_(with.calls)
    , errand_(std::move(errand))
    , call_(std::move(call)) {}

task<> call_exchange::carry(surroundings with, remote_channel::errand_pointer errand,
                            outgoing_call call) {
    call_exchange own{with, std::move(errand), std::move(call)};
    const remote_channel::enlisted open{own.channel_, own.errand_};
    auto done = co_await own.post();
    const bool is_wrong_transport =
        done.has_error() && done.error().code == errc::method_not_found &&
        own.call_.method == method::initialize && !own.channel_.uses_sse();
    const auto transport = own.channel_.options().remote.transport;
    if (is_wrong_transport && transport == remote_transport::automatic)
        done = co_await own.fall_back(done.error());
    if (own.errand_->is_over()) co_return; // who waited has left
    if (done.has_error()) co_return own.fail(done.error());
    // The answer comes on another stream, which is the one of HTTP+SSE or that of the session.
    if (own.channel_.uses_sse() || own.errand_->waits_elsewhere()) co_return;
    const fault no_answer{errc::server_failed, "it did not answer the request"};
    own.fail(no_answer);
}

void call_exchange::answer(const shared_text& line, const envelope& message) {
    auto* const waiting = calls_.find(call_.id_text);
    if (waiting != nullptr && calls_.remove(call_.id)) waiting->on_answer(line, message);
}

void call_exchange::fail(const fault& reason) {
    auto* const waiting = calls_.find(call_.id_text);
    if (waiting == nullptr || !calls_.remove(call_.id)) return;
    waiting->on_failure(with_server_name(channel_.options().name, reason));
}

task<result<void>> call_exchange::post() {
    auto routed = co_await open_route();
    if (routed.has_error()) co_return routed;
    stream_position position;
    auto done = co_await exchange(position);
    const bool can_resume = done.has_error() && done.error().code == errc::connection_lost &&
                            call_.is_legacy && !position.last_event_id.empty();
    if (can_resume && is_waiting() && !channel_.is_stopping())
        done = co_await resume(position, done.error());
    co_return done;
}

/// Until messages may be sent: in HTTP+SSE when the server has said where to, and never before
/// notifications/initialized has been taken, because some servers refuse what overtakes it.
task<result<void>> call_exchange::open_route() {
    if (channel_.uses_sse() && call_.method == method::discover)
        co_return fault{errc::method_not_found, "HTTP+SSE carries legacy revisions only"};
    while (channel_.session().is_opening && !call_.is_opening() && !errand_->is_over())
        co_await channel_.changed().wait_until(clock_type::time_point::max());
    if (channel_.uses_sse()) {
        auto opened = co_await sse_.open(errand_);
        if (opened.has_error()) co_return opened;
    }
    if (errand_->is_over()) co_return *errand_->reason();
    co_return result<void>{};
}

task<result<void>> call_exchange::exchange(stream_position& position) {
    auto fields = call_.fields;
    auto request = co_await channel_.make_request("POST", std::move(fields));
    if (channel_.uses_sse() && sse_.endpoint()) request.url = *sse_.endpoint();
    request.body = call_.line;
    request.is_repeatable = is_repeatable(call_.method);
    http_fetch reply{channel_.client(), std::move(request)};
    const http_errand::use under_way{*errand_, reply};
    const auto opened = co_await reply.open();
    if (opened.has_error()) co_return opened.error();
    if (reply.moved_to() && !channel_.uses_sse()) channel_.move_to(*reply.moved_to());
    const auto noted = note_session(reply.head());
    if (noted.has_error()) co_return noted.error();
    auto begun = co_await reply.read_some();
    if (begun.has_error()) co_return begun.error();
    if (is_event_stream(reply.head(), *begun) && !channel_.uses_sse()) {
        const auto read = co_await read_stream(reply, position, std::move(*begun));
        co_return read;
    }
    // It takes requests like a server of HTTP+SSE and answers on the stream of the session.
    const bool is_taken = reply.head().status == 202 && begun->empty();
    if (is_taken && listening_.is_open()) {
        errand_->wait_elsewhere();
        co_return result<void>{};
    }
    const auto read = co_await read_body(reply, std::move(*begun));
    co_return read;
}

result<void> call_exchange::note_session(const http_response_head& head) {
    if (call_.method != method::initialize || head.status >= 300 || channel_.uses_sse()) return {};
    channel_.session().answers_in_streams = is_event_stream(head);
    const auto id = head.find(header_name::session_id);
    if (!id || id->empty()) return {};
    if (!is_session_id(*id))
        return fault{errc::server_failed, "its Mcp-Session-Id holds invalid characters"};
    channel_.session().id = *id;
    return {};
}

/// JSON says itself where it ends: a message that is whole is one, although the connection broke
/// before the body had the length that was announced.
task<result<void>> call_exchange::read_body(http_fetch& reply, std::string begun) {
    std::string body = std::move(begun);
    for (bool has_more = !body.empty(); has_more;) {
        const auto piece = co_await reply.read_some();
        if (piece.has_error()) {
            const bool is_whole =
                piece.error().code == errc::connection_lost && scan_envelope(body).has_value();
            if (!is_whole) co_return piece.error();
            break;
        }
        has_more = !piece->empty();
        body += *piece;
        if (body.size() > channel_.options().limits.line_bytes_max)
            co_return fault{errc::message_too_large,
                            fmt::format("it answered with more than {} bytes "
                                        "(`limits.line_bytes_max`)",
                                        channel_.options().limits.line_bytes_max)};
    }
    co_return deliver(std::move(body), reply.head());
}

result<void> call_exchange::deliver(std::string body, const http_response_head& head) {
    if (call_.has_session && is_session_refusal(head.status, body)) {
        channel_.lose_session();
        return fault{errc::session_unknown, "the server has forgotten the session"};
    }
    const auto refused = channel_.refusal(head, call_.is_opening(), body);
    if (is_refusal(head.status)) return refused;
    if (channel_.uses_sse()) return head.status < 300 ? result<void>{} : refused;
    // 2025-11-25, basic/transports, "Backwards Compatibility": this is how HTTP+SSE shows itself.
    const bool is_sse_likely = call_.method == method::initialize &&
                               is_other_transport_likely(head.status) && !is_modern_error(body);
    if (is_sse_likely) {
        const auto words = error_text(body);
        const auto text = words.empty() ? std::string{refused.message()}
                                        : fmt::format("HTTP {} from {}: {}", head.status,
                                                      shown_url(channel_.url()), words);
        return fault{errc::method_not_found, text};
    }
    auto messages = split_messages(std::move(body));
    if (messages.has_error()) return refused;
    const bool is_named = std::ranges::any_of(*messages, [this](const std::string& line) {
        const auto message = scan_envelope(line);
        return message.has_value() && message->kind == message_kind::response &&
               message->id.of(line) == call_.id_text;
    });
    for (auto& line : *messages) {
        if (is_named)
            channel_.relay(std::move(line), call_.observer);
        else
            deliver_one(std::move(line));
    }
    return {};
}

/// One message of a JSON body. A response in it is the answer to the request of the POST, whatever
/// its id says: some servers answer all that they refuse with an id of their own.
void call_exchange::deliver_one(const shared_text& line) {
    const auto message = scan_envelope(line);
    const bool is_response = message.has_value() && message->kind == message_kind::response;
    if (is_response) return answer(line, *message);
    channel_.relay(line, call_.observer);
}

/// One event of the stream of a POST. A response with an id that is no number of ours can only be
/// the answer; one with another number may be that to a request which was given up, and is the
/// answer if the stream ends without another (`late`).
void call_exchange::take_event(std::string data, shared_text& late) {
    const auto message = scan_envelope(data);
    const bool is_response = message.has_value() && message->kind == message_kind::response;
    const auto id = is_response ? std::string{message->id.of(data)} : std::string{};
    const bool is_foreign =
        is_response && id != call_.id_text && calls_.find(id) == nullptr && is_waiting();
    if (!is_foreign) return channel_.relay_all(std::move(data), call_.observer);
    shared_text line{message->has_newline ? flatten_newlines(data) : std::move(data)};
    if (is_like_ours(id)) {
        late = std::move(line);
        return;
    }
    const auto scanned = scan_envelope(line);
    if (scanned.has_value()) answer(line, *scanned);
}

task<result<void>> call_exchange::read_stream(http_fetch& reply, stream_position& position,
                                              std::string begun) {
    event_reader reader{reply, channel_.options().limits.line_bytes_max, position,
                        std::move(begun)};
    shared_text late;
    for (;;) {
        auto event = co_await reader.next();
        if (event.has_error()) co_return event.error();
        if (!*event) break;
        // HTTP+SSE where the address of the stream takes any method: this is the stream.
        if (call_.is_opening() && (*event)->event == "endpoint")
            co_return fault{errc::method_not_found,
                            "it answers a POST with the stream of HTTP+SSE"};
        if (is_message(**event)) take_event(std::move((*event)->data), late);
        // Read on to the end, so that the connection can be used again; but not for long.
        if (!is_waiting()) reply.end_within(tail_time);
    }
    const auto scanned = late.empty() ? result<envelope>{errc::parse_error} : scan_envelope(late);
    if (scanned.has_value()) answer(late, *scanned);
    if (!is_waiting()) co_return result<void>{};
    co_return fault{errc::connection_lost, "its stream ended before the answer came"};
}

/// 2025-11-25, basic/transports, "Resumability and Redelivery": a GET with the id of the last event
/// takes the stream up again. A server that closes in good order wants to be polled like that.
task<result<void>> call_exchange::resume(stream_position& position, fault broken) {
    int failures = 0;
    while (is_waiting() && failures < resume_attempts_max) {
        co_await errand_->pause(resume_pause(position, failures));
        if (errand_->is_over()) co_return *errand_->reason();
        if (!is_waiting()) break;
        const auto last_event_id = position.last_event_id;
        position.was_closed = false;
        const auto again = co_await resume_once(position);
        if (!again.has_error()) break;
        broken = again.error();
        if (broken.code != errc::connection_lost || channel_.is_stopping()) co_return broken;
        const bool has_brought = position.was_closed || position.last_event_id != last_event_id;
        failures = has_brought ? 0 : failures + 1;
    }
    if (!is_waiting()) co_return result<void>{};
    co_return broken;
}

task<result<void>> call_exchange::resume_once(stream_position& position) {
    auto request = co_await channel_.stream_request(position);
    http_fetch reply{channel_.client(), std::move(request)};
    const http_errand::use under_way{*errand_, reply};
    const auto opened = co_await reply.open();
    if (opened.has_error()) co_return opened.error();
    if (is_event_stream(reply.head())) {
        std::string none;
        const auto read = co_await read_stream(reply, position, std::move(none));
        co_return read;
    }
    const int status = reply.head().status;
    if (status == 404 && call_.has_session) co_return channel_.lose_session();
    const bool may_pass = status == 409 || status == 429 || status >= 500;
    co_return fault{may_pass ? errc::connection_lost : errc::server_failed,
                    fmt::format("its stream broke before the answer came and was not taken up "
                                "again (HTTP {})",
                                status)};
}

task<result<void>> call_exchange::fall_back(fault refused) {
    channel_.set_uses_sse(true);
    const auto opened = co_await sse_.open(errand_);
    if (opened.has_error()) {
        channel_.set_uses_sse(false);
        if (errand_->is_over()) co_return *errand_->reason();
        co_return fault{
            errc::server_failed,
            fmt::format("{}; nor is it HTTP+SSE: {}", refused.message(), opened.error().message())};
    }
    channel_.log().info("server '{}' is reached over HTTP+SSE, which is deprecated",
                        channel_.options().name);
    stream_position none;
    const auto sent = co_await exchange(none);
    co_return sent;
}

} // namespace mcpgw
