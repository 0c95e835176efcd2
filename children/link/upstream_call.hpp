// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/call_kind.hpp"
#include "protocol/error.hpp"
#include "protocol/json/message_text.hpp"
#include "protocol/message/envelope.hpp"
#include "protocol/message/mcp.hpp"
#include "protocol/message/response_spans.hpp"
#include "transports/session/question.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {

/// Whose a call is. Never given twice, unlike the address of what it belongs to; 0: nobody's.
using owner_id = std::uint64_t;

/// What an upstream tells its caller while the call runs. Shared: a question of the server may
/// still be pending when the call has ended.
class call_observer {
public:
    virtual ~call_observer() = default;
    /// notifications/progress of this call; the token is still ours.
    virtual void on_progress(std::string_view line, const envelope& message) = 0;
    /// notifications/message that can only belong to this call's owner.
    virtual void on_log(std::string_view line, const envelope& message) = 0;
    /// Any other notification that names this call (those of a subscription). False: not its
    /// business.
    virtual bool on_notification(std::string_view line, const envelope& message) {
        (void)line, (void)message;
        return false;
    }
    /// The server asks the client that made this call.
    virtual result<std::shared_ptr<question>> ask(std::string_view method,
                                                  std::string_view params) = 0;
    /// The client's answer as the server's revision knows it.
    virtual result<std::string> translate_answer(std::string_view method, std::string answer) {
        (void)method;
        return answer;
    }
    /// A question is open: the time of the call stands still.
    [[nodiscard]] virtual bool is_waiting_for_client() const { return false; }
    /// Since when the client has been away with the open questions; nothing: it is there. Such a
    /// call may be told to give way to others: it ends, and the client's answers come too late.
    [[nodiscard]] virtual std::optional<clock_type::time_point> parked_since() const { return {}; }
    virtual void give_way() {}
    /// Whose call it is: two calls with the same owner (a session) may see each other's questions.
    [[nodiscard]] virtual owner_id owner() const = 0;
};

/// One request for an upstream, in parts that are raw JSON, so that nothing is parsed and rendered
/// again. The upstream adds the id, the progress token and what its era wants in `_meta`.
struct upstream_call {
    std::string_view method;         ///< one of the constants of mcp.hpp
    message_text members;            ///< of params, without braces and without `_meta`
    std::string meta_members;        ///< of `_meta`, without braces and without reserved keys
    std::string client_capabilities; ///< raw object; for modern upstreams; empty: none
    std::string log_level;           ///< raw string; for modern upstreams; empty: none
    /// Mcp-Param-* header fields, for upstreams reached over HTTP.
    std::vector<std::pair<std::string, std::string>> headers;
    bool wants_progress = false;
    std::optional<std::chrono::milliseconds> timeout; ///< else the upstream's own
    std::string tool{};                               ///< of tools/call: its name at the server
    std::optional<clock_type::time_point> deadline{}; ///< whatever progress there is
    call_kind kind = call_kind::client;
};

/// A request of the gateway's own.
inline upstream_call own_call(std::string_view method_name, std::chrono::milliseconds timeout) {
    upstream_call request;
    request.method = method_name;
    request.timeout = timeout;
    request.kind = call_kind::own;
    return request;
}

/// A task of an upstream, by what the upstream's messages about it name.
struct task_names {
    std::string id;
    std::string progress_token; ///< raw; of the call that made it
};

/// An upstream's answer: a result or a JSON-RPC error, as it came.
struct upstream_answer {
    shared_text line;
    response_spans message; ///< spans into `line`
};

} // namespace mcpgw
