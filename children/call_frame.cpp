#include "children/call_frame.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace mcpgw {

namespace {
constexpr int progress_extension_max = 10; // progress extends a call to at most so many timeouts
} // namespace

call_frame::call_frame(executor ex, std::chrono::milliseconds timeout,
                       std::shared_ptr<call_observer> observer, std::uint64_t number)
    : observer_(std::move(observer))
    , wake_(ex)
    , timeout_(timeout)
    , deadline_(clock_type::now() + timeout)
    , last_deadline_(clock_type::now() + timeout * progress_extension_max)
    , number_(number) {}

void call_frame::on_answer(std::string_view line, const envelope& message) {
    finish(upstream_answer{std::string{line}, message});
}

void call_frame::on_progress(std::string_view line, const envelope& message) {
    deadline_ = std::min(clock_type::now() + timeout_, last_deadline_);
    if (observer_) observer_->on_progress(line, message);
}

void call_frame::finish(result<upstream_answer> value) {
    if (!outcome_) outcome_ = std::move(value);
    wake_.notify();
}

task<std::optional<fault>> call_frame::wait(abort_signal& abort, fault late) {
    const abort_signal::listener on_abort{abort, [this] {
                                              wake_.notify();
                                          }};
    while (!outcome_) {
        if (abort.reason()) co_return *abort.reason();
        const bool was_notified = co_await wake_.wait_until(deadline_);
        if (was_notified || outcome_ || clock_type::now() < deadline_) continue;
        const bool is_asking = observer_ && observer_->is_waiting_for_client();
        if (!is_asking) co_return late;
        deadline_ = clock_type::now() + timeout_; // a person may have to think
    }
    co_return std::nullopt;
}

std::vector<std::shared_ptr<call_observer>> observers_of(const multiplexer& calls) {
    std::vector<const call_frame*> frames;
    calls.for_each([&frames](waiting_call& call) {
        const auto& frame = static_cast<call_frame&>(call);
        if (frame.observer()) frames.push_back(&frame);
    });
    std::ranges::sort(frames, {}, &call_frame::number); // slots are reused in any order
    std::vector<std::shared_ptr<call_observer>> list;
    list.reserve(frames.size());
    for (const auto* frame : frames) list.push_back(frame->observer());
    return list;
}

std::shared_ptr<call_observer> observer_of(const multiplexer& calls, std::string_view id_text) {
    const auto* const call = calls.find(id_text);
    return call == nullptr ? nullptr : static_cast<const call_frame*>(call)->observer();
}

} // namespace mcpgw
