// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/multiplexer.hpp"
#include "children/link/upstream_call.hpp"
#include "transports/async/abort_signal.hpp"
#include "transports/async/asio.hpp"
#include "transports/async/async_event.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace mcpgw {

class call_clock;

/// How the wait for an answer ended.
enum class call_end : std::uint8_t { answered, aborted, quiet_too_long, too_long_in_all };

/// When the waiting coroutine goes on: within on_answer(), which saves a round of the loop, or when
/// the loop comes to it, for links whose reader may belong to the call.
enum class answer_delivery : std::uint8_t { at_once, by_the_loop };

/// The time that a call has.
struct call_time {
    clock_type::time_point begun;
    std::chrono::milliseconds patience; ///< without an answer or progress
    clock_type::time_point deadline;    ///< whatever progress there is
};

/// The state of one call, in the frame of the coroutine that waits for its answer (link::call).
class call_frame final : public waiting_call {
public:
    /// `number`: in the order in which the calls of a link begin.
    call_frame(executor ex, call_clock& clock, answer_delivery delivery, const call_time& time,
               std::shared_ptr<call_observer> observer, std::uint64_t number);

    void on_answer(const shared_text& line, const envelope& message) override;
    void on_progress(std::string_view line, const envelope& message) override;
    void on_failure(const fault& reason) override;
    /// The deadline has come.
    void on_time() { wake_.notify(); }
    [[nodiscard]] clock_type::time_point deadline() const { return deadline_; }

    /// It was sent: from now on its deadline is kept.
    void begin();
    /// co_await woken(), until there is an end().
    [[nodiscard]] auto woken() { return wake_.wait(); }
    void wake() { wake_.notify(); }
    /// How it has ended: the outcome is there, or there is a reason to give the call up. While the
    /// client is being asked the time stands still.
    std::optional<call_end> end(const abort_signal& abort);
    result<upstream_answer> take_outcome() { return std::move(*outcome_); }

    [[nodiscard]] const std::shared_ptr<call_observer>& observer() const { return observer_; }
    [[nodiscard]] std::uint64_t number() const { return number_; }

private:
    call_clock& clock_;
    answer_delivery delivery_;
    std::shared_ptr<call_observer> observer_;
    std::optional<result<upstream_answer>> outcome_;
    async_event wake_;
    std::chrono::milliseconds patience_;
    clock_type::time_point last_deadline_;
    clock_type::time_point deadline_; ///< until there is progress
    std::uint64_t number_;
};

/// Of the calls in a table that holds call_frames only: newest last, without those that have none.
std::vector<std::shared_ptr<call_observer>> observers_of(const multiplexer& calls);
/// Of the call with this id; null: there is no such call, or it has none.
std::shared_ptr<call_observer> observer_of(const multiplexer& calls, std::string_view id_text);

} // namespace mcpgw
