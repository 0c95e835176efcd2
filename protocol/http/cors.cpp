// SPDX-License-Identifier: Apache-2.0
#include "protocol/http/cors.hpp"

#include "protocol/text/http_text.hpp"

#include <algorithm>

namespace mcpgw {

namespace {

constexpr std::string_view always_allowed =
    "Content-Type, Accept, Authorization, Mcp-Session-Id, Last-Event-ID, MCP-Protocol-Version, "
    "Mcp-Method, Mcp-Name";

} // namespace

std::string allowed_cors_headers(const request_head& head) {
    std::string allowed{always_allowed};
    auto rest = head.find("Access-Control-Request-Headers").value_or(std::string_view{});
    while (!rest.empty()) {
        const auto end = std::min(rest.find(','), rest.size());
        const auto name = trim(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (!is_param(name) || !is_token(name)) continue;
        allowed += ", ";
        allowed += name;
    }
    return allowed;
}

} // namespace mcpgw
