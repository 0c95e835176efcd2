// SPDX-License-Identifier: Apache-2.0
#include "children/link/call_frame.hpp"

#include "children/link/call_clock.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace mcpgw {

call_frame::call_frame(executor ex, call_clock& clock, answer_delivery delivery,
                       const call_time& time, std::shared_ptr<call_observer> observer,
                       std::uint64_t number)
    : clock_(clock)
    , delivery_(delivery)
    , observer_(std::move(observer))
    , wake_(ex)
    , patience_(time.patience)
    , last_deadline_(time.deadline)
    , deadline_(std::min(time.begun + time.patience, time.deadline))
    , number_(number) {}

void call_frame::on_answer(const shared_text& line, const envelope& message) {
    if (!outcome_) outcome_ = upstream_answer{line.lasting(), message};
    // Last: at once, this frame may be gone after it.
    delivery_ == answer_delivery::at_once ? wake_.notify_now() : wake_.notify();
}

/// By the loop, whatever the delivery: all calls of a link fail together, in a loop over them.
void call_frame::on_failure(const fault& reason) {
    if (!outcome_) outcome_ = reason;
    wake_.notify();
}

void call_frame::on_progress(std::string_view line, const envelope& message) {
    deadline_ = std::min(clock_type::now() + patience_, last_deadline_);
    if (observer_) observer_->on_progress(line, message);
}

void call_frame::begin() {
    clock_.expect(deadline_);
}

std::optional<call_end> call_frame::end(const abort_signal& abort) {
    if (outcome_) return call_end::answered;
    if (abort.reason()) return call_end::aborted;
    const auto now = clock_type::now();
    if (now >= deadline_) {
        const bool is_asking = observer_ && observer_->is_waiting_for_client();
        if (!is_asking)
            return now < last_deadline_ ? call_end::quiet_too_long : call_end::too_long_in_all;
        deadline_ = now + patience_; // a person may have to think
        last_deadline_ += patience_;
    }
    clock_.expect(deadline_);
    return std::nullopt;
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
