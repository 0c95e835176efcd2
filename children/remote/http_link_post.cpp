// SPDX-License-Identifier: Apache-2.0
// How a call gets to a remote server and its answer back: a POST, and what may come of it.
#include "children/remote/http_link.hpp"

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

bool http_link::is_waiting(const parcel& call) const {
    return calls_.find(call.id_text) != nullptr;
}

void http_link::fail(const parcel& call, const fault& reason) {
    auto* const waiting = calls_.find(call.id_text);
    if (waiting != nullptr && calls_.remove(call.id)) waiting->on_failure(named(reason));
}

/// 2025-11-25, basic/transports, "Session Management": a new session must be begun.
void http_link::lose_session() {
    session_.id.clear();
    is_session_lost_ = true;
    give_up({errc::connection_lost, "the server has forgotten the session; it is begun anew"});
}

task<> http_link::carry(errand_pointer errand, parcel call) {
    const enlisted open{*this, errand};
    auto done = co_await post(errand, call);
    const bool is_wrong_transport = done.has_error() &&
                                    done.error().code == errc::method_not_found &&
                                    call.method == method::initialize && !uses_sse_;
    if (is_wrong_transport && options_.remote.transport == remote_transport::automatic)
        done = co_await fall_back(errand, call, done.error());
    if (errand->is_over()) co_return; // who waited has left
    if (done.has_error()) co_return fail(call, done.error());
    // The answer comes on another stream, which is the one of HTTP+SSE or that of the session.
    if (uses_sse_ || errand->waits_elsewhere()) co_return;
    const fault no_answer{errc::server_failed, "it did not answer the request"};
    fail(call, no_answer);
}

task<result<void>> http_link::post(errand_pointer errand, const parcel& call) {
    auto routed = co_await open_route(errand, call);
    if (routed.has_error()) co_return routed;
    stream_position position;
    auto done = co_await exchange(errand, call, position);
    const bool can_resume = done.has_error() && done.error().code == errc::connection_lost &&
                            call.is_legacy && !position.last_event_id.empty();
    if (can_resume && is_waiting(call) && !is_stopping_)
        done = co_await resume(errand, call, position, done.error());
    co_return done;
}

/// Until messages may be sent: in HTTP+SSE when the server has said where to, and never before
/// notifications/initialized has been taken, because some servers refuse what overtakes it.
task<result<void>> http_link::open_route(errand_pointer errand, const parcel& call) {
    if (uses_sse_ && call.method == method::discover)
        co_return fault{errc::method_not_found, "HTTP+SSE carries legacy revisions only"};
    while (is_opening_ && !call.is_opening() && !errand->is_over())
        co_await changed_.wait_until(clock_type::time_point::max());
    if (uses_sse_) {
        auto opened = co_await open_sse(errand);
        if (opened.has_error()) co_return opened;
    }
    if (errand->is_over()) co_return *errand->reason();
    co_return result<void>{};
}

task<result<void>> http_link::exchange(errand_pointer errand, const parcel& call,
                                       stream_position& position) {
    auto fields = call.fields;
    auto request = co_await make_request("POST", std::move(fields));
    if (uses_sse_ && endpoint_) request.url = *endpoint_;
    request.body = call.line;
    request.is_repeatable = is_repeatable(call.method);
    http_fetch reply{client_, std::move(request)};
    const http_errand::use under_way{*errand, reply};
    const auto opened = co_await reply.open();
    if (opened.has_error()) co_return opened.error();
    if (reply.moved_to() && !uses_sse_) url_ = *reply.moved_to();
    const auto noted = note_session(reply.head(), call);
    if (noted.has_error()) co_return noted.error();
    auto begun = co_await reply.read_some();
    if (begun.has_error()) co_return begun.error();
    if (is_event_stream(reply.head(), *begun) && !uses_sse_) {
        const auto read = co_await read_stream(reply, call, position, std::move(*begun));
        co_return read;
    }
    // It takes requests like a server of HTTP+SSE and answers on the stream of the session.
    const bool is_taken = reply.head().status == 202 && begun->empty();
    if (is_taken && is_listening_) {
        errand->wait_elsewhere();
        co_return result<void>{};
    }
    const auto read = co_await read_body(reply, call, std::move(*begun));
    co_return read;
}

result<void> http_link::note_session(const http_response_head& head, const parcel& call) {
    if (call.method != method::initialize || head.status >= 300 || uses_sse_) return {};
    answers_in_streams_ = is_event_stream(head);
    const auto id = head.find(header_name::session_id);
    if (!id || id->empty()) return {};
    if (!is_session_id(*id))
        return fault{errc::server_failed, "its Mcp-Session-Id holds invalid characters"};
    session_.id = *id;
    return {};
}

/// JSON says itself where it ends: a message that is whole is one, although the connection broke
/// before the body had the length that was announced.
task<result<void>> http_link::read_body(http_fetch& reply, const parcel& call, std::string begun) {
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
        if (body.size() > options_.limits.line_bytes_max)
            co_return fault{errc::message_too_large,
                            fmt::format("it answered with more than {} bytes "
                                        "(`limits.line_bytes_max`)",
                                        options_.limits.line_bytes_max)};
    }
    co_return deliver(call, std::move(body), reply.head());
}

/// What a reply that is no answer means, with what it said and none of our secrets.
fault http_link::refusal(const http_response_head& head, bool is_opening,
                         std::string_view body) const {
    return reply_fault(head, url_, is_opening, body, options_.secrets);
}

result<void> http_link::deliver(const parcel& call, std::string body,
                                const http_response_head& head) {
    if (call.has_session && is_session_refusal(head.status, body)) {
        lose_session();
        return fault{errc::session_unknown, "the server has forgotten the session"};
    }
    const auto refused = refusal(head, call.is_opening(), body);
    if (is_refusal(head.status)) return refused;
    if (uses_sse_) return head.status < 300 ? result<void>{} : refused;
    // 2025-11-25, basic/transports, "Backwards Compatibility": this is how HTTP+SSE shows itself.
    const bool is_sse_likely = call.method == method::initialize &&
                               is_other_transport_likely(head.status) && !is_modern_error(body);
    if (is_sse_likely) {
        const auto words = error_text(body);
        const auto text =
            words.empty() ? std::string{refused.message()}
                          : fmt::format("HTTP {} from {}: {}", head.status, shown_url(url_), words);
        return fault{errc::method_not_found, text};
    }
    auto messages = split_messages(std::move(body));
    if (messages.has_error()) return refused;
    const bool is_named = std::ranges::any_of(*messages, [&call](const std::string& line) {
        const auto message = scan_envelope(line);
        return message.has_value() && message->kind == message_kind::response &&
               message->id.of(line) == call.id_text;
    });
    for (auto& line : *messages) {
        if (is_named)
            relay(std::move(line), call.observer);
        else
            deliver_one(call, std::move(line));
    }
    return {};
}

void http_link::answer(const parcel& call, const shared_text& line, const envelope& message) {
    auto* const waiting = calls_.find(call.id_text);
    if (waiting != nullptr && calls_.remove(call.id)) waiting->on_answer(line, message);
}

/// One message of a JSON body. A response in it is the answer to the request of the POST, whatever
/// its id says: some servers answer all that they refuse with an id of their own.
void http_link::deliver_one(const parcel& call, const shared_text& line) {
    const auto message = scan_envelope(line);
    const bool is_response = message.has_value() && message->kind == message_kind::response;
    if (is_response) return answer(call, line, *message);
    relay(line, call.observer);
}

/// One event of the stream of a POST. A response with an id that is no number of ours can only be
/// the answer; one with another number may be that to a request which was given up, and is the
/// answer if the stream ends without another (`late`).
void http_link::take_event(const parcel& call, std::string data, shared_text& late) {
    const auto message = scan_envelope(data);
    const bool is_response = message.has_value() && message->kind == message_kind::response;
    const auto id = is_response ? std::string{message->id.of(data)} : std::string{};
    const bool is_foreign =
        is_response && id != call.id_text && calls_.find(id) == nullptr && is_waiting(call);
    if (!is_foreign) return on_messages(std::move(data), call.observer);
    shared_text line{message->has_newline ? flatten_newlines(data) : std::move(data)};
    if (is_like_ours(id)) {
        late = std::move(line);
        return;
    }
    const auto scanned = scan_envelope(line);
    if (scanned.has_value()) answer(call, line, *scanned);
}

task<result<void>> http_link::read_stream(http_fetch& reply, const parcel& call,
                                          stream_position& position, std::string begun) {
    event_reader reader{reply, options_.limits.line_bytes_max, position, std::move(begun)};
    shared_text late;
    for (;;) {
        auto event = co_await reader.next();
        if (event.has_error()) co_return event.error();
        if (!*event) break;
        // HTTP+SSE where the address of the stream takes any method: this is the stream.
        if (call.is_opening() && (*event)->event == "endpoint")
            co_return fault{errc::method_not_found,
                            "it answers a POST with the stream of HTTP+SSE"};
        if (is_message(**event)) take_event(call, std::move((*event)->data), late);
        // Read on to the end, so that the connection can be used again; but not for long.
        if (!is_waiting(call)) reply.end_within(tail_time);
    }
    const auto scanned = late.empty() ? result<envelope>{errc::parse_error} : scan_envelope(late);
    if (scanned.has_value()) answer(call, late, *scanned);
    if (!is_waiting(call)) co_return result<void>{};
    co_return fault{errc::connection_lost, "its stream ended before the answer came"};
}

/// 2025-11-25, basic/transports, "Resumability and Redelivery": a GET with the id of the last event
/// takes the stream up again. A server that closes in good order wants to be polled like that.
task<result<void>> http_link::resume(errand_pointer errand, const parcel& call,
                                     stream_position& position, fault broken) {
    int failures = 0;
    while (is_waiting(call) && failures < resume_attempts_max) {
        co_await errand->pause(resume_pause(position, failures));
        if (errand->is_over()) co_return *errand->reason();
        if (!is_waiting(call)) break;
        const auto last_event_id = position.last_event_id;
        position.was_closed = false;
        const auto again = co_await resume_once(errand, call, position);
        if (!again.has_error()) break;
        broken = again.error();
        if (broken.code != errc::connection_lost || is_stopping_) co_return broken;
        const bool has_brought = position.was_closed || position.last_event_id != last_event_id;
        failures = has_brought ? 0 : failures + 1;
    }
    if (!is_waiting(call)) co_return result<void>{};
    co_return broken;
}

task<result<void>> http_link::resume_once(errand_pointer errand, const parcel& call,
                                          stream_position& position) {
    auto request = co_await stream_request(position);
    http_fetch reply{client_, std::move(request)};
    const http_errand::use under_way{*errand, reply};
    const auto opened = co_await reply.open();
    if (opened.has_error()) co_return opened.error();
    if (is_event_stream(reply.head())) {
        std::string none;
        const auto read = co_await read_stream(reply, call, position, std::move(none));
        co_return read;
    }
    const int status = reply.head().status;
    if (status == 404 && call.has_session) {
        lose_session();
        co_return end_reason_;
    }
    const bool may_pass = status == 409 || status == 429 || status >= 500;
    co_return fault{may_pass ? errc::connection_lost : errc::server_failed,
                    fmt::format("its stream broke before the answer came and was not taken up "
                                "again (HTTP {})",
                                status)};
}

task<result<void>> http_link::fall_back(errand_pointer errand, const parcel& call, fault refused) {
    uses_sse_ = true;
    const auto opened = co_await open_sse(errand);
    if (opened.has_error()) {
        uses_sse_ = false;
        if (errand->is_over()) co_return *errand->reason();
        co_return fault{
            errc::server_failed,
            fmt::format("{}; nor is it HTTP+SSE: {}", refused.message(), opened.error().message())};
    }
    log_.info("server '{}' is reached over HTTP+SSE, which is deprecated", options_.name);
    stream_position none;
    const auto sent = co_await exchange(errand, call, none);
    co_return sent;
}

} // namespace mcpgw
