// A place on an instance: one call and its retries.
#include "children/upstream.hpp"

#include "protocol/json_members.hpp"
#include "protocol/json_text.hpp"
#include "protocol/rpc.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace {

/// The server has not done anything about it.
bool is_unseen(const result<upstream_answer>& answer) {
    return answer.has_error() && answer.error().code == errc::session_unknown;
}

std::string_view error_of(const result<upstream_answer>& answer) {
    if (answer.has_error() || !answer->message.is_error) return {};
    return answer->message.error.of(answer->line);
}

bool is_header_mismatch(const result<upstream_answer>& answer) {
    return error_code(error_of(answer)) == describe(errc::header_mismatch).json_rpc;
}

/// It does not speak the revision that was agreed on. Its list of those that it does tells the
/// error from one with the same code that a legacy server made up.
bool has_refused_version(const result<upstream_answer>& answer) {
    const auto error = error_of(answer);
    return error_code(error) == describe(errc::unsupported_protocol_version).json_rpc &&
           is_json_array(find_member(find_member(error, "data"), "supported"));
}

} // namespace

upstream::lease::lease(upstream& from, seat* place, instance& on)
    : from_(&from), place_(place), on_(&on) {}

upstream::lease::~lease() {
    if (from_ != nullptr && place_ != nullptr) from_->leave_seat(*place_);
}

upstream::lease::lease(lease&& other) noexcept
    : from_(std::exchange(other.from_, nullptr))
    , place_(std::exchange(other.place_, nullptr))
    , on_(other.on_)
    , link_(std::move(other.link_))
    , spoken_(other.spoken_) {}

task<result<void>> upstream::lease::bind(clock_type::time_point deadline) {
    if (!on_->is_running()) {
        const auto started = co_await on_->ensure_running(deadline);
        if (started.has_error()) co_return started.error();
    }
    if (!on_->connection() || !on_->spoken())
        co_return fault{errc::connection_lost,
                        fmt::format("server '{}' has just ended", from_->name())};
    link_ = on_->connection();
    spoken_ = *on_->spoken();
    co_return result<void>{};
}

task<result<void>> upstream::lease::bind_anew() {
    const auto deadline = clock_type::now() + from_->options().start_timeout;
    co_await on_->wait_end_of(link_, deadline);
    const auto bound = co_await bind(deadline);
    co_return bound;
}

const std::string& upstream::lease::server_info() const {
    return on_->server_info();
}

task<result<upstream_answer>> upstream::lease::call(upstream_call request,
                                                    std::shared_ptr<call_observer> observer,
                                                    abort_signal& abort) {
    request.headers = on_->headers_of(request);
    auto answer = co_await link_->call(request, spoken_, observer, abort);
    if (is_unseen(answer)) {
        const auto bound = co_await bind_anew();
        if (bound.has_error()) co_return bound.error();
    } else if (has_refused_version(answer)) {
        // Another server has taken the place of the one that we knew: the next start finds out.
        on_->begin_stop();
        co_return answer;
    } else if (is_header_mismatch(answer)) {
        // The tool may have other annotations by now (2026-07-28, basic/transports/streamable-http,
        // "Client Behavior").
        co_await on_->refresh();
        if (on_->headers_of(request) == request.headers) co_return answer;
    } else {
        co_return answer;
    }
    request.headers = on_->headers_of(request);
    auto second = co_await link_->call(request, spoken_, std::move(observer), abort);
    // Nothing that a client should hear of: it has a session of its own.
    if (is_unseen(second)) co_return fault{errc::connection_lost, second.error().detail};
    co_return second;
}

} // namespace mcpgw
