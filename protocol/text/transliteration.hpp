// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace mcpgw {

/// What became of a text in other scripts.
struct transliterated_text {
    std::string text;      ///< ASCII only
    bool is_lossy = false; ///< letters or signs were dropped that have no spelling here
};

/// `text` in ASCII as a person would spell it. ASCII stays; Latin letters lose their accents;
/// Greek, Cyrillic, Hebrew, Arabic, kana and Hangul are spelt in Latin letters; wide forms become
/// ordinary ones; punctuation, blanks and broken UTF-8 become '_'. Of other scripts and signs
/// nothing is left. Public names are made of it, so a spelling never changes between versions
/// without a word in the changelog.
transliterated_text transliterate(std::string_view text);

} // namespace mcpgw
