// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <string>
#include <string_view>

namespace mcpgw {

/// Results of the gateway's own tools, as raw tools/call results. Pure.

/// With that object as structuredContent, and as text for clients that know only text (2025-11-25,
/// server/tools, "Structured Content").
std::string own_result(std::string_view structured);
/// The text says the same in fewer words.
std::string own_result(std::string_view structured, std::string_view text);
/// isError; the text begins with the public name of the error, so that the model can act on it.
std::string own_error_result(const fault& f);
/// The same as a text alone: for tools with an outputSchema to which some clients hold errors, too.
std::string own_error_text(const fault& f);

} // namespace mcpgw
