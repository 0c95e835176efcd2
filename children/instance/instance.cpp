// SPDX-License-Identifier: Apache-2.0
#include "children/instance/instance.hpp"

#include "children/link/stdio_link.hpp"
#include "children/process/npx_program.hpp"
#include "children/process/process.hpp"
#include "children/remote/http_link.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t tasks_max = 512;          // life, health, refresh, listen, one per question
constexpr std::chrono::seconds look_again{10};  // when nothing tells of a change
constexpr std::chrono::seconds patience_max{1}; // of a call that finds its server at rest
constexpr std::chrono::milliseconds unready_grace{600}; // to end, for what is closed in its start

std::string find_in(const std::vector<std::string>& environment, const std::string& name) {
    for (const auto& entry : environment)
        if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
            return entry.substr(name.size() + 1);
    return {};
}

} // namespace

instance::instance(const child_context& context, const child_options& options, owner& above,
                   restart_policy& restarts, era spoken)
    : context_(context)
    , options_(options)
    , owner_(above)
    , restarts_(restarts)
    , era_(spoken)
    , errors_(options_.limits.stderr_lines_max, options_.limits.stderr_line_bytes_max,
              options_.secrets)
    , tasks_(context_.ex, tasks_max)
    , changed_(context_.ex)
    , calls_changed_(context_.ex) {
    tasks_.on_exception = [this](const std::string& what) {
        context_.log->error("server '{}': unexpected exception: {}", options_.name, what);
    };
}

instance::~instance() = default;

void instance::set_state(upstream_state state) {
    state_ = state;
    changed_.notify_all();
    owner_.on_state(*this);
}

void instance::fail(fault reason, clock_type::duration ran) {
    last_fault_ = std::move(reason);
    const auto now = clock_type::now();
    const std::string message{last_fault_.message()};
    const auto again = restarts_.on_failure(now, ran, message);
    const bool is_named = message.starts_with("server '");
    context_.log->warning("{}{}; next start in {} ms at the earliest{}",
                          is_named ? "" : fmt::format("server '{}': ", options_.name), message,
                          std::chrono::ceil<std::chrono::milliseconds>(again - now).count(),
                          restarts_.has_given_up() ? ", for it failed too often" : "");
}

std::vector<std::string> instance::make_environment() const {
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

result<std::shared_ptr<link>> instance::launch() {
    return options_.remote.url.empty() ? launch_process() : launch_remote();
}

result<std::shared_ptr<link>> instance::launch_remote() {
    auto url = parse_http_url(options_.remote.url);
    if (url.has_error())
        return fault{errc::server_failed,
                     fmt::format("server '{}': {}", options_.name, url.error().message())};
    auto proxy = choose_proxy(*url, options_.remote.proxy, context_.environment);
    if (proxy.has_error())
        return fault{errc::server_failed,
                     fmt::format("server '{}': {}; `proxy = \"none\"` goes without one",
                                 options_.name, proxy.error().message())};
    ++starts_;
    link::events& listener = *this;
    return std::make_shared<http_link>(context_.ex, options_, std::move(*url), std::move(*proxy),
                                       listener, *context_.log);
}

result<std::shared_ptr<link>> instance::launch_process() {
    launch_options launching;
    launching.environment = make_environment();
    launching.args = options_.args;
    launching.cwd = options_.cwd;
    launching.isolation = options_.isolation;
    for (const auto& name : options_.inherit_env)
        if (!options_.env.contains(name)) launching.inherited.push_back(name);
    auto path_list = find_in(launching.environment, "PATH");
    if (path_list.empty()) path_list = find_in(context_.environment, "PATH");
    launching.path = find_program(options_.command, path_list, options_.cwd);
    if (launching.path.empty())
        return fault{errc::server_failed,
                     fmt::format("server '{}': command '{}' was not found or is not executable; "
                                 "check `command` and PATH",
                                 options_.name, options_.command)};
    // Another user has another cache, and what may be read is said of npx.
    if (auto direct =
            options_.isolation.is_empty()
                ? resolve_npx({launching.path, launching.args, launching.environment, options_.cwd})
                : std::nullopt) {
        context_.log->debug("server '{}': {} is started without npx", options_.name, direct->path);
        launching.path = std::move(direct->path);
        launching.args = std::move(direct->args);
        std::erase_if(launching.environment,
                      [](const std::string& entry) { return entry.starts_with("PATH="); });
        launching.environment.push_back("PATH=" + direct->bin_directory + ":" + path_list);
    }
    auto launched = process::launch(context_.ex, launching, context_.guard);
    if (launched.has_error())
        return fault{launched.error().code,
                     fmt::format("server '{}': {}", options_.name, launched.error().message())};
    ++starts_;
    link::events& listener = *this;
    return std::make_shared<stdio_link>(context_.ex, std::move(*launched), options_, listener,
                                        errors_, *context_.log);
}

void instance::start() {
    is_stop_wanted_ = false;
    is_alive_ = true;
    has_other_era_ = false;
    has_agreed_ = false;
    ends_as_.reset();
    ++lives_;
    starting_since_ = clock_type::now();
    set_state(upstream_state::starting);
    bool is_begun = false;
    try {
        is_begun = tasks_.spawn(run());
    } catch (const std::bad_alloc&) {
    }
    if (is_begun) return;
    ++attempts_ended_; // nobody may wait for it
    is_alive_ = false;
    fail({errc::internal_error,
          fmt::format("server '{}': no memory, or no room, for its start", options_.name)},
         {});
    set_state(upstream_state::failed);
}

task<> instance::run() {
    running_since_ = {};
    result<void> outcome;
    try {
        outcome = co_await run_once();
    } catch (const std::exception& e) { // else everybody would wait for this start for ever
        outcome = fault{errc::internal_error, fmt::format("server '{}': unexpected exception: {}",
                                                          options_.name, e.what())};
        if (link_) link_->stop();
        link_.reset();
    }
    const auto ran = running_since_ == clock_type::time_point{}
                         ? clock_type::duration::zero()
                         : clock_type::now() - running_since_;
    // Who goes on contradicting itself about its era rests like any other that fails.
    has_other_era_ = has_other_era_ && restarts_.excuse();
    const bool is_wanted = !is_stop_wanted_ && !is_closed_;
    const bool was_trial = std::exchange(is_on_trial_, false);
    const bool has_failed = outcome.has_error() && is_wanted && !has_other_era_ && !was_trial;
    ++attempts_ended_;
    is_alive_ = false; // first: whatever fails here, nobody waits for it any more
    try {
        if (has_failed) fail(outcome.error(), ran);
    } catch (const std::bad_alloc&) {
    }
    set_state(has_failed ? upstream_state::failed : upstream_state::stopped);
}

/// Separate from link::run(), so that whoever waits for a change of ours learns of the end.
task<> instance::run_link(std::shared_ptr<link> connection) {
    try {
        co_await connection->run();
    } catch (const std::exception& e) {
        context_.log->error("server '{}': unexpected exception: {}", options_.name, e.what());
        if (link_ == connection) link_.reset(); // it tells no end
    }
    changed_.notify_all();
    calls_changed_.notify_all();
}

/// One life of the connection. An error is why it ended, unless we ended it.
task<result<void>> instance::run_once() {
    auto launched = launch();
    if (launched.has_error()) co_return launched.error();
    auto peer = *launched;
    auto connected = run_link(peer); // first: where there is no memory for it, nothing has begun
    link_ = peer;
    if (!tasks_.spawn(std::move(connected))) {
        link_.reset();
        co_return fault{errc::internal_error, fmt::format("server '{}': no room for its connection",
                                                          options_.name)};
    }
    is_refresh_wanted_ = false;
    auto ready = co_await shake_hands(peer);
    if (!ready.has_error()) {
        has_agreed_ = true;
        restarts_.on_agreed();
        is_on_trial_ = false;
        if (has_lists_) co_await fetch_lists(peer);
        if (!peer->has_ended() && !is_stop_wanted_) {
            running_since_ = clock_type::now();
            log_start(*peer);
            set_state(upstream_state::running);
            if (wants_logs_) tasks_.spawn(request_logs(peer));
            tasks_.spawn(resume_watching(peer));
            if (options_.health.interval.count() > 0) tasks_.spawn(watch_health(peer));
            refresh_if_wanted();
            owner_.on_ready(*this);
        }
    } else {
        peer->stop();
    }
    while (link_ == peer && !peer->has_ended())
        co_await changed_.wait_until(clock_type::now() + look_again);
    link_.reset();
    for (auto& pending : questions_)
        if (pending.asked)
            pending.asked->settle(fault{errc::connection_lost, "the server that asked has ended"});
    task_owners_.clear(); // the next process may give the same names
    if (ready.has_error()) co_return ready.error();
    if (ends_as_) co_return *ends_as_;
    co_return peer->end_reason();
}

void instance::log_start(const link& peer) const {
    const auto process = peer.pid() == 0 ? std::string{} : fmt::format("pid {}, ", peer.pid());
    const auto tools = has_lists_ ? fmt::format(", {} tools", lists_->tools.size()) : std::string{};
    context_.log->info("server '{}' runs: {}protocol {}{}", options_.name, process,
                       to_string(*spoken_), tools);
}

task<result<void>> instance::wait_rest(clock_type::time_point deadline, abort_signal& abort) {
    while (!abort.reason() && !is_closed_ && !is_alive_ &&
           restarts_.is_resting(clock_type::now())) {
        const auto again = restarts_.retry_at();
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(again - clock_type::now());
        // The first call after a crash just takes a little longer; a server that keeps failing is
        // reported at once.
        const auto& rules = options_.restart;
        const bool is_short = wait <= std::min<clock_type::duration>(rules.base, patience_max);
        const bool may_wait =
            rules.calls == rest_policy::wait || (rules.calls == rest_policy::automatic && is_short);
        if (!may_wait || again >= deadline)
            co_return fault{errc::server_failed,
                            fmt::format("{} (next start in {} ms at the earliest)",
                                        restarts_.reason(), wait.count()),
                            fmt::format(R"({{"retryAfterMs":{}}})", wait.count())};
        co_await changed_.wait_until(again, abort);
    }
    if (abort.reason()) co_return *abort.reason();
    co_return result<void>{};
}

task<result<void>> instance::ensure_running(clock_type::time_point deadline, abort_signal& abort) {
    // A process that is on its way out is waited for, and then another one is started.
    bool is_ending = is_alive_ && is_stop_wanted_;
    while (!is_closed_) {
        if (is_running()) co_return result<void>{};
        auto rested = co_await wait_rest(deadline, abort);
        if (rested.has_error()) co_return rested;
        if (is_running() || is_closed_) continue;
        const auto attempts_before = attempts_ended_;
        if (!is_alive_) {
            is_ending = false;
            start();
        }
        // A program that is not there fails before start() returns: nothing is to be waited for.
        if (attempts_ended_ == attempts_before) {
            const bool was_notified = co_await changed_.wait_until(deadline, abort);
            if (abort.reason() && !is_running()) co_return *abort.reason();
            if (!was_notified && !is_running())
                co_return fault{
                    errc::call_timed_out,
                    fmt::format("server '{}' did not become ready in time; what a start may "
                                "take is set by `start_timeout`, what a call may by `timeout` and "
                                "`total_timeout`",
                                options_.name)};
        }
        if (attempts_ended_ == attempts_before || is_closed_) continue;
        if (std::exchange(is_ending, false)) continue;
        if (has_other_era_) co_return other_era();
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

task<> instance::wait_end_of(std::shared_ptr<link> peer, clock_type::time_point deadline,
                             abort_signal& abort) {
    while (link_ == peer && clock_type::now() < deadline && !abort.reason())
        co_await changed_.wait_until(deadline, abort);
}

void instance::begin_stop() {
    is_stop_wanted_ = true;
    if (link_) link_->stop();
    if (!is_alive_ && state_ == upstream_state::failed) set_state(upstream_state::stopped);
    changed_.notify_all();
}

void instance::end_as(fault failure) {
    if (!link_ || is_stop_wanted_) return;
    ends_as_ = std::move(failure);
    link_->stop();
}

task<> instance::stop() {
    begin_stop();
    const auto life = lives_; // somebody may start the next one at once: not ours to wait for
    while (is_alive_ && lives_ == life)
        co_await changed_.wait_until(clock_type::now() + look_again);
    if (lives_ == life && state_ != upstream_state::not_started) set_state(upstream_state::stopped);
}

void instance::begin_close() {
    is_closed_ = true;
    if (link_ && state_ == upstream_state::starting) link_->stop(unready_grace);
    begin_stop();
}

task<> instance::close() {
    begin_close();
    co_await stop();
    calls_changed_.notify_all();
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
