// SPDX-License-Identifier: Apache-2.0
#include "children/remote/http_errand.hpp"

#include <utility>

namespace mcpgw {

void http_errand::end(fault reason) {
    if (reason_) return;
    reason_ = std::move(reason);
    if (current_ != nullptr) current_->close(*reason_);
    pause_.notify();
}

task<> http_errand::pause(std::chrono::milliseconds time) {
    const auto until = clock_type::now() + time;
    while (!reason_ && clock_type::now() < until) co_await pause_.wait_until(until);
}

http_errand::use::use(http_errand& errand, http_fetch& request) : errand_(errand) {
    errand_.current_ = &request;
    if (errand_.reason_) request.close(*errand_.reason_);
}

} // namespace mcpgw
