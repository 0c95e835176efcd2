#include "transports/disconnect_watch.hpp"

#include <cerrno>
#include <utility>

#include <sys/socket.h>

namespace mcpgw {

void disconnect_watch::start(std::function<void()> on_gone) {
    state_->on_gone = std::move(on_gone);
    if (!state_->is_pending) arm(state_);
}

void disconnect_watch::arm(const std::shared_ptr<state>& s) {
    s->is_pending = true;
    s->socket.async_wait(tcp_socket::wait_read, [s](const boost::system::error_code& ec) {
        s->is_pending = false;
        // With an error the socket is being closed and may not be touched any more.
        if (!ec && s->on_gone) on_readable(s);
    });
}

void disconnect_watch::on_readable(const std::shared_ptr<state>& s) {
    char byte = 0;
    const auto n = ::recv(s->socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (n > 0) return; // the next request is here already
    const bool is_idle = n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    if (is_idle) return arm(s);
    std::exchange(s->on_gone, nullptr)();
}

} // namespace mcpgw
