// SPDX-License-Identifier: Apache-2.0
#include "server/serving/application.hpp"

#include "server/gateway/gateway_tool_list.hpp"
#include "transports/async/on_scope_exit.hpp"
#include "transports/buffers/free_memory.hpp"

#include <chrono>
#include <csignal>
#include <exception>
#include <stdexcept>

#include <unistd.h>

extern char** environ; // NOLINT(readability-redundant-declaration)

namespace mcpgw {

namespace {

constexpr std::size_t main_tasks_max = 8;
constexpr int stop_tries_max = 3;
constexpr std::chrono::seconds housekeeping_interval{2};
constexpr std::chrono::seconds loop_trial{1}; // takes a millisecond where all is well

/// Sockets, pipes and timers are used by the loop's thread alone, so Asio needs no locks for them.
/// Others may still post to it (name_lookup).
constexpr int one_thread_hint = BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO;

std::vector<std::string> own_environment() {
    std::vector<std::string> list;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
        list.emplace_back(*entry);
    return list;
}

} // namespace

application::application(const configuration& config, const std::string& own_binary)
    : io_(one_thread_hint)
    , log_(config.log)
    , guard_(own_binary)
    , upstreams_(io_.get_executor(), naming_beside_own(config.gateway), &guard_, log_,
                 own_environment())
    , gateway_(config.gateway, upstreams_, log_)
    , config_(config, upstreams_, gateway_, log_)
    , main_tasks_(io_.get_executor(), main_tasks_max)
    , signals_(io_.get_executor(), SIGINT, SIGTERM)
    , child_signals_(io_.get_executor(), SIGCHLD)
    , closing_(io_.get_executor()) {
    try_loop();
    guard_.take_in_orphans();
    // A client or child that closes its end early is an error of that write, not of the process.
    ::signal(SIGPIPE, SIG_IGN);
    if (!guard_.is_running())
        log_.warning("the guard process could not be started: if the gateway is killed, children "
                     "that ignore the end of their input stay");
    upstreams_.keep_schemas_in(config_->schema_cache);
    upstreams_.add(config_->children);
}

application::~application() = default;

// ---- a changed configuration -------------------------------------------------------------------

void application::read_again_with(reloader::read_function read, std::vector<std::string> files,
                                  file_watcher::system_time read_at) {
    reloader_ = std::make_unique<reloader>(get_executor(), log_, config_, std::move(read));
    reloader_->watch(std::move(files), read_at);
    gateway_.show_configuration({[this] { return reloader_->history().to_json(); },
                                 [this] {
                                     return reloader_->history().is_refused();
                                 }});
}

std::string application::url() const {
    return listener_ ? listener_->base_url() + config_->http.path : std::string{};
}

void application::on_hang_up() {
    if (!reloader_)
        log_.warning("SIGHUP is ignored: this gateway runs without a configuration file");
    else if (config_->reload == reload_policy::off)
        log_.warning("SIGHUP is ignored: gateway.reload is off; the configuration is read again at "
                     "the next start");
    else
        reloader_->trigger(reload_source::signal);
}

// ---- the loop ----------------------------------------------------------------------------------

/// Where the system had no room for its timer or its signals, the loop itself does not say so: it
/// would wait for ever.
void application::try_loop() {
    bool has_signal = false;
    bool has_timed = false;
    child_signals_.async_wait(
        [&has_signal](const boost::system::error_code& ec, int /*number*/) { has_signal = !ec; });
    timer moment{io_.get_executor(), std::chrono::milliseconds{1}};
    moment.async_wait([&has_timed](const boost::system::error_code& ec) { has_timed = !ec; });
    ::raise(SIGCHLD);
    const auto until = clock_type::now() + loop_trial;
    while (!(has_signal && has_timed) && io_.run_one_until(until) > 0) {
    }
    const bool works = has_signal && has_timed;
    child_signals_.cancel();
    moment.cancel();
    io_.restart();
    io_.poll();
    io_.restart();
    if (!works)
        throw std::runtime_error("the system gives no timer or no signals to this process; it may "
                                 "have too many descriptors watched (fs.epoll.max_user_watches)");
}

void application::run_loop(std::function<void()> stop, task<> main) {
    try {
        main_tasks_.spawn(watch_signals(std::move(stop)));
        begin_watches();
        // Whatever ends the main task, the children are closed by it; after it nothing is left to
        // run.
        main_tasks_.spawn(std::move(main));
    } catch (...) { // it never began; no coroutine may outlive us
        if (admin_) admin_->stop();
        main_tasks_.cancel_all();
        io_.run();
        throw;
    }
    for (bool has_ended = false; !has_ended;) {
        try {
            io_.run();
            has_ended = true;
        } catch (const std::exception& e) { // of a handler that belongs to no coroutine
            log_.error("a bug: {}; the gateway goes on", e.what());
        }
    }
}

void application::begin_watches() {
    main_tasks_.spawn(watch_children());
    main_tasks_.spawn(keep_house());
    if (admin_) main_tasks_.spawn(admin_->run());
    if (reloader_) main_tasks_.spawn(reloader_->run());
}

void application::end_watches() {
    has_ended_ = true;
    if (reloader_) reloader_->stop();
    guard_.end_all_strays();
    signals_.cancel();
    child_signals_.cancel();
    closing_.notify();
}

/// Each end of a child, and of what children left behind.
task<> application::watch_children() {
    for (;;) {
        const auto [ec, number] = co_await child_signals_.async_wait(nothrow);
        // cancel() does not reach a wait whose signal is on its way already.
        if (ec || has_ended_) co_return;
        try {
            guard_.end_strays();
        } catch (const std::exception& e) { // those are looked for again at the next end
            log_.error("processes that children left were not looked for: {}", e.what());
        }
    }
}

task<> application::keep_house() {
    free_memory heap;
    for (bool is_closing = false; !is_closing;) {
        const bool was_told =
            co_await closing_.wait_until(clock_type::now() + housekeeping_interval);
        is_closing = was_told;
        if (is_closing) break;
        if (heap.look()) log_.debug("memory was given back to the system");
        if (reserve_.refill())
            log_.warning("there was no memory for something; the reserve for that is there again");
    }
}

task<> application::watch_signals(std::function<void()> stop) {
    int seen = 0;
    for (;;) {
        const auto [ec, number] = co_await signals_.async_wait(nothrow);
        if (ec || has_ended_) co_return;
        if (number == SIGHUP) {
            on_hang_up();
            continue;
        }
        // The guard ends the children of one that is in a hurry: that is what it is for.
        if (++seen > 1) ::_exit(128 + number);
        begin_stop(stop, number);
    }
}

/// Who is told to stop does, whatever there is no memory for.
void application::begin_stop(const std::function<void()>& stop, int number) {
    bool is_told = false;
    for (int tried = 0; tried < stop_tries_max && !is_told; ++tried) {
        try {
            if (tried == 0)
                log_.info("stopping (signal {}); a second signal stops it at once", number);
            if (admin_) admin_->stop();
            stop();
            is_told = true;
        } catch (const std::exception&) { // said where it ends
        }
    }
}

task<> application::serve_http() {
    upstreams_.start_kept(config_->gateway.expose != exposure::gateway,
                          config_->starts_at_once_max);
    co_await listener_->run();
}

void application::run_http(const std::function<void(const std::string& base_url)>& on_listening) {
    listener_ = std::make_unique<http_listener>(io_.get_executor(), config_->http, config_->limits,
                                                gateway_, log_);
    config_.set_listener(listener_.get());
    signals_.add(SIGHUP);
    on_listening(listener_->base_url()); // first: what it throws must find no coroutine
    const auto stop = [this] {
        gateway_.stop();
        listener_->stop();
    };
    run_loop(stop, run_then_close(serve_http()));
    config_.set_listener(nullptr);
    listener_.reset();
    if (failure_) std::rethrow_exception(failure_);
}

task<> application::serve_stdio() {
    upstreams_.start_kept(config_->gateway.expose != exposure::gateway,
                          config_->starts_at_once_max);
    co_await stdio_->run();
}

void application::run_stdio(std::string_view begun, std::string_view scope) {
    stdio_ = std::make_unique<stdio_transport>(io_.get_executor(), STDIN_FILENO, STDOUT_FILENO,
                                               config_->limits, gateway_, log_);
    stdio_->begin_with(begun);
    stdio_->show(scope);
    config_.set_stdio(stdio_.get());
    signals_.add(SIGHUP);
    const auto stop = [this] {
        gateway_.stop();
        stdio_->stop();
    };
    run_loop(stop, run_then_close(serve_stdio()));
    config_.set_stdio(nullptr);
    stdio_.reset();
    if (failure_) std::rethrow_exception(failure_);
}

task<> application::run_then_close(task<> job) {
    bool has_closed = false;
    // Nobody else could end what is left; the guard ends the children.
    const on_scope_exit break_off{[this, &has_closed] {
        if (has_closed) return;
        log_.error("there is no memory to end in order");
        ::_exit(1);
    }};
    try {
        co_await std::move(job);
    } catch (...) {
        failure_ = std::current_exception();
    }
    if (admin_) admin_->stop();
    bool is_front_closed = false;
    for (int tried = 0; tried < stop_tries_max && !is_front_closed; ++tried) {
        try {
            co_await gateway_.close();
            is_front_closed = true;
        } catch (const std::exception& e) {
            log_.error("not all that goes on beside requests was ended: {}", e.what());
        }
    }
    co_await upstreams_.close();
    end_watches();
    has_closed = true;
}

void application::offer_admin(admin_hooks hooks, const std::string& directory) {
    admin_ = std::make_unique<admin_front>(io_.get_executor(), config_->admin, upstreams_, log_,
                                           std::move(hooks), directory);
}

void application::run_job(task<> job) {
    run_loop([] { ::_exit(128 + SIGINT); }, run_then_close(std::move(job)));
    if (failure_) std::rethrow_exception(failure_);
}

} // namespace mcpgw
