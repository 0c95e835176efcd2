// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "protocol/http/http_rules.hpp"
#include "transports/http_request/http_options.hpp"

#include <cstdint>
#include <string>

namespace mcpgw {

/// What the head of a request means for the endpoints. It is found once for all the requests of a
/// connection that repeat a head (see request_head_cache), since none of it depends on their
/// bodies.
struct head_meaning {
    enum class endpoint : std::uint8_t {
        none, ///< a page, a probe, or nothing of ours
        streamable,
        sse,
    };

    endpoint at = endpoint::none;
    bool is_sse_stream = false; ///< of HTTP+SSE: the stream, not its POST side
    std::string scope;          ///< what the endpoint shows (endpoint_scope.hpp)
    std::string prefix;         ///< of HTTP+SSE: what stands before the configured path
    /// What a POST takes as its reply, or why it cannot be one of ours.
    result<reply_form> post_form = reply_form::either;
    /// A version header on a legacy request must name a revision that we speak (2025-11-25,
    /// basic/transports, "Protocol Version Header"). Which one does not matter in a session: that
    /// has agreed on its own, and a client that was talked down to an older revision may still name
    /// the one that it had asked for.
    result<void> legacy_version;
    /// Empty: the head names none.
    std::string session_id;
    bool has_session_id = false; ///< perhaps an empty one
};

/// `head` has passed the checks of framing and access.
head_meaning meaning_of(const request_head& head, const http_options& options);

/// A browser opens an endpoint of MCP in a tab: it is shown the page of `/`.
bool shows_page(const request_head& head);

} // namespace mcpgw
