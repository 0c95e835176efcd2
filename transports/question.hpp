#pragma once

#include "protocol/error.hpp"
#include "transports/asio.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace mcpgw {

/// A request that we sent to a client and whose answer somebody awaits. Shared by the session,
/// which matches the client's response to it, and by the one coroutine that waits; either may go
/// first.
class question {
public:
    explicit question(executor ex) : answered_(ex) {}

    /// Raw result JSON of the client's answer, or why there is none. The first call counts.
    void settle(result<std::string> answer) {
        if (answer_) return;
        answer_ = std::move(answer);
        answered_.notify();
    }
    [[nodiscard]] bool is_settled() const { return answer_.has_value(); }

    /// Until settled or `deadline` (call_timed_out). One waiter.
    task<result<std::string>> wait(clock_type::time_point deadline);

private:
    std::optional<result<std::string>> answer_;
    wake_up answered_;
};

} // namespace mcpgw
