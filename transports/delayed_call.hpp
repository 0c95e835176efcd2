#pragma once

#include "transports/asio.hpp"

#include <functional>
#include <memory>
#include <utility>

namespace mcpgw {

/// Calls `act` once after `time`, unless it is destroyed before.
class delayed_call {
public:
    delayed_call(executor ex, clock_type::duration time, std::function<void()> act)
        : timer_(ex), act_(std::make_shared<std::function<void()>>(std::move(act))) {
        timer_.expires_after(time);
        timer_.async_wait([act = act_](const boost::system::error_code& ec) {
            if (!ec && *act) std::exchange(*act, nullptr)();
        });
    }
    // The timer may have fired already; its handler must find nothing to call then.
    ~delayed_call() { *act_ = nullptr; }
    delayed_call(const delayed_call&) = delete;
    delayed_call& operator=(const delayed_call&) = delete;

private:
    timer timer_;
    std::shared_ptr<std::function<void()>> act_;
};

} // namespace mcpgw
