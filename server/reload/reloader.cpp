// SPDX-License-Identifier: Apache-2.0
#include "server/reload/reloader.hpp"

#include "transports/async/on_scope_exit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <sstream>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t reload_tasks_max = 8; // the watcher and the triggers
constexpr std::size_t changes_told_max = 100; // in the log, of one reload

bool may_be_served(const config_result& read, const config_plan& plan) {
    // Servers that could not be started before are no reason to refuse what is said of others.
    return read.is_usable() || (read.is_servable() && plan.broken.empty());
}

} // namespace

reloader::reloader(executor ex, logger& log, target& gateway, read_function read)
    : executor_(ex)
    , log_(log)
    , target_(gateway)
    , read_(std::move(read))
    , history_(std::chrono::system_clock::now())
    , watcher_(ex, log, {}, [this] { on_files_changed(); })
    , tasks_(ex, reload_tasks_max)
    , changed_(ex) {
    tasks_.on_exception = [this](const std::string& what) {
        log_.error("the configuration is not read again: {}", what);
    };
}

void reloader::watch(std::vector<std::string> files, file_watcher::system_time read_at) {
    watcher_.watch(std::move(files), read_at);
}

task<> reloader::run() {
    tasks_.spawn(watcher_.run());
    tasks_.spawn(take_triggers());
    co_await tasks_.wait_all();
}

void reloader::stop() {
    ending_.abort(errc::gateway_stopping);
    watcher_.stop();
    changed_.notify_all();
}

void reloader::on_files_changed() {
    if (target_.in_force()->reload == reload_policy::automatic) trigger(reload_source::file);
}

void reloader::trigger(reload_source why) {
    triggered_ = why;
    changed_.notify_all();
}

task<> reloader::take_triggers() {
    while (!ending_.reason()) {
        const auto why = std::exchange(triggered_, std::nullopt);
        if (why)
            co_await reload(*why, false, ending_);
        else
            co_await changed_.wait_until(clock_type::time_point::max());
    }
}

task<reload_record> reloader::reload(reload_source why, bool is_dry_run, abort_signal& abort) {
    while (is_busy_ && !ending_.reason() && !abort.reason())
        co_await changed_.wait_until(clock_type::time_point::max(), abort);
    if (ending_.reason() || abort.reason()) {
        reload_record none;
        none.result = reload_result::stopped;
        co_return none;
    }
    is_busy_ = true;
    const on_scope_exit free{[this] {
        is_busy_ = false;
        changed_.notify_all();
    }};
    auto record = co_await read_and_apply(why, is_dry_run);
    co_return record;
}

reloader::finding reloader::find_out(const read_function& read, const configuration& from,
                                     const std::vector<child_options>& lagging) {
    finding found;
    found.read_at = std::chrono::system_clock::now();
    found.read = read();
    if (lagging.empty()) {
        found.plan = plan_change(from, found.read.value);
        return found;
    }
    auto running = from;
    for (const auto& options : lagging) {
        const auto server = std::ranges::find(running.children, options.name, &child_options::name);
        if (server != running.children.end()) *server = options;
    }
    found.plan = plan_change(running, found.read.value);
    return found;
}

task<reload_record> reloader::read_and_apply(reload_source why, bool is_dry_run) {
    const auto begun = clock_type::now();
    reload_record record;
    record.source = why;
    record.at = std::chrono::system_clock::now();
    std::optional<finding> found;
    try {
        side_job<finding> job{
            executor_, [read = read_, from = target_.in_force(), lagging = target_.lagging()] {
                return find_out(read, *from, lagging);
            }};
        co_await job.wait(ending_);
        found = job.take();
    } catch (const std::exception& e) { // no thread, or no memory for what the files say
        record.result = reload_result::refused;
        record.problems.emplace_back(fmt::format("the files cannot be read: {}", e.what()));
        tell_refusal(record);
    }
    if (ending_.reason()) {
        record.result = reload_result::stopped;
        co_return record;
    }
    const auto found_at = clock_type::now();
    if (found) conclude(record, std::move(*found), is_dry_run);
    record.held_up =
        std::chrono::duration_cast<std::chrono::microseconds>(clock_type::now() - found_at);
    record.took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_type::now() - begun);
    record.generation = history_.generation();
    if (record.result == reload_result::planned) co_return record;
    co_return history_.add(std::move(record));
}

void reloader::conclude(reload_record& record, finding found, bool is_dry_run) {
    watcher_.watch(found.read.files, found.read_at);
    for (const auto& problem : found.read.problems)
        (problem.level == config_problem::severity::error ? record.problems : record.warnings)
            .push_back(problem.str());
    if (!may_be_served(found.read, found.plan)) {
        record.result = reload_result::refused;
        return tell_refusal(record);
    }
    record.plan = std::move(found.plan);
    if (is_dry_run) {
        record.result = reload_result::planned;
        return;
    }
    if (record.plan.is_empty()) {
        if (history_.is_refused()) log_.info("the configuration is again what is in force");
        if (on_current) on_current(found.read);
        return;
    }
    tell_change(record);
    auto next = std::make_shared<const configuration>(std::move(found.read.value));
    const auto applied = target_.put_into_force(std::move(next), record.plan);
    record.result = applied.has_error() ? reload_result::refused : reload_result::applied;
    if (!applied.has_error()) {
        if (on_current) on_current(found.read);
        return;
    }
    record.problems.emplace_back(applied.error().message());
    tell_refusal(record);
}

void reloader::tell_refusal(const reload_record& record) {
    for (const auto& problem : record.problems) log_.error("{}", problem);
    log_.error("the changed configuration is not used: the one before stays in force");
}

void reloader::tell_change(const reload_record& record) {
    for (const auto& warning : record.warnings) log_.warning("{}", warning);
    log_.info("the configuration has changed ({}); servers added: {}, removed: {}, changed: {}, as "
              "before: {}",
              word_of(record.source), record.plan.added.size(), record.plan.removed.size(),
              record.plan.changed.size(), record.plan.unchanged.size());
    std::istringstream lines{describe(record.plan)};
    std::size_t told = 0;
    for (std::string line; std::getline(lines, line); ++told)
        if (told < changes_told_max) log_.info("  {}", line);
    if (told > changes_told_max) log_.info("  and {} more", told - changes_told_max);
    for (const auto& key : record.plan.keys_for_restart())
        log_.warning("{} takes effect at the next start of the gateway", key);
}

} // namespace mcpgw
