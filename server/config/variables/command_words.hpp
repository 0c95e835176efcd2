// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// Words of a command line, with a shell's quotes and none of its operators: 'single quotes' keep
/// everything, in "double quotes" \ keeps the next character. Nothing where a quote is open or a
/// shell is needed (| & ; < > ` \ and parentheses outside of quotes).
std::optional<std::vector<std::string>> split_words(std::string_view text);

} // namespace mcpgw
