// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/process/process_guard.hpp"
#include "children/registry/registry.hpp"
#include "server/config/config.hpp"
#include "server/gateway/gateway.hpp"
#include "server/serving/admin_front.hpp"
#include "server/serving/configuration_in_force.hpp"
#include "transports/buffers/memory_reserve.hpp"
#include "transports/http_server/http_listener.hpp"
#include "transports/stdio/stdio_transport.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace mcpgw {

/// The composition root: builds everything in order, handles signals, drains, and lets go of
/// everything in reverse order. One event loop, one thread.
class application {
public:
    application(const configuration& config, const std::string& own_binary);
    ~application();
    application(const application&) = delete;
    application& operator=(const application&) = delete;

    /// Before it runs: from where it is read again while it runs, and the files that it was read
    /// from, at `read_at`. Without this it stays what it is.
    void read_again_with(reloader::read_function read, std::vector<std::string> files,
                         file_watcher::system_time read_at);
    /// The URL of an HTTP gateway that runs; empty: it does not.
    [[nodiscard]] std::string url() const;

    /// Serves HTTP until SIGINT or SIGTERM. `on_listening` gets the base URL. Throws
    /// std::runtime_error if the address cannot be used.
    void run_http(const std::function<void(const std::string& base_url)>& on_listening);
    /// Serves one client on stdin and stdout until end of file, SIGINT or SIGTERM. `begun`: whole
    /// lines that were read from stdin before. `scope`: what it is shown (endpoint_scope.hpp).
    void run_stdio(std::string_view begun = {}, std::string_view scope = {});
    /// Before one of the above: it can be looked at and changed while it runs; see admin_front.
    void offer_admin(admin_hooks hooks, const std::string& directory);
    /// Runs one job (a command of the command line) with the children at hand, then stops them.
    void run_job(task<> job);

    [[nodiscard]] registry& upstreams() { return upstreams_; }
    [[nodiscard]] forwarder& calls() { return gateway_.calls(); }
    [[nodiscard]] gateway& front() { return gateway_; }
    [[nodiscard]] logger& log() { return log_; }
    /// As it was put into force last.
    [[nodiscard]] std::shared_ptr<const configuration> in_force() const {
        return config_.in_force();
    }
    /// Null: it stays what it is.
    [[nodiscard]] reloader* reloads() { return reloader_.get(); }
    [[nodiscard]] executor get_executor() { return io_.get_executor(); }

private:
    void on_hang_up();
    task<> serve_http();
    task<> serve_stdio();
    task<> run_then_close(task<> job);
    task<> watch_signals(std::function<void()> stop);
    void begin_stop(const std::function<void()>& stop, int number);
    task<> watch_children();
    task<> keep_house();
    void begin_watches();
    /// After the children are closed: nothing of theirs is left, and run_loop() returns.
    void end_watches();
    void try_loop();
    /// `stop`: what the first signal does.
    void run_loop(std::function<void()> stop, task<> main);

    memory_reserve reserve_;
    asio::io_context io_;
    logger log_;
    process_guard guard_;
    registry upstreams_;
    gateway gateway_;
    configuration_in_force config_;
    task_group main_tasks_;
    asio::basic_signal_set<executor> signals_;
    asio::basic_signal_set<executor> child_signals_;
    async_event closing_;
    bool has_ended_ = false; ///< all children are closed: no signal is waited for any more
    std::unique_ptr<admin_front> admin_;
    std::unique_ptr<http_listener> listener_;
    std::unique_ptr<stdio_transport> stdio_;
    std::unique_ptr<reloader> reloader_;
    std::exception_ptr failure_;
};

} // namespace mcpgw
