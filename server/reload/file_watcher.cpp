// SPDX-License-Identifier: Apache-2.0
#include "server/reload/file_watcher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

#include <sys/inotify.h>

namespace mcpgw {

namespace {

constexpr std::uint32_t moves = IN_MOVED_FROM | IN_MOVED_TO;
constexpr std::uint32_t own_end = IN_DELETE_SELF | IN_MOVE_SELF;
// Not IN_MODIFY: who writes a file slowly is waited for until it is closed.
constexpr std::uint32_t in_directory =
    IN_CREATE | IN_DELETE | IN_CLOSE_WRITE | IN_ATTRIB | moves | own_end | IN_ONLYDIR;
constexpr std::uint32_t on_the_way = moves | own_end | IN_ONLYDIR;
constexpr std::uint32_t of_file = IN_CLOSE_WRITE | IN_ATTRIB | own_end;

/// Of directories that appear and vanish while they are looked at.
constexpr int arm_tries_max = 5;

} // namespace

file_watcher::file_watcher(executor ex, logger& log, watch_limits limits,
                           std::function<void()> on_change)
    : executor_(ex)
    , log_(log)
    , limits_(limits)
    , on_change_(std::move(on_change))
    , port_(ex)
    , quiet_(limits.quiet, limits.postponed_max)
    , wake_(ex)
    , reader_(ex, 1) {
    reader_.on_exception = [this](const std::string& what) {
        log_.error("changes of files are not noticed any more: {}", what);
    };
}

file_watcher::~file_watcher() = default;

void file_watcher::watch(std::vector<std::string> paths, system_time read_at) {
    std::error_code nowhere;
    for (auto& path : paths) path = std::filesystem::absolute(path, nowhere).string();
    std::erase(paths, std::string{});
    std::ranges::sort(paths);
    const auto before = std::exchange(paths_, std::move(paths));
    arm();
    const auto now = marks_of(paths_);
    for (const auto& [path, mark] : now)
        if (!std::ranges::binary_search(before, path) && has_changed_since(mark, read_at)) {
            on_change();
            break;
        }
    // What is polled since before keeps its mark: a change of it may not have been seen yet.
    file_marks marks;
    for (const auto& [path, mark] : now) {
        const auto known = marks_.find(path);
        marks.emplace(path, known == marks_.end() ? mark : known->second);
    }
    marks_ = std::move(marks);
}

void file_watcher::poll_because(const std::string& reason) {
    is_polling_ = true;
    if (std::exchange(has_told_, true)) return;
    log_.warning("changes of the configuration's files are looked for every {} s: {}",
                 std::chrono::duration_cast<std::chrono::seconds>(limits_.poll_interval).count(),
                 reason);
}

/// The watches that the way of each path needs now. Who looks and then watches has missed what
/// happened between: so it looks once more, until nothing has changed.
void file_watcher::arm() {
    const bool was_polling = std::exchange(is_polling_, false);
    if (!port_.trouble().empty()) {
        poll_because(port_.trouble());
    } else {
        auto plan = plan_watches(paths_, look_at_path);
        bool is_settled = false;
        for (int tries = 0; tries < arm_tries_max && !is_settled; ++tries) {
            const bool is_whole = arm_once(plan);
            auto after = plan_watches(paths_, look_at_path);
            is_settled = is_whole && after == plan;
            plan = std::move(after);
        }
        if (!is_settled) poll_because("their directories come and go");
    }
    if (is_polling_ && !was_polling) wake_.notify(); // it has a next time now
}

/// False: something was gone before it was watched.
bool file_watcher::arm_once(const watch_plan& plan) {
    bool is_whole = true;
    std::size_t count = 0;
    const auto judge = [&](int watch, const std::string& path) {
        if (watch >= 0) return;
        if (watch == -ENOENT || watch == -ENOTDIR)
            is_whole = false;
        else
            poll_because(
                watch == -ENOSPC
                    ? "there are too many to watch (fs.inotify.max_user_watches)"
                    : fmt::format("{} cannot be watched: {}", path, std::strerror(-watch)));
    };
    table_.begin();
    for (const auto& [path, interest] : plan.directories) {
        const bool is_way = interest.names.empty() && !interest.has_all_names;
        const auto watch = add_watch(path, is_way ? on_the_way : in_directory, count);
        if (watch >= 0) table_.add(watch, interest);
        if (is_way) continue; // that it is renamed is rare; nobody must poll for that
        judge(watch, path);
        if (watch >= 0 && is_on_remote_filesystem(path))
            poll_because(fmt::format("{} is not on a file system of this machine", path));
    }
    for (const auto& path : plan.files) {
        const auto watch = add_watch(path, of_file, count);
        if (watch >= 0) table_.add_file(watch);
        // One that may not be read is watched by its directory, which hears of its new rights.
        if (watch != -EACCES) judge(watch, path);
    }
    for (const auto watch : table_.end()) port_.remove(watch);
    return is_whole;
}

int file_watcher::add_watch(const std::string& path, std::uint32_t mask, std::size_t& count) {
    return ++count > limits_.watches_max ? -ENOSPC : port_.add(path, mask);
}

void file_watcher::on_change() {
    quiet_.on_change(clock_type::now());
    wake_.notify();
}

/// Events come in as they like; they are looked at a few times a second, many at once.
task<> file_watcher::take_events() {
    timer pause{executor_};
    for (;;) {
        const bool has_events = co_await port_.wait();
        if (!has_events) co_return;
        bool counts = false;
        port_.take([this, &counts](const file_event& event) {
            counts = table_.on_event(event) || counts;
        });
        if (counts) on_change();
        pause.expires_after(limits_.read_pause);
        const auto [ec] = co_await pause.async_wait(nothrow);
        if (ec) co_return;
    }
}

/// What has to be polled may be on another machine, which takes its time.
task<> file_watcher::look(clock_type::time_point now) {
    looked_at_ = now;
    const auto paths = paths_;
    side_job<file_marks> job{executor_, [paths] {
                                 return marks_of(paths);
                             }};
    co_await job.wait(ending_);
    auto marks = job.take();
    if (!marks || paths != paths_ || *marks == marks_) co_return;
    marks_ = std::move(*marks);
    on_change();
}

clock_type::time_point file_watcher::next_look() const {
    return is_polling_ ? looked_at_ + limits_.poll_interval : clock_type::time_point::max();
}

task<> file_watcher::turn(clock_type::time_point now) {
    if (now >= next_look()) co_await look(now);
    if (!quiet_.take(now)) co_return;
    // First: what happens from here on is seen, and what has happened is read.
    arm();
    if (is_polling_) marks_ = marks_of(paths_);
    on_change_();
}

task<> file_watcher::run() {
    reader_.spawn(take_events());
    looked_at_ = clock_type::now();
    while (!is_stopping_) {
        const auto until = std::min(quiet_.due().value_or(next_look()), next_look());
        co_await wake_.wait_until(until);
        if (is_stopping_) break;
        try {
            co_await turn(clock_type::now());
        } catch (const std::exception& e) { // there is another turn with the next change
            log_.error("a change of the configuration's files was not looked at: {}", e.what());
        }
    }
    reader_.cancel_all();
    co_await reader_.wait_all();
}

void file_watcher::stop() {
    is_stopping_ = true;
    ending_.abort(errc::gateway_stopping);
    wake_.notify();
}

} // namespace mcpgw
