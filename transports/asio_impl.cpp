// The one translation unit that holds the compiled parts of Asio and Beast.
#include "transports/asio.hpp"

#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>

namespace mcpgw {

task<bool> wake_up::wait_until(clock_type::time_point deadline) {
    if (!is_set_) {
        timer_.expires_at(deadline);
        // The result does not matter: whoever woke us set the flag, or the deadline passed.
        co_await timer_.async_wait(nothrow);
    }
    const bool was_set = is_set_;
    is_set_ = false;
    co_return was_set;
}

task<> wake_up::wait() {
    while (!is_set_) {
        timer_.expires_at(clock_type::time_point::max());
        co_await timer_.async_wait(nothrow);
    }
    is_set_ = false;
}

} // namespace mcpgw
