// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/config.hpp"
#include "server/reload/file_watcher.hpp"
#include "server/reload/reload_record.hpp"
#include "transports/async/async_condition.hpp"
#include "transports/async/side_job.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace mcpgw {

/// Reads the configuration again while the gateway runs, checks it as `check` does without starting
/// servers, and has it put into force where it has no error. Reading, checking and comparing go on
/// in a thread of their own: a thousand servers must not stop the loop. One at a time; what asks
/// for another one meanwhile gets the next. Owned by the application.
class reloader {
public:
    /// What is in force.
    class target {
    public:
        /// As it was put into force last.
        [[nodiscard]] virtual std::shared_ptr<const configuration> in_force() const = 0;
        /// Options of servers that still run with what was in force before.
        [[nodiscard]] virtual std::vector<child_options> lagging() const = 0;
        /// Within one turn of the loop. Errors: something of it cannot be had; then nothing has
        /// changed.
        virtual result<void> put_into_force(std::shared_ptr<const configuration> next,
                                            const config_plan& plan) = 0;

    protected:
        ~target() = default;
    };
    /// Reads it; called on another thread, so that it must own all that it uses.
    using read_function = std::function<config_result()>;

    reloader(executor ex, logger& log, target& gateway, read_function read);

    /// The files that the configuration in force was read from, at `read_at`. Before run().
    void watch(std::vector<std::string> files, file_watcher::system_time read_at);
    /// Looks after the files and what is triggered, until stop().
    task<> run();
    void stop();

    /// A signal: as soon as possible, without waiting for it.
    void trigger(reload_source why);
    /// Returns when it is done, or the wait is aborted; then it goes on.
    task<reload_record> reload(reload_source why, bool is_dry_run, abort_signal& abort);

    /// Called when the files say what is in force, also after a change that makes no difference;
    /// with all that was read but the values.
    std::function<void(const config_result& read)> on_current;

    [[nodiscard]] const reload_history& history() const { return history_; }

private:
    /// What the thread finds out.
    struct finding {
        config_result read;
        config_plan plan;
        file_watcher::system_time read_at;
    };
    static finding find_out(const read_function& read, const configuration& from,
                            const std::vector<child_options>& lagging);
    task<reload_record> read_and_apply(reload_source why, bool is_dry_run);
    void conclude(reload_record& record, finding found, bool is_dry_run);
    void tell_change(const reload_record& record);
    void tell_refusal(const reload_record& record);
    void on_files_changed();
    task<> take_triggers();

    executor executor_;
    logger& log_;
    target& target_;
    read_function read_;
    reload_history history_;
    file_watcher watcher_;
    task_group tasks_;
    async_condition changed_; ///< something was triggered, or a reload has ended
    std::optional<reload_source> triggered_;
    abort_signal ending_;
    bool is_busy_ = false;
};

} // namespace mcpgw
