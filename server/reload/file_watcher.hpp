// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/reload/file_marks.hpp"
#include "server/reload/inotify_port.hpp"
#include "server/reload/quiet_period.hpp"
#include "server/reload/watch_table.hpp"
#include "transports/async/abort_signal.hpp"
#include "transports/async/async_event.hpp"
#include "transports/async/side_job.hpp"
#include "transports/async/task_group.hpp"
#include "transports/log.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace mcpgw {

struct watch_limits {
    std::chrono::milliseconds quiet{300};          ///< nothing has changed for so long
    std::chrono::milliseconds postponed_max{3000}; ///< longest time that changes are waited out
    std::chrono::milliseconds read_pause{50};      ///< between two looks at events of the system
    std::chrono::milliseconds poll_interval{5000}; ///< where the system tells nothing
    std::size_t watches_max = 1000;                ///< directories and files; 0: ask nobody, poll
};

/// Tells when files may have changed: the system's events (inotify) where there are any, else a
/// look at them every few seconds, which is said once in the log. What has changed is for others to
/// find out; an event may turn out to be none.
///
/// Used on the thread of the loop. The owner spawns run(), calls stop() and waits for its end; it
/// does not cancel it.
class file_watcher {
public:
    using system_time = std::chrono::system_clock::time_point;

    /// `on_change` is called by run(), and may call watch().
    file_watcher(executor ex, logger& log, watch_limits limits, std::function<void()> on_change);
    ~file_watcher();
    file_watcher(const file_watcher&) = delete;
    file_watcher& operator=(const file_watcher&) = delete;

    /// From now on these, files or directories, there or not, instead of those of before. What was
    /// read through them was read at `read_at` or later: of a path that is new among them, a change
    /// between then and now counts.
    void watch(std::vector<std::string> paths, system_time read_at);
    /// Until stop().
    task<> run();
    void stop();

    /// Some of it is looked at every few seconds.
    [[nodiscard]] bool is_polling() const { return is_polling_; }

private:
    void arm();
    bool arm_once(const watch_plan& plan);
    int add_watch(const std::string& path, std::uint32_t mask, std::size_t& count);
    void poll_because(const std::string& reason);
    void on_change();
    task<> look(clock_type::time_point now);
    task<> turn(clock_type::time_point now);
    [[nodiscard]] clock_type::time_point next_look() const;
    task<> take_events();

    executor executor_;
    logger& log_;
    watch_limits limits_;
    std::function<void()> on_change_;
    std::vector<std::string> paths_;
    inotify_port port_;
    watch_table table_;
    quiet_period quiet_;
    file_marks marks_; ///< at the last look, where those are polled
    clock_type::time_point looked_at_;
    async_event wake_;
    abort_signal ending_;
    task_group reader_;
    bool is_polling_ = false;
    bool has_told_ = false; ///< that they are polled
    bool is_stopping_ = false;
};

} // namespace mcpgw
