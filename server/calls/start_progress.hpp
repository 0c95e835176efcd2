// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/upstream.hpp"
#include "transports/async/deadline_timer.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpgw {

/// Says now and then how far the start of a server is while somebody waits for it: clients take a
/// call that says nothing for dead. Lives in the frame that waits.
class start_progress {
public:
    /// `progress` grows, and stays below what a server counts from: 2025-11-25,
    /// basic/utilities/progress, "The progress value MUST increase with each notification".
    using listener = std::function<void(double progress, const std::string& message)>;

    struct pace {
        std::chrono::milliseconds first{2'000}; ///< most starts have ended by then
        std::chrono::milliseconds between{3'000};
    };

    start_progress(executor ex, const upstream& target, listener say)
        : start_progress(ex, target, std::move(say), pace{}) {}
    start_progress(executor ex, const upstream& target, listener say, pace speed);

private:
    void look_again(clock_type::duration pause);
    void tell();

    const upstream& target_;
    listener say_;
    pace speed_;
    deadline_timer timer_;
    clock_type::time_point since_;
};

/// notifications/progress of a call with this raw token. `has_message`: revisions before 2025-03-26
/// have none.
std::string start_progress_line(std::string_view raw_token, double progress,
                                std::string_view message, bool has_message);

} // namespace mcpgw
