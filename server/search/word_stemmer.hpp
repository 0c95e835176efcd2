// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct sb_stemmer;

namespace mcpgw {

/// English words without their endings: `files`, `filed` and `filing` become the same (Porter 2, of
/// libstemmer). Words with other letters than a to z stay as they are. For one thread.
class word_stemmer {
public:
    word_stemmer();

    /// `word`: in small letters.
    [[nodiscard]] std::string stem(std::string_view word) const;

private:
    struct closer {
        void operator()(sb_stemmer* stemmer) const;
    };
    std::unique_ptr<sb_stemmer, closer> stemmer_;
};

} // namespace mcpgw
