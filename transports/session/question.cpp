// SPDX-License-Identifier: Apache-2.0
#include "transports/session/question.hpp"

namespace mcpgw {

task<result<std::string>> question::wait(clock_type::time_point deadline) {
    while (!answer_) {
        const bool was_notified = co_await answered_.wait_until(deadline);
        if (!was_notified && !answer_)
            settle(fault{errc::call_timed_out, "the client did not answer the question in time"});
    }
    co_return *answer_;
}

} // namespace mcpgw
