// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/bridge/list_bridge.hpp"
#include "protocol/message/mcp.hpp"

#include <string>
#include <string_view>

namespace mcpgw {

/// A tools/call or prompts/get result (raw object of either era) with content that the client's
/// revision knows: audio becomes a note before 2025-03-26, resource links become text before
/// 2025-06-18, and structuredContent goes by structured_content_for(). Where that leaves a result
/// without any content, the structured content is said as text. Other results, and newer clients,
/// keep every byte.
std::string content_for_client(std::string result_json, output_shape output, revision client);
/// Whether that may change a result with this structuredContent (raw; empty: it has none).
bool changes_content(std::string_view structured, output_shape output, revision client);

} // namespace mcpgw
