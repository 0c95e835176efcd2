// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace mcpgw {

/// When a server that fails is left alone.
struct breaker_options {
    std::size_t threshold = 5; ///< failures in a row that open it; 0: no breaker
    /// Share of failures among the last `window` calls that opens it too; 0: only the row counts.
    double failure_rate = 0;
    std::size_t window = 20;
    std::chrono::milliseconds timeout{60'000}; ///< how long it stays open before a trial
};

enum class breaker_state : std::uint8_t { closed, open, half_open };
std::string_view to_string(breaker_state state);

/// Circuit breaker of one server: closed while it works; open after too many failures, and then
/// calls are refused at once; half-open after a while, for one trial call that decides. Logic only:
/// time is passed in. Owned by `upstream`.
class circuit_breaker {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// What an admitted call is reported with: by succeed() or fail(), and by abandon() when it
    /// ends.
    struct pass {
        std::uint64_t period = 0; ///< of admissions; outcomes of earlier periods decide nothing
        bool is_trial = false;
    };

    explicit circuit_breaker(breaker_options options);

    /// Other options hold from now on. One that is open stays so until the time that it was opened
    /// for; where there is no breaker any more, it is closed.
    void set_options(breaker_options options);

    /// Nothing: refused; retry_in() tells for how long.
    std::optional<pass> admit(time_point now);
    /// The server answered, whatever it said.
    void succeed(const pass& of);
    /// It did not: it is gone, silent, or could not be started.
    void fail(const pass& of, time_point now);
    /// It failed while no call was admitted: it died, or could not be started.
    void fail(time_point now);
    /// The call ended without telling anything of the server (the client left).
    void abandon(const pass& of);
    /// A new process of the server answered its handshake: no need to wait out the rest.
    void recover();

    [[nodiscard]] breaker_state state(time_point now) const;
    /// Until a call has a chance again; zero where it has one now.
    [[nodiscard]] std::chrono::milliseconds retry_in(time_point now) const;
    [[nodiscard]] std::size_t failures_in_row() const { return failures_in_row_; }

private:
    void open(time_point now);
    void close();
    void remember(bool has_failed);
    [[nodiscard]] bool is_rate_reached() const;

    breaker_options options_;
    std::uint64_t period_ = 0;
    std::optional<time_point> open_until_; ///< nothing: closed
    bool has_trial_ = false;
    std::size_t failures_in_row_ = 0;
    std::vector<bool> recent_; ///< ring of the last `window` outcomes: failed or not
    std::size_t recent_next_ = 0;
};

} // namespace mcpgw
