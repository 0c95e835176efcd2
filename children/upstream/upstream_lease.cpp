// SPDX-License-Identifier: Apache-2.0
#include "children/upstream/upstream_lease.hpp"

#include "children/upstream/place_finder.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/rpc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

/// The server has not done anything about it.
bool is_unseen(const result<upstream_answer>& answer) {
    return answer.has_error() && answer.error().code == errc::session_unknown;
}

/// Raw; empty: it is none.
std::string_view error_of(const result<upstream_answer>& answer) {
    if (answer.has_error() || !answer->message.is_error) return {};
    return answer->message.error.of(answer->line);
}

bool is_header_mismatch(const result<upstream_answer>& answer) {
    const auto error = error_of(answer);
    return !error.empty() && error_code(error) == describe(errc::header_mismatch).json_rpc;
}

/// It does not speak the revision that was agreed on. Its list of those that it does tells the
/// error from one with the same code that a legacy server made up.
/// Which revisions it speaks must be said, and must not contradict that: a process is ended for it.
bool has_refused_version(const result<upstream_answer>& answer, revision spoken) {
    const auto error = error_of(answer);
    if (error.empty() || error_code(error) != describe(errc::unsupported_protocol_version).json_rpc)
        return false;
    const auto supported = find_member(find_member(error, "data"), "supported");
    if (!is_json_array(supported)) return false;
    bool names_any = false;
    element_reader versions{supported};
    while (const auto version = versions.next()) {
        if (!is_json_string(*version) || unquote_json(*version) == to_string(spoken)) return false;
        names_any = true;
    }
    return names_any;
}

} // namespace

upstream_lease::upstream_lease(place_finder& from, instance_place place)
    : from_(&from), place_(std::move(place)) {
    from_->on_lease();
}

upstream_lease::~upstream_lease() {
    if (from_ == nullptr) return;
    if (pass_) from_->abandon(*pass_);
    place_ = {}; // first: the server may be forgotten when its last call has ended
    from_->on_lease_ended();
}

upstream_lease::upstream_lease(upstream_lease&& other) noexcept
    : from_(std::exchange(other.from_, nullptr))
    , pass_(std::exchange(other.pass_, std::nullopt))
    , is_unproven_(other.is_unproven_)
    , place_(std::move(other.place_))
    , link_(std::move(other.link_))
    , spoken_(other.spoken_) {}

upstream_lease upstream_lease::follow() const {
    upstream_lease next{*from_, place_.follow()};
    next.link_ = link_;
    next.spoken_ = spoken_;
    return next;
}

task<result<void>> upstream_lease::bind(clock_type::time_point deadline, abort_signal& abort) {
    auto& on = place_.on();
    if (!on.is_running()) {
        const auto started = co_await on.life().ensure_running(deadline, abort);
        if (started.has_error()) co_return started.error();
    }
    if (on.roots().are_being_learnt()) co_await on.roots().wait(abort);
    if (!try_bind())
        co_return fault{errc::connection_lost,
                        fmt::format("server '{}' has just ended", from_->options().name)};
    co_return result<void>{};
}

/// False: the instance does not run.
bool upstream_lease::try_bind() {
    auto& on = place_.on();
    const auto& session = on.session();
    if (!on.is_running() || !session.connection || !session.spoken) return false;
    link_ = session.connection;
    spoken_ = *session.spoken;
    return true;
}

/// Within the time of the call, if that is limited.
task<result<void>> upstream_lease::bind_anew(std::optional<clock_type::time_point> call_ends,
                                             abort_signal& abort) {
    const auto start_ends = clock_type::now() + from_->options().start_wait();
    const auto deadline = std::min(start_ends, call_ends.value_or(start_ends));
    co_await place_.on().life().wait_end_of(link_, deadline, abort);
    const auto bound = co_await bind(deadline, abort);
    co_return bound;
}

void upstream_lease::report(const upstream_call& request,
                            const result<upstream_answer>& answer) const {
    if (pass_) from_->report(*pass_, place_.on(), answer);
    if (is_unproven_) from_->end_trial(request, answer);
}

task<result<upstream_answer>> upstream_lease::call(upstream_call& request,
                                                   std::shared_ptr<call_observer> observer,
                                                   abort_signal& abort) {
    request.kind = place_.kind();
    request.headers = place_.on().offers().headers_of(request);
    auto answer = co_await link_->call(request, spoken_, observer, abort);
    // A client whose own session has ended gives up its calls with the same code as one of ours.
    if (!abort.reason() && may_do_better(answer)) {
        auto better = co_await send_again(request, std::move(observer), std::move(answer), abort);
        report(request, better);
        co_return better;
    }
    report(request, answer);
    co_return answer;
}

/// Another life of the connection, or other headers, may bring another answer than this one.
bool upstream_lease::may_do_better(const result<upstream_answer>& answer) const {
    return is_unseen(answer) || has_refused_version(answer, spoken_) || is_header_mismatch(answer);
}

task<result<upstream_answer>> upstream_lease::send_again(upstream_call& request,
                                                         std::shared_ptr<call_observer> observer,
                                                         result<upstream_answer> first,
                                                         abort_signal& abort) {
    if (is_unseen(first)) {
        const auto bound = co_await bind_anew(request.deadline, abort);
        if (bound.has_error()) co_return bound.error();
    } else if (has_refused_version(first, spoken_)) {
        // Another server has taken the place of the one that we knew: the next start finds out. One
        // that says so of every call must not be started for each.
        place_.on().life().end_as(
            {errc::server_failed,
             fmt::format("server '{}' no longer speaks {}, which it had agreed to",
                         from_->options().name, to_string(spoken_))});
        co_return first;
    } else {
        // The tool may have other annotations by now (2026-07-28, basic/transports/streamable-http,
        // "Client Behavior").
        co_await place_.on().offers().refresh(abort);
        if (place_.on().offers().headers_of(request) == request.headers) co_return first;
    }
    request.headers = place_.on().offers().headers_of(request);
    auto second = co_await link_->call(request, spoken_, std::move(observer), abort);
    // Nothing that a client should hear of: it has a session of its own.
    if (is_unseen(second)) co_return fault{errc::connection_lost, second.error().detail};
    co_return second;
}

} // namespace mcpgw
