// SPDX-License-Identifier: Apache-2.0
#include "children/link/peer_link.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/rpc.hpp"

#include <fmt/format.h>

#include <limits>
#include <utility>

namespace mcpgw {

peer_link::peer_link(executor ex, const child_options& options, answer_delivery delivery,
                     events& listener, logger& log)
    : executor_(ex)
    , options_(options)
    , log_(log)
    , calls_(options.limits.calls_in_flight_max)
    , clock_(ex, calls_)
    , delivery_(delivery)
    , events_(listener) {}

peer_link::open_call::open_call(peer_link& on, const upstream_call& request,
                                std::shared_ptr<call_observer> observer, abort_signal& abort)
    : on_(on)
    , request_(request)
    , limits_(limits_of(on.options_, request))
    , begun_(clock_type::now())
    , deadline_(request.deadline.value_or(begun_ + limits_.total))
    , frame_(on.executor_, on.clock_, on.delivery_, {begun_, limits_.quiet, deadline_},
             std::move(observer), ++on.calls_begun_)
    , on_abort_(abort, [this] { frame_.wake(); })
    , strays_before_(on.strays_) {
    if (on_.has_ended_ || on_.is_stopping_) {
        refusal_ = on_.named({errc::session_unknown, "it is ending"});
    } else if (abort.reason()) {
        refusal_ = abort.reason();
    } else if (begun_ >= deadline_) {
        refusal_ = too_long_in_all(on_.options_.name, request_.method, limits_);
    } else if (const auto id = on_.calls_.try_add(frame_, request_.kind); id.has_error()) {
        refusal_ = on_.named(id.error());
    } else {
        id_ = *id;
    }
}

std::optional<fault> peer_link::open_call::conclude(call_end end, const abort_signal& abort) {
    std::optional<fault> given_up;
    if (end == call_end::aborted)
        given_up = abort.reason();
    else if (end == call_end::quiet_too_long)
        given_up = quiet_too_long(on_.options_.name, request_.method, limits_);
    else if (end == call_end::too_long_in_all)
        given_up = too_long_in_all(on_.options_.name, request_.method, limits_);
    const bool is_late = end == call_end::quiet_too_long || end == call_end::too_long_in_all;
    if (is_late && on_.strays_ != strays_before_)
        given_up->detail +=
            fmt::format("; meanwhile it sent what is no MCP message: '{}'", on_.stray_);
    is_at_work_ = on_.calls_.remove(id_) && given_up;
    if (is_at_work_ && observer() && !on_.names_calls())
        on_.abandoned_.add(observer()->owner(), clock_type::now());
    if (observer()) on_.events_.on_call_ended();
    return given_up;
}

multiplexer::line_report peer_link::relay(const shared_text& line,
                                          const std::shared_ptr<call_observer>& cause) {
    ++messages_heard_;
    auto report = calls_.on_line(line);
    const auto& text = report.text(line);
    using kind = multiplexer::line_kind;
    switch (report.kind) {
    case kind::answer:
    case kind::progress:
        break;
    case kind::garbage:
        refuse_question(text, report.error);
        break;
    case kind::unexpected:
        log_.debug("server '{}' answered a request that nobody waits for", options_.name);
        events_.on_stray_answer();
        break;
    case kind::request:
        events_.on_request(text, report.message, cause);
        break;
    case kind::notification:
        events_.on_notification(text, report.message,
                                cause ? cause : subject_of(text, report.message));
        break;
    }
    return report;
}

/// A question that cannot be read is answered all the same: the server may wait for that for ever.
void peer_link::refuse_question(std::string_view line, const fault& why) {
    const scan_limits whatever{std::numeric_limits<std::size_t>::max()};
    const auto id = find_id(line, whatever);
    if (id.empty() || find_member(line, "method").empty()) return;
    try_send(make_error_response(id, {errc::invalid_request, why.detail}));
}

/// The observer of the subscription that a notification is tagged with (2026-07-28,
/// basic/patterns/subscriptions); null: none.
std::shared_ptr<call_observer> peer_link::subject_of(std::string_view line,
                                                     const envelope& message) const {
    const auto tag = message.in_meta.subscription_id.of(line);
    if (tag.empty()) return nullptr;
    // Some servers make a string of it.
    return observer_of(calls_, unquote_json(tag).value_or(std::string{tag}));
}

fault with_server_name(std::string_view server, const fault& reason) {
    if (reason.message().starts_with("server '")) return reason;
    return {reason.code, fmt::format("server '{}': {}", server, reason.message()),
            reason.data_json};
}

} // namespace mcpgw
