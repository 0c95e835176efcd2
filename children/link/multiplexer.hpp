// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/call_kind.hpp"
#include "protocol/error.hpp"
#include "protocol/json/shared_text.hpp"
#include "protocol/message/envelope.hpp"
#include "protocol/message/meta_cache.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What the multiplexer tells a call that waits. Implemented by the frame that awaits the answer.
class waiting_call {
public:
    /// The answer; the call is already out of the table, and may be gone afterwards. `line` is the
    /// whole message.
    virtual void on_answer(const shared_text& line, const envelope& message) = 0;
    virtual void on_progress(std::string_view line, const envelope& message) = 0;
    virtual void on_failure(const fault& reason) = 0;

protected:
    ~waiting_call() = default;
};

/// Calls in flight on one child's pipe: gives each an upstream id, matches answers and progress,
/// refuses past the limits. Knows no I/O and no clock, so tests drive it directly. Owned by
/// `peer_link`.
///
/// Upstream id = slot index | generation << 17. The generation changes whenever a slot is freed, so
/// a late or second answer finds nobody and is dropped. The id is also the progress token.
class multiplexer {
public:
    using upstream_id = std::uint64_t;

    enum class line_kind : std::uint8_t {
        answer,       ///< delivered to its call
        progress,     ///< delivered to its call
        unexpected,   ///< an answer that nobody waits for (late, repeated, foreign)
        request,      ///< the child asks something
        notification, ///< the child tells something; progress too, of calls that have ended
        garbage,      ///< not a message
    };
    struct line_report {
        line_kind kind = line_kind::garbage;
        envelope message; ///< spans into `repaired`, or where that is empty into the line
        fault error;      ///< of garbage: why
        shared_text repaired{}; ///< the message, where the line was not as it should be

        [[nodiscard]] const shared_text& text(const shared_text& line) const {
            return repaired.empty() ? line : repaired;
        }
    };

    /// A core task has a request open for as long as it lasts, and its client may ask for it: twice
    /// as many as the gateway has tasks.
    static constexpr std::size_t follow_up_calls_max = 4096;
    /// Mostly there is one of each, but all clients may subscribe to resources at once. More than
    /// an instance can have streams open: a server that acknowledges none is still asked if it
    /// lives.
    static constexpr std::size_t own_calls_max = 1024;
    /// All kinds together, where clients have `calls_max`.
    static constexpr std::size_t room_for(std::size_t calls_max) {
        return calls_max + follow_up_calls_max + own_calls_max;
    }

    /// `calls_max`: of clients.
    explicit multiplexer(std::size_t calls_max);

    /// A place for `call`. server_busy when the limit of its kind is reached.
    result<upstream_id> try_add(waiting_call& call, call_kind kind = call_kind::client);
    /// Frees the place; harmless if it is already free. True: it was still waiting.
    bool remove(upstream_id id);
    /// The call with this id, as text, out of the table; null: nobody waits for it.
    waiting_call* take(std::string_view id_text);
    /// What is odd about a message is repaired where that is certain (message_repair).
    line_report on_line(const shared_text& line);
    /// The call with this id, as text; null: nobody waits for it.
    [[nodiscard]] waiting_call* find(std::string_view id_text) const;
    /// Fails every call; each is out of the table before it is told.
    void fail_all(const fault& reason);

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] std::size_t size(call_kind kind) const { return used_[index_of(kind)]; }
    void for_each(const std::function<void(waiting_call&)>& visit) const;

private:
    struct slot {
        waiting_call* call = nullptr;
        std::uint64_t generation = 1;
        call_kind kind = call_kind::client;
    };
    line_report take_message(const shared_text& text, const envelope& message);
    static constexpr std::size_t index_of(call_kind kind) { return static_cast<std::size_t>(kind); }
    [[nodiscard]] waiting_call* find(upstream_id id) const;
    static upstream_id make_id(std::size_t index, std::uint64_t generation);

    std::vector<slot> slots_;
    std::vector<std::size_t> free_;
    std::array<std::size_t, call_kinds> used_{};
    std::array<std::size_t, call_kinds> calls_max_;
    meta_cache known_meta_;
};

} // namespace mcpgw
