#pragma once

#include "protocol/catalog.hpp"
#include "protocol/envelope.hpp"
#include "protocol/error.hpp"
#include "protocol/mcp.hpp"
#include "transports/abort_signal.hpp"
#include "transports/asio.hpp"
#include "transports/question.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What an upstream tells the one who called it while the call runs. Shared: a question of the
/// child may still be pending when the call has ended.
class call_observer {
public:
    virtual ~call_observer() = default;
    /// notifications/progress of this call; the token is still ours.
    virtual void on_progress(std::string_view line, const envelope& message) = 0;
    /// notifications/message that can only belong to this call's owner.
    virtual void on_log(std::string_view line, const envelope& message) = 0;
    /// The child asks the client that made this call.
    virtual result<std::shared_ptr<question>> ask(std::string_view method,
                                                  std::string_view params) = 0;
    /// Whose call it is: two calls with the same owner (a session) may see each other's questions.
    [[nodiscard]] virtual const void* owner() const = 0;
};

/// One request for an upstream, in parts that are raw JSON, so that nothing is parsed and rendered
/// again. The upstream adds the id, the progress token and what its era wants in `_meta`.
struct upstream_call {
    std::string method;
    std::string members;             ///< of params, without braces and without `_meta`
    std::string meta_members;        ///< of `_meta`, without braces and without reserved keys
    std::string client_capabilities; ///< raw object; for modern upstreams; empty: none
    std::string log_level;           ///< raw string; for modern upstreams; empty: none
    bool wants_progress = false;
    std::optional<std::chrono::milliseconds> timeout; ///< else the child's own
};

/// An upstream's answer: a result or a JSON-RPC error, as it came.
struct upstream_answer {
    std::string line;
    envelope message;
};

enum class upstream_state : std::uint8_t {
    not_started,
    starting,
    running,
    unhealthy,
    failed,
    stopped,
};
std::string_view to_string(upstream_state state);

/// For `get_child_status`, `status` and the summary.
struct upstream_status {
    upstream_state state = upstream_state::not_started;
    std::int64_t pid = 0; ///< 0: none
    std::chrono::seconds uptime{0};
    std::uint64_t restarts = 0;
    std::size_t calls_in_flight = 0;
    std::string last_error;
    std::vector<std::string> stderr_lines; ///< newest last
    std::optional<revision> spoken;        ///< protocol revision; era follows from it
    std::string server_info;               ///< raw JSON; empty: unknown
    std::uint64_t garbage_lines = 0;       ///< on stdout that were no messages
};

/// Any MCP server behind us. The server room sees only this. Owned by the registry.
class upstream {
public:
    virtual ~upstream() = default;

    [[nodiscard]] virtual const std::string& name() const = 0;
    [[nodiscard]] virtual upstream_status status() const = 0;
    /// Era and revision once known (after the first start).
    [[nodiscard]] virtual std::optional<revision> spoken() const = 0;
    /// Lists as of the last start or list_changed; kept while the upstream is not running.
    [[nodiscard]] virtual const upstream_lists& lists() const = 0;

    /// Starts it if it does not run. Many callers wait for one start.
    virtual task<result<void>> ensure_running(clock_type::time_point deadline) = 0;
    /// One request and its answer. Starts the upstream first if need be.
    virtual task<result<upstream_answer>>
    call(upstream_call request, std::shared_ptr<call_observer> observer, abort_signal& abort) = 0;
    /// Ends it; the next call starts it again.
    virtual task<> stop() = 0;
};

/// What upstreams report upwards. Implemented by the registry.
class upstream_events {
public:
    /// The lists changed (first start, restart with differences, list_changed).
    virtual void on_lists_changed(upstream& source) = 0;
    /// Notifications that belong to no call: resources/updated, and others that are passed on.
    virtual void on_notification(upstream& source, std::string_view line,
                                 const envelope& message) = 0;

protected:
    ~upstream_events() = default;
};

} // namespace mcpgw
