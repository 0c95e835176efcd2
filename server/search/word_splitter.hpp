// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// One word as it is written in a text, and what of it is looked for.
struct written_word {
    std::string_view text; ///< part of the text
    /// In small letters: its parts, and where there are several, all of them together as well:
    /// `getHTTPStatus` is get, http, status and gethttpstatus.
    std::vector<std::string> parts;
};

inline constexpr std::size_t word_bytes_max = 64; ///< of a word; the rest of it is not looked at

/// The words of a text: runs of letters and digits, so that `_ - . /` part them as blanks do. They
/// are split where small letters become capitals and where letters meet digits. Of scripts without
/// blanks (Chinese, Japanese, Korean) each two neighbouring characters are a word. Pure; invalid
/// UTF-8 parts words.
std::vector<written_word> split_words(std::string_view text);

/// A name as names are compared: its letters and digits alone, the letters small.
std::string join_name(std::string_view name);

} // namespace mcpgw
