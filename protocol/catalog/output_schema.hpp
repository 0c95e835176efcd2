// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// What of a structured result breaks the promise of an outputSchema, as far as its first level
/// tells: it is no object, a required member is missing, a member has another type. Nothing: it may
/// well fit. Both are raw JSON that was scanned before; `content` may be empty (there is none).
/// Schemas whose root is no object are not judged. No validator: what is deeper is the client's to
/// check (2025-11-25, server/tools, "Output Schema").
std::optional<std::string> output_misfit(std::string_view schema, std::string_view content);

} // namespace mcpgw
