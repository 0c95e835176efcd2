// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/http_client.hpp"
#include "tests/support/recording_handler.hpp"
#include "transports/async/task_group.hpp"
#include "transports/http_server/http_listener.hpp"
#include "transports/log.hpp"

#include <cstdlib>
#include <future>
#include <thread>
#include <utility>

namespace mcpgw::io_test {

inline http_options http_test_options() {
    http_options options;
    options.port = 0;
    options.stream_delay = std::chrono::hours{1}; // no reply depends on the machine's speed
    return options;
}

/// A listener with a scripted handler, on a thread of its own; the test is its clients.
class http_world {
public:
    explicit http_world(http_options options = http_test_options(), client_limits limits = {})
        : listener_(io_.get_executor(), std::move(options), limits, handler, log_) {
        REQUIRE(tasks_.spawn(listener_.run()));
        thread_ = std::thread{[this] {
            io_.run();
            ended_.set_value();
        }};
    }
    ~http_world() {
        if (!thread_.joinable()) return;
        // Going on would hang, or destroy what the listener still uses.
        if (!stop()) std::abort();
    }
    http_world(const http_world&) = delete;
    http_world& operator=(const http_world&) = delete;

    /// Stops the listener; true: its run() has ended.
    bool stop() {
        asio::post(io_, [this] { listener_.stop(); });
        const auto state = ended_.get_future().wait_for(std::chrono::seconds{20});
        if (state != std::future_status::ready) return false;
        thread_.join();
        return true;
    }

    /// Runs `act` on the loop and returns what it returns.
    template <class Act>
    auto on_loop(Act act) {
        std::packaged_task<decltype(act())()> job{std::move(act)};
        auto done = job.get_future();
        asio::post(io_, [&job] { job(); });
        return done.get();
    }
    /// Asks again and again, for what nothing announces. False: it did not come true in time.
    template <class Predicate>
    static bool waits_until(Predicate predicate) {
        const auto deadline = clock_type::now() + std::chrono::seconds{20};
        while (clock_type::now() < deadline)
            if (predicate()) return true;
        return false;
    }
    bool release(const std::string& name) {
        return on_loop([&] { return handler.release(name); });
    }
    std::size_t sessions() {
        return on_loop([&] { return listener_.sessions().size(); });
    }
    std::size_t connections() {
        return on_loop([&] { return listener_.connections(); });
    }
    std::size_t memory_used() {
        return on_loop([&] { return listener_.memory().used(); });
    }
    /// On the loop only.
    session_table& listener_sessions() { return listener_.sessions(); }
    /// Sends a notification to a session, as the server room does when something changed.
    void notify(const std::string& session_id, const std::string& message) {
        on_loop([&] { listener_.sessions().find(session_id)->notify(message); });
    }

    [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
    http_client connect(int receive_buffer_bytes = 0) {
        return http_client{port(), receive_buffer_bytes};
    }
    /// One request on a connection of its own.
    http_answer ask(const http_request& request) {
        auto client = connect();
        return client.ask(request);
    }
    /// A new session; its id.
    std::string open_session(const std::string& target = "/mcp",
                             std::string_view version = "2025-11-25") {
        auto request = http_post(initialize_message(version));
        request.target = target;
        const auto answer = ask(request);
        REQUIRE(answer.status == 200);
        return answer.field("mcp-session-id");
    }

private:
    asio::io_context io_{1};
    logger log_{log_level::off};

public:
    recording_handler handler{io_.get_executor()};

private:
    http_listener listener_;
    task_group tasks_{io_.get_executor(), 1};
    std::promise<void> ended_;
    std::thread thread_;
};

inline http_request session_post(const std::string& session_id, std::string body) {
    return http_post(std::move(body)).with("Mcp-Session-Id", session_id);
}
inline http_request session_get(const std::string& session_id) {
    return http_get("/mcp").with("Mcp-Session-Id", session_id);
}
inline http_request modern_post(std::string_view id, const std::string& tool) {
    return http_post(modern_call(id, tool))
        .with("MCP-Protocol-Version", "2026-07-28")
        .with("Mcp-Method", "tools/call")
        .with("Mcp-Name", tool);
}

} // namespace mcpgw::io_test
