// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/text/enum_words.hpp"
#include "server/search/tool_ranker.hpp"

namespace mcpgw {

/// How sure it is that the best tool serves what was asked for.
enum class search_confidence : unsigned char {
    high,      ///< it is called by name, or has most of the question and others have less
    ambiguous, ///< several may serve
    none,      ///< what was found has too little of the question
};
template <>
inline constexpr auto enum_words<search_confidence> = std::array{
    enum_word{search_confidence::high, "high"},
    enum_word{search_confidence::ambiguous, "ambiguous"},
    enum_word{search_confidence::none, "none"},
};

/// Pure. Where questions of one public set were asked of another that cannot serve them, nine in
/// ten got `none`; of questions that were answered well, one in twenty did.
search_confidence confidence_of(const ranking& found);

} // namespace mcpgw
