// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/call_limits.hpp"
#include "children/upstream/upstream.hpp"
#include "protocol/bridge/era_bridge.hpp"
#include "server/calls/call_relay.hpp"
#include "server/calls/request_state.hpp"
#include "server/stages/forward_request.hpp"
#include "server/tasks/task_terms.hpp"
#include "transports/session/request_handler.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// One call on its way: what the stages share. Lives in the frame of forwarder::send(), or of the
/// fallback that is tried, and ends with it. Allocators serve a frame of more than a thousand bytes
/// the slow way: what few calls have is behind a pointer.
struct call_context {
    const forward_request& what;
    const client_request& request;
    upstream& target;                ///< that is called
    upstream_lease* place = nullptr; ///< null: the call has its own
    std::shared_ptr<call_relay> relay;
    message_text members{};                       ///< of params for the upstream
    std::unique_ptr<const request_state> state{}; ///< null: it continues no other request
    result_context context{};
    bool may_be_asked = false;
    bool needs_rounds = false; ///< only a result of the modern era has its questions
    task_terms terms{};
    std::unique_ptr<upstream_lease> task_place{}; ///< where a task would be
    std::optional<upstream_lease> held{};         ///< what `place` points to
    std::string server_info{};                    ///< what the context shows of the server
    /// The result is the server's own, which task_taker must look at first: it answers the call
    /// with this progress token (raw; the gateway's). Empty: it is the client's.
    std::string task_token{};
    bool is_written = false;  ///< the server may have seen the call
    bool may_be_done = false; ///< a server may have done it, and does not want to do it twice
    call_limits limits{};
    clock_type::time_point deadline = clock_type::time_point::max(); ///< of all attempts

    /// Who the server is; only modern clients are told.
    void show(std::string_view info) {
        if (client() == era::modern) server_info = info;
        context.server_info = server_info;
    }
    [[nodiscard]] era client() const { return request.client_era; }
    [[nodiscard]] era server() const { return context.upstream_era; }
};

/// The client has declared that it answers questions of some kind.
bool can_be_asked(const call_relay& relay, revision client);
/// What binds a retry of a modern client to its first request. Made only where there is one or may
/// be one: arguments can be large.
std::string digest_of(const client_request& request);
/// A server's answer that is no result of what it was asked for.
fault no_result(const forward_request& of, const fault& why);

/// `members` of an object with the value of one replaced, or without it where there is no value.
std::string with_member(std::string_view members, std::string_view key, std::string_view value);
/// A result with a member in its `_meta`, in the place of one with the same key.
std::string with_meta(std::string_view result_json, std::string_view key, std::string_view value);

} // namespace mcpgw
