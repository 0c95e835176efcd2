// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace mcpgw {

/// What the target of an HTTP request names (RFC 9112, 3.2). Views into the text.
struct request_target {
    std::string_view authority; ///< of the absolute form; empty in the others
    /// Without a slash at its end, which says nothing here: /mcp/ is /mcp. "/" where there is none.
    std::string_view path;
    std::string_view query; ///< after the `?`
};

/// Takes a target apart. The absolute form (http://host/path) is one that every server has to
/// understand (RFC 9112, 3.2.2). Nothing is decoded, and slashes are not merged: two readers could
/// differ about it.
request_target split_target(std::string_view target);

} // namespace mcpgw
