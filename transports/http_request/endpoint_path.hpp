// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/http_request/http_options.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace mcpgw {

/// Which endpoint of MCP a path is, and what that shows:
///
///   /mcp, /sse, /messages           the whole gateway; `http.path` and its like name them
///   /servers/NAME/mcp               one server alone
///   /views/NAME and such a path     a view; /layers/NAME and /tags/NAME in the same way
///
/// Behind a view's name the paths of the whole gateway are meant, by their default names and as
/// `http` names them. A name may be percent-encoded: layers and tags are any words.
struct endpoint_path {
    enum class kind : std::uint8_t {
        none, ///< of no endpoint
        streamable,
        sse_stream,
        sse_messages,
    };

    kind at = kind::none;
    std::string scope{};       ///< transports/session/endpoint_scope.hpp
    std::string_view prefix{}; ///< what stands before the path of the whole gateway, as it came

    [[nodiscard]] static endpoint_path of(std::string_view path, const http_options& options);
};

} // namespace mcpgw
