#pragma once

#include "transports/asio.hpp"

#include <functional>
#include <memory>

namespace mcpgw {

/// Notices that the client closed its connection while we work on its request. One per connection;
/// reused by its requests, because a wait on the socket stays pending between them.
class disconnect_watch {
public:
    explicit disconnect_watch(tcp_socket& socket) : state_(std::make_shared<state>(socket)) {}
    ~disconnect_watch() { stop(); }
    disconnect_watch(const disconnect_watch&) = delete;
    disconnect_watch& operator=(const disconnect_watch&) = delete;

    /// Calls `on_gone` at most once, until stop(). A client that sends its next request early is
    /// not gone; from then on its leaving goes unnoticed until that request is read.
    void start(std::function<void()> on_gone);
    void stop() { state_->on_gone = nullptr; }

private:
    // Outlives the connection: the pending wait ends, with an error, only after the socket closed.
    struct state {
        explicit state(tcp_socket& s) : socket(s) {}
        tcp_socket& socket;
        std::function<void()> on_gone;
        bool is_pending = false;
    };
    static void arm(const std::shared_ptr<state>& s);
    static void on_readable(const std::shared_ptr<state>& s);

    std::shared_ptr<state> state_;
};

} // namespace mcpgw
