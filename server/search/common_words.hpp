// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace mcpgw {

/// How much an English word of a question tells of what is wanted: 0 for those that only hold the
/// sentence together (the, which, please), a part of 1 for those that say little beside others
/// (whole, current, several), 1 for all others. `word`: in small letters. Pure.
float word_weight(std::string_view word);

} // namespace mcpgw
