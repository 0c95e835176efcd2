// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "transports/async/asio.hpp"
#include "transports/async/async_event.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mcpgw {

/// A request that we sent to a client and whose answer somebody awaits. Shared by the session,
/// which matches the client's response to it, and by the one coroutine that waits; either may go
/// first.
class question {
public:
    using settled_callback = std::function<void(const result<std::string>&)>;

    /// `on_settled`: called once, with the answer.
    explicit question(executor ex, settled_callback on_settled = {})
        : answered_(ex), on_settled_(std::move(on_settled)) {}

    /// Raw result JSON of the client's answer, or why there is none. The first call counts. Settled
    /// by anybody but the client's response or the end of the session, the question is withdrawn,
    /// and a client that can be told is told.
    void settle(result<std::string> answer) {
        if (answer_) return;
        answer_ = std::move(answer);
        answered_.notify();
        if (on_settled_) std::exchange(on_settled_, nullptr)(*answer_);
    }
    [[nodiscard]] bool is_settled() const { return answer_.has_value(); }

    /// Until settled or `deadline`, which settles it (call_timed_out). One waiter.
    task<result<std::string>> wait(clock_type::time_point deadline);

private:
    std::optional<result<std::string>> answer_;
    async_event answered_;
    settled_callback on_settled_;
};

/// The questions of one request; those still open when it ends are withdrawn.
class question_group {
public:
    question_group() = default;
    ~question_group() { withdraw(); }
    question_group(const question_group&) = delete;
    question_group& operator=(const question_group&) = delete;

    void add(std::shared_ptr<question> asked) {
        std::erase_if(open_, [](const auto& each) { return each->is_settled(); });
        open_.push_back(std::move(asked));
    }
    void withdraw() {
        for (const auto& each : std::exchange(open_, {}))
            each->settle(fault{errc::call_cancelled, "the request that asked has ended"});
    }

private:
    std::vector<std::shared_ptr<question>> open_;
};

} // namespace mcpgw
