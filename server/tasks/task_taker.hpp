// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/upstream.hpp"
#include "protocol/json/message_text.hpp"
#include "transports/session/request_handler.hpp"

#include <memory>
#include <string>

namespace mcpgw {

/// An answer to tools/call that task_taker must see before the client.
struct answered_call {
    server_identity upstream;
    std::string result;         ///< raw, as it came
    std::string progress_token; ///< raw; the gateway's, of this call
    std::shared_ptr<call_observer> caller;
};

/// Who looks after tasks, as a forwarded call sees it. Implemented by task_routes.
class task_taker {
public:
    task_taker() = default;
    task_taker(const task_taker&) = delete;
    task_taker& operator=(const task_taker&) = delete;
    virtual ~task_taker() = default;

    /// Makes the task known to the client, or waits for its end where the client expects a plain
    /// result. `place` is where the answer came from. The result is raw and of the client's era.
    virtual task<result<message_text>> take_over(const client_request& request, reply_sink& sink,
                                                 const upstream_lease& place,
                                                 answered_call answered) = 0;
};

} // namespace mcpgw
