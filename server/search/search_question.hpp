// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/search/word_stemmer.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// Words that mean the same, as the configuration has them. By stems.
class synonyms {
public:
    synonyms() = default;
    /// Each group is a text with words that mean the same.
    synonyms(const std::vector<std::string>& groups, const word_stemmer& stemmer);

    /// The others that mean the same; empty: nothing is known of it.
    [[nodiscard]] const std::vector<std::string>& of(const std::string& stem) const;

private:
    std::map<std::string, std::vector<std::string>> groups_;
};

inline constexpr std::size_t question_bytes_max = 2'000; ///< what follows is not looked at
inline constexpr std::size_t question_words_max = 100;   ///< different ones

/// What somebody looks for, taken apart. Pure.
struct search_question {
    struct word {
        std::string stem;
        float weight = 1;              ///< how much it tells of what is wanted
        std::size_t source = 0;        ///< the written word that it is of
        std::vector<std::string> same; ///< stems that mean the same
    };
    std::vector<word> words;          ///< no two have the same stem
    std::vector<std::string> written; ///< as the question has them
    /// What in it may be the name of a tool, in the form of join_name: the whole question, and what
    /// is written as names are (read_file).
    std::vector<std::string> names;

    static search_question of(std::string_view text, const word_stemmer& stemmer,
                              const synonyms& same);
};

} // namespace mcpgw
