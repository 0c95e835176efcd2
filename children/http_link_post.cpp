// How a call gets to a remote server and its answer back: a POST, and what may come of it.
#include "children/http_link.hpp"

#include "children/remote_reply.hpp"
#include "protocol/http_rules.hpp"

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

/// It says nothing about who we are or where we are.
bool is_refusal(int status) {
    return status == 401 || status == 403 || (status >= 300 && status < 400);
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
    if (uses_sse_) co_return; // the answer comes on the one stream
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
    const auto noted = note_session(reply.head(), call);
    if (noted.has_error()) co_return noted.error();
    if (is_event_stream(reply.head()) && !uses_sse_) {
        const auto read = co_await read_stream(reply, call, position);
        co_return read;
    }
    const auto read = co_await read_body(reply, call);
    co_return read;
}

result<void> http_link::note_session(const http_response_head& head, const parcel& call) {
    if (call.method != method::initialize || head.status >= 300 || uses_sse_) return {};
    const auto id = head.find(header_name::session_id);
    if (!id) return {};
    if (!is_session_id(*id))
        return fault{errc::server_failed, "its Mcp-Session-Id holds invalid characters"};
    session_.id = *id;
    return {};
}

task<result<void>> http_link::read_body(http_fetch& reply, const parcel& call) {
    auto body = co_await reply.read_all(options_.limits.line_bytes_max);
    if (body.has_error()) co_return body.error();
    co_return deliver(call, std::move(*body), reply.head());
}

result<void> http_link::deliver(const parcel& call, std::string body,
                                const http_response_head& head) {
    if (call.has_session && is_session_refusal(head.status, body)) {
        lose_session();
        return fault{errc::session_unknown, "the server has forgotten the session"};
    }
    const auto refused = reply_fault(head, url_, call.is_opening());
    if (is_refusal(head.status)) return refused;
    if (uses_sse_) return head.status < 300 ? result<void>{} : refused;
    // An overloaded server, or a proxy in front of it, says nothing about the era.
    if (call.method == method::discover && head.status >= 500) return refused;
    // 2025-11-25, basic/transports, "Backwards Compatibility": this is how HTTP+SSE shows itself.
    const bool is_sse_likely =
        call.method == method::initialize && is_nothing_here(head.status) && !is_modern_error(body);
    if (is_sse_likely) {
        const auto words = error_text(body);
        if (words.empty()) return refused;
        return fault{refused.code,
                     fmt::format("HTTP {} from {}: {}", head.status, shown_url(url_), words)};
    }
    auto messages = split_messages(std::move(body));
    if (messages.has_error()) return refused;
    for (auto& line : *messages) deliver_one(call, std::move(line));
    return {};
}

/// One message of a JSON body. An error without an id can only belong to the request of the POST.
void http_link::deliver_one(const parcel& call, const shared_text& line) {
    const auto message = scan_envelope(line);
    const bool has_no_id = message.has_value() && message->is_error &&
                           (message->id.empty() || message->id.of(line) == "null");
    if (!has_no_id) {
        relay(line, call.observer);
        return;
    }
    auto* const waiting = calls_.find(call.id_text);
    if (waiting != nullptr && calls_.remove(call.id)) waiting->on_answer(line, *message);
}

task<result<void>> http_link::read_stream(http_fetch& reply, const parcel& call,
                                          stream_position& position) {
    event_reader reader{reply, options_.limits.line_bytes_max, position};
    for (;;) {
        auto event = co_await reader.next();
        if (event.has_error()) co_return event.error();
        if (!*event) break;
        if (is_message(**event)) on_messages(std::move((*event)->data), call.observer);
        // Read on to the end, so that the connection can be used again; but not for long.
        if (!is_waiting(call)) reply.end_within(tail_time);
    }
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
        const auto read = co_await read_stream(reply, call, position);
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
