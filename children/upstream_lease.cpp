// A place on an instance: one call and its retries.
#include "children/upstream.hpp"

#include "protocol/rpc.hpp"

#include <utility>

namespace mcpgw {

namespace {

bool is_header_mismatch(const result<upstream_answer>& answer) {
    if (answer.has_error() || !answer->message.is_error) return false;
    const auto code = error_code(answer->message.error.of(answer->line));
    return code == describe(errc::header_mismatch).json_rpc;
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

void upstream::lease::bind() {
    link_ = on_->connection();
    spoken_ = *on_->spoken();
}

const std::string& upstream::lease::server_info() const {
    return on_->server_info();
}

task<result<upstream_answer>> upstream::lease::call(upstream_call request,
                                                    std::shared_ptr<call_observer> observer,
                                                    abort_signal& abort) {
    request.headers = on_->headers_of(request);
    auto answer = co_await link_->call(request, spoken_, observer, abort);
    if (!is_header_mismatch(answer)) co_return answer;
    // The tool may have other annotations by now (2026-07-28, basic/transports/streamable-http,
    // "Client Behavior"). What the server refuses like that it has not done.
    co_await on_->refresh();
    auto headers = on_->headers_of(request);
    if (headers == request.headers) co_return answer;
    request.headers = std::move(headers);
    auto second = co_await link_->call(request, spoken_, std::move(observer), abort);
    co_return second;
}

} // namespace mcpgw
