// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "server/demo/demo_arguments.hpp"
#include "server/demo/demo_reply.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace mcpgw {

/// Calls of the demo server's `wait` that are not over. Owned by the dispatcher; knows no clock and
/// no I/O: time is a parameter, messages are appended to `out`.
///
/// With a progress token a call wakes once per step, else once at its end. A cancelled call is
/// forgotten and sends nothing more (basic/utilities/cancellation).
class demo_waits {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// What the arguments of one call ask for.
    struct length {
        double seconds = 0;
        std::int64_t steps = 1;
    };
    static result<length> parse(const demo_arguments& arguments);

    /// Begins a call. `progress_token` is a raw string or integer, or empty. Messages that are due
    /// at once come with the next on_time(). Fault server_busy past the limit of calls.
    result<void> add(const demo_address& to, std::string_view progress_token, const length& wait,
                     time_point now);

    [[nodiscard]] bool has(std::string_view id) const;
    /// Forgets a call; false if there is none with this id.
    bool cancel(std::string_view id);
    /// Appends the progress notifications and results that are due.
    void on_time(time_point now, std::string& out);
    /// When on_time() has something to do next; nothing while no call waits.
    [[nodiscard]] std::optional<time_point> next_deadline() const;

private:
    struct call {
        std::string id;
        era spoken;
        std::string progress_token;
        time_point started;
        double seconds;
        std::int64_t steps;
        std::int64_t steps_done;
    };
    using queue = std::multimap<time_point, call>; // by the time of the next step

    static time_point time_of_step(const call& c, std::int64_t step);
    static void append_progress(const call& c, std::string& out);

    queue queue_;
    std::unordered_map<std::string, queue::iterator> by_id_;
};

} // namespace mcpgw
