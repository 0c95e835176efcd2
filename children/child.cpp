#include "children/child.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t child_tasks_max = 256;     // life, refresh, and one per question of the child
constexpr std::chrono::seconds stable_after{10}; // a death after this long is no failed start
constexpr std::chrono::seconds patience_max{1};  // of a call that finds the child in its back-off

std::string find_in(const std::vector<std::string>& environment, const std::string& name) {
    for (const auto& entry : environment)
        if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
            return entry.substr(name.size() + 1);
    return {};
}

} // namespace

child::child(child_context context, child_options options)
    : context_(std::move(context))
    , options_(std::move(options))
    , errors_(options_.limits.stderr_lines_max, options_.limits.stderr_line_bytes_max)
    , tasks_(context_.ex, child_tasks_max)
    , changed_(context_.ex)
    , delay_(options_.restart_delay_min, options_.restart_delay_max, std::random_device{}()) {
    tasks_.on_exception = [this](const std::string& what) {
        context_.log->error("server '{}': unexpected exception: {}", options_.name, what);
    };
}

child::~child() = default;

upstream_status child::status() const {
    upstream_status status;
    status.state = state_;
    if (link_ && !link_->has_ended()) {
        status.pid = link_->pid();
        status.calls_in_flight = link_->calls_in_flight();
        status.garbage_lines = link_->garbage_lines();
    }
    if (state_ == upstream_state::running)
        status.uptime =
            std::chrono::duration_cast<std::chrono::seconds>(clock_type::now() - running_since_);
    status.restarts = starts_ > 0 ? starts_ - 1 : 0;
    status.last_error = last_fault_.detail;
    status.stderr_lines = errors_.lines();
    status.spoken = spoken_;
    status.server_info = server_info_;
    return status;
}

void child::set_state(upstream_state state) {
    state_ = state;
    changed_.notify_all();
}

void child::fail(fault reason) {
    const auto wait = delay_.next();
    retry_at_ = clock_type::now() + wait;
    last_fault_ = std::move(reason);
    const std::string_view message = last_fault_.message();
    const bool is_named = message.starts_with("server '");
    context_.log->warning("{}{}; next start in {} ms at the earliest",
                          is_named ? "" : fmt::format("server '{}': ", options_.name), message,
                          wait.count());
}

std::vector<std::string> child::make_environment() const {
    // Nothing is inherited that is not named: credentials of other servers stay out of reach.
    std::vector<std::string> list;
    for (const auto& name : options_.inherit_env) {
        if (options_.env.contains(name)) continue;
        const auto value = find_in(context_.environment, name);
        if (!value.empty()) list.push_back(name + '=' + value);
    }
    for (const auto& [name, value] : options_.env) list.push_back(name + '=' + value);
    return list;
}

result<std::shared_ptr<stdio_link>> child::launch() {
    launch_options launching;
    launching.environment = make_environment();
    launching.args = options_.args;
    launching.cwd = options_.cwd;
    auto path_list = find_in(launching.environment, "PATH");
    if (path_list.empty()) path_list = find_in(context_.environment, "PATH");
    launching.path = find_program(options_.command, path_list, options_.cwd);
    if (launching.path.empty())
        return fault{errc::server_failed,
                     fmt::format("server '{}': command '{}' was not found or is not executable; "
                                 "check `command` and PATH",
                                 options_.name, options_.command)};
    auto launched = process::launch(context_.ex, launching, context_.guard);
    if (launched.has_error())
        return fault{launched.error().code,
                     fmt::format("server '{}': {}", options_.name, launched.error().message())};
    ++starts_;
    stdio_link::events& listener = *this;
    return std::make_shared<stdio_link>(context_.ex, std::move(*launched), options_, listener,
                                        errors_, *context_.log);
}

void child::start() {
    is_stop_wanted_ = false;
    is_alive_ = true;
    ++lives_;
    set_state(upstream_state::starting);
    tasks_.spawn(run());
}

task<> child::run() {
    for (;;) {
        const auto outcome = co_await run_once();
        const bool is_wanted = !is_stop_wanted_ && !is_closed_;
        if (std::exchange(has_died_in_probe_, false) && is_wanted) {
            errors_.clear(); // the life that follows tells why, if it ends too
            continue;
        }
        ++attempts_ended_;
        const bool has_failed = outcome.has_error() && is_wanted;
        if (has_failed) fail(outcome.error());
        set_state(has_failed ? upstream_state::failed : upstream_state::stopped);
        while (must_come_back() && clock_type::now() < retry_at_)
            co_await changed_.wait_until(retry_at_);
        if (!must_come_back()) break;
        set_state(upstream_state::starting);
    }
    is_alive_ = false;
    changed_.notify_all();
}

bool child::must_come_back() const {
    return is_kept_ && !is_stop_wanted_ && !is_closed_;
}

/// Separate from stdio_link::run(), so that whoever waits for a change of ours learns of the end.
task<> child::run_link(std::shared_ptr<stdio_link> link) {
    co_await link->run();
    changed_.notify_all();
}

/// One life of the process. An error is why it ended, unless we ended it.
task<result<void>> child::run_once() {
    auto launched = launch();
    if (launched.has_error()) co_return launched.error();
    auto link = *launched;
    link_ = link;
    tasks_.spawn(run_link(link));
    std::optional<clock_type::time_point> ran_since;
    is_refresh_wanted_ = false;
    auto ready = co_await shake_hands(link);
    if (!ready.has_error()) {
        co_await fetch_lists(link);
        if (wants_logs_) tasks_.spawn(request_logs(link));
        if (!link->has_ended() && !is_stop_wanted_) {
            running_since_ = clock_type::now();
            ran_since = running_since_;
            context_.log->info("server '{}' runs: pid {}, protocol {}, {} tools", options_.name,
                               link->pid(), to_string(*spoken_), lists_.tools.size());
            set_state(upstream_state::running);
            refresh_if_wanted();
        }
    } else {
        link->stop();
    }
    while (!link->has_ended()) co_await changed_.wait_until(clock_type::now() + stable_after);
    link_.reset();
    for (auto& pending : questions_)
        pending.asked->settle(fault{errc::connection_lost, "the server that asked has ended"});
    if (ready.has_error()) co_return ready.error();
    if (ran_since && clock_type::now() - *ran_since > stable_after) delay_.reset();
    co_return link->end_reason();
}

task<result<void>> child::ensure_running(clock_type::time_point deadline) {
    if (state_ == upstream_state::running) co_return result<void>{};
    while (!is_closed_) {
        if (state_ == upstream_state::running) co_return result<void>{};
        const bool is_idle = state_ == upstream_state::not_started ||
                             state_ == upstream_state::stopped || state_ == upstream_state::failed;
        if (is_idle && state_ == upstream_state::failed && clock_type::now() < retry_at_) {
            const auto wait =
                std::chrono::ceil<std::chrono::milliseconds>(retry_at_ - clock_type::now());
            // The first call after a crash just takes a little longer; a child that keeps failing
            // is reported at once.
            if (wait <= std::min<clock_type::duration>(options_.restart_delay_min, patience_max) &&
                retry_at_ < deadline) {
                co_await changed_.wait_until(retry_at_);
                continue;
            }
            co_return fault{errc::server_failed,
                            fmt::format("{} (next start in {} ms at the earliest)",
                                        last_fault_.message(), wait.count())};
        }
        // A process that is still on its way out (stop requested) is waited for, not started twice.
        const auto attempts_before = attempts_ended_;
        if (is_idle && !is_alive_) start();
        // A program that is not there fails before start() returns: nothing is to be waited for.
        if (attempts_ended_ == attempts_before) {
            const bool was_notified = co_await changed_.wait_until(deadline);
            if (!was_notified && state_ != upstream_state::running)
                co_return fault{
                    errc::call_timed_out,
                    fmt::format("server '{}' did not become ready in time", options_.name)};
        }
        if (attempts_ended_ == attempts_before || is_closed_) continue;
        if (state_ == upstream_state::failed)
            co_return fault{errc::server_failed, std::string{last_fault_.message()}};
        // Whoever stopped it does not want it to be started again by those that wait.
        if (state_ == upstream_state::stopped)
            co_return fault{errc::connection_lost,
                            fmt::format("server '{}' was stopped", options_.name)};
    }
    co_return fault{errc::gateway_stopping,
                    fmt::format("server '{}' has been shut down", options_.name)};
}

task<result<upstream_answer>>
child::call(upstream_call request, std::shared_ptr<call_observer> observer, abort_signal& abort) {
    if (state_ != upstream_state::running) {
        const auto ready = co_await ensure_running(clock_type::now() + options_.start_timeout);
        if (ready.has_error()) co_return ready.error();
    }
    const auto link = link_; // keeps it alive until this call has seen its end
    if (!link) co_return fault{errc::connection_lost, "the server has just ended"};
    auto answer = co_await link->call(request, spoken_, std::move(observer), abort);
    co_return answer;
}

task<> child::stop() {
    is_stop_wanted_ = true;
    if (link_) link_->stop();
    changed_.notify_all();
    const auto life = lives_; // somebody may start the next one at once: not ours to wait for
    while (is_alive_ && lives_ == life)
        co_await changed_.wait_until(clock_type::now() + stable_after);
    if (lives_ == life && state_ != upstream_state::not_started) set_state(upstream_state::stopped);
}

void child::keep_running() {
    is_kept_ = true;
    if (!is_alive_ && !is_closed_) start();
}

task<> child::close() {
    is_closed_ = true;
    is_kept_ = false;
    co_await stop();
    co_await tasks_.wait_all();
}

std::string_view to_string(upstream_state state) {
    switch (state) {
    case upstream_state::not_started:
        return "not_started";
    case upstream_state::starting:
        return "starting";
    case upstream_state::running:
        return "running";
    case upstream_state::unhealthy:
        return "unhealthy";
    case upstream_state::failed:
        return "failed";
    case upstream_state::stopped:
        return "stopped";
    }
    return "unknown";
}

} // namespace mcpgw
