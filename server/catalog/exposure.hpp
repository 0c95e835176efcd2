// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/text/enum_words.hpp"

namespace mcpgw {

/// What clients see.
enum class exposure : unsigned char {
    gateway, ///< the gateway's own tools; children through execute_child_tool
    all,     ///< every child's tools, prompts and resources, merged
    both,
    search, ///< prompts and resources as in `all`; tools are found by search_tools
};

/// The gateway's own tools, of `gateway`.
constexpr bool shows_own_tools(exposure expose) {
    return expose == exposure::gateway || expose == exposure::both;
}
template <>
inline constexpr auto enum_words<exposure> = std::array{
    enum_word{exposure::gateway, "gateway"},
    enum_word{exposure::all, "all"},
    enum_word{exposure::both, "both"},
    enum_word{exposure::search, "search"},
};

} // namespace mcpgw
