// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/upstream_call.hpp"
#include "transports/async/abort_signal.hpp"
#include "transports/async/asio.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace mcpgw {

/// A connection to one MCP server as a JSON-RPC peer: many calls in flight, and what the server
/// says by itself. Knows framing and ids, not what the messages mean. `stdio_link` is one life of a
/// process, `http_link` a remote server.
///
/// Owned by `instance`; shared with the calls that wait on it, which may see its end a moment
/// later.
class link {
public:
    /// What the peer says of itself. `cause` is the observer of the call that the message belongs
    /// to, where the transport tells (the stream of a POST, the id of a subscription); null:
    /// unknown.
    class events {
    public:
        virtual void on_request(std::string_view line, const envelope& message,
                                std::shared_ptr<call_observer> cause) = 0;
        virtual void on_notification(std::string_view line, const envelope& message,
                                     std::shared_ptr<call_observer> cause) = 0;
        /// A call that had an observer has ended.
        virtual void on_call_ended() = 0;
        /// It answered what it was not asked, or no longer.
        virtual void on_stray_answer() {}

    protected:
        ~events() = default;
    };

    virtual ~link() = default;

    /// The life of the link: returns when it has ended and every call has its answer or a fault.
    virtual task<> run() = 0;
    /// Asks it to end; run() returns soon after. A process has `grace` for each step of that, or
    /// its configured one where that is shorter.
    virtual void stop(std::chrono::milliseconds grace) = 0;
    void stop() { stop(std::chrono::milliseconds::max()); }

    /// One call. `spoken`: the revision agreed on, nothing before the handshake has ended.
    /// Errors: server_busy (limits), call_timed_out, call_cancelled, connection_lost,
    /// session_unknown (the server has not done anything about it, and the link ends), and
    /// method_not_found where the transport says that nothing of the kind is served.
    virtual task<result<upstream_answer>> call(const upstream_call& request,
                                               std::optional<revision> spoken,
                                               std::shared_ptr<call_observer> observer,
                                               abort_signal& abort) = 0;
    /// Queues one notification or response; false: the queue is full or the peer is gone.
    virtual bool try_send(message_text line) = 0;

    /// The peer has read everything that was sent to it, as far as that can be seen: one that has
    /// not, or was sent nothing, is still starting. True where nothing can be seen.
    [[nodiscard]] virtual bool has_read_all() const { return true; }

    [[nodiscard]] virtual bool has_ended() const = 0;
    [[nodiscard]] virtual const fault& end_reason() const = 0;
    /// Of clients; what the gateway asks for itself does not count.
    [[nodiscard]] virtual std::size_t calls_in_flight() const = 0;
    /// The observers of the calls in flight, newest last, without those that have none.
    [[nodiscard]] virtual std::vector<std::shared_ptr<call_observer>> observers() const = 0;

    /// Owners of calls that were given up a while ago: the peer may still be at work on them, and
    /// ask. Empty where a question names its call.
    [[nodiscard]] virtual std::vector<owner_id> abandoned() const { return {}; }

    /// A request got as far as the peer: what came of it says something about the peer.
    [[nodiscard]] virtual bool has_reached() const { return true; }

    /// Messages of the peer so far, of any kind: signs of life.
    [[nodiscard]] virtual std::uint64_t messages_heard() const = 0;
    /// A request of the peer in the middle of a call reaches us, and our answer the peer.
    [[nodiscard]] virtual bool carries_questions() const { return true; }
    [[nodiscard]] virtual pid_t pid() const { return 0; } ///< 0: no process
    [[nodiscard]] virtual std::uint64_t garbage_lines() const { return 0; }
    /// The beginning of what came last and was no message, without secrets; empty: nothing was.
    [[nodiscard]] virtual std::string_view stray_output() const { return {}; }
};

} // namespace mcpgw
