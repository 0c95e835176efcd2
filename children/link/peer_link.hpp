// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/child_options.hpp"
#include "children/link/abandoned_calls.hpp"
#include "children/link/call_clock.hpp"
#include "children/link/call_frame.hpp"
#include "children/link/call_limits.hpp"
#include "children/link/link.hpp"
#include "children/link/multiplexer.hpp"
#include "transports/log.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {

/// `reason` with the name of the server in front.
[[nodiscard]] fault with_server_name(std::string_view server, const fault& reason);

/// What every link has: the calls in flight from their begin to their end, and what becomes of the
/// lines of the peer. How lines travel is for the links that derive from it.
class peer_link : public link {
public:
    [[nodiscard]] bool has_ended() const final { return has_ended_; }
    [[nodiscard]] const fault& end_reason() const final { return end_reason_; }
    [[nodiscard]] std::size_t calls_in_flight() const final {
        return calls_.size() - calls_.size(call_kind::own);
    }
    [[nodiscard]] std::vector<std::shared_ptr<call_observer>> observers() const final {
        return observers_of(calls_);
    }
    [[nodiscard]] std::vector<owner_id> abandoned() const final {
        return abandoned_.owners(clock_type::now());
    }
    [[nodiscard]] std::uint64_t garbage_lines() const final { return garbage_total_; }
    [[nodiscard]] std::uint64_t messages_heard() const final { return messages_heard_; }

protected:
    /// A call and its place among those in flight. Lives in the frame that waits.
    class open_call {
    public:
        open_call(peer_link& on, const upstream_call& request,
                  std::shared_ptr<call_observer> observer, abort_signal& abort);
        ~open_call() { on_.calls_.remove(id_); } // harmless if the answer freed it
        open_call(const open_call&) = delete;
        open_call& operator=(const open_call&) = delete;

        /// Why it cannot be made. Nothing: it may be sent.
        [[nodiscard]] const std::optional<fault>& refusal() const { return refusal_; }
        [[nodiscard]] multiplexer::upstream_id id() const { return id_; }
        [[nodiscard]] const std::shared_ptr<call_observer>& observer() const {
            return frame_.observer();
        }
        /// After it was sent: co_await woken() until there is an end(); conclude() must follow.
        void begin() { frame_.begin(); }
        [[nodiscard]] auto woken() { return frame_.woken(); }
        std::optional<call_end> end(const abort_signal& abort) { return frame_.end(abort); }
        /// Why the call was given up; nothing: the outcome is there.
        std::optional<fault> conclude(call_end end, const abort_signal& abort);
        /// It was given up before its answer came: the peer may still be at work.
        [[nodiscard]] bool is_at_work() const { return is_at_work_; }
        result<upstream_answer> take_outcome() { return frame_.take_outcome(); }

    private:
        peer_link& on_;
        const upstream_call& request_;
        call_limits limits_;
        clock_type::time_point begun_;
        clock_type::time_point deadline_;
        call_frame frame_;
        abort_signal::listener on_abort_;
        std::optional<fault> refusal_;
        multiplexer::upstream_id id_ = 0;
        std::uint64_t strays_before_;
        bool is_at_work_ = false;
    };

    peer_link(executor ex, const child_options& options, answer_delivery delivery, events& listener,
              logger& log);
    ~peer_link() override = default;

    /// Gives a line of the peer to the call that it belongs to, or to the listener. `cause`: as in
    /// link::events. What is no message is left to the caller.
    multiplexer::line_report relay(const shared_text& line,
                                   const std::shared_ptr<call_observer>& cause);
    /// A question of the peer says which call it belongs to.
    [[nodiscard]] virtual bool names_calls() const { return false; }
    /// Something came that is no message: `shown` is its beginning, without secrets.
    void keep_stray(std::string shown) {
        stray_ = std::move(shown);
        ++strays_;
    }
    [[nodiscard]] std::string_view stray_output() const final { return stray_; }
    [[nodiscard]] fault named(const fault& reason) const {
        return with_server_name(options_.name, reason);
    }

    executor executor_;
    const child_options& options_;
    logger& log_;
    multiplexer calls_;
    call_clock clock_;
    answer_delivery delivery_;
    bool is_stopping_ = false;
    bool has_ended_ = false;
    fault end_reason_;
    std::uint64_t garbage_total_ = 0;

private:
    void refuse_question(std::string_view line, const fault& why);
    [[nodiscard]] std::shared_ptr<call_observer> subject_of(std::string_view line,
                                                            const envelope& message) const;

    events& events_;
    abandoned_calls abandoned_;
    std::uint64_t calls_begun_ = 0;
    std::uint64_t messages_heard_ = 0;
    std::string stray_; ///< the last output that was no message
    std::uint64_t strays_ = 0;
};

} // namespace mcpgw
