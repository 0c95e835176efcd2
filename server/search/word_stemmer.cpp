// SPDX-License-Identifier: Apache-2.0
#include "server/search/word_stemmer.hpp"

#include <libstemmer.h>

#include <algorithm>
#include <new>

namespace mcpgw {

void word_stemmer::closer::operator()(sb_stemmer* stemmer) const {
    sb_stemmer_delete(stemmer);
}

word_stemmer::word_stemmer() : stemmer_(sb_stemmer_new("english", "UTF_8")) {
    if (stemmer_ == nullptr) throw std::bad_alloc{};
}

std::string word_stemmer::stem(std::string_view word) const {
    const bool is_english = std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
    if (!is_english) return std::string{word};
    // The library takes and gives bytes of any sign.
    const auto* const bytes = reinterpret_cast<const sb_symbol*>(word.data());
    const auto* const stem = sb_stemmer_stem(stemmer_.get(), bytes, static_cast<int>(word.size()));
    if (stem == nullptr) throw std::bad_alloc{};
    const auto size = static_cast<std::size_t>(sb_stemmer_length(stemmer_.get()));
    return {reinterpret_cast<const char*>(stem), size};
}

} // namespace mcpgw
