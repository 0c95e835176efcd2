// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "protocol/json/message_text.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {

/// An HTTP response with a body of known length. Pure text; the connection writes it.
struct http_reply {
    static constexpr std::string_view json_type = "application/json";

    int status = 200;
    std::string_view content_type = json_type; ///< lives for ever
    message_text body;
    std::vector<std::pair<std::string, std::string>> fields; ///< further header fields
    bool must_close = false; ///< the connection cannot be used any further

    /// Status line and header, up to and including the empty line. `room`: for what is added to it.
    [[nodiscard]] std::string head(bool keep_alive, std::size_t room = 0) const;
};

/// Head of a text/event-stream response. `chunked`: HTTP/1.1; else the end of the connection ends
/// the stream. Tells proxies not to buffer (2026-07-28, basic/transports/streamable-http,
/// "Receiving Messages").
std::string event_stream_head(bool chunked,
                              const std::vector<std::pair<std::string, std::string>>& fields = {});

/// An error as HTTP status and JSON-RPC body; `id_json` may be empty.
http_reply error_reply(const fault& f, std::string_view id_json = {});
/// Makes it 503 with Retry-After: there is no room just now, for whatever comes.
void set_busy(http_reply& reply);
/// 202 without a body, for notifications and responses.
http_reply accepted_reply();

} // namespace mcpgw
