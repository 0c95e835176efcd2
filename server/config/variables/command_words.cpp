// SPDX-License-Identifier: Apache-2.0
#include "server/config/variables/command_words.hpp"

#include <utility>

namespace mcpgw {

std::optional<std::vector<std::string>> split_words(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    bool is_word = false;
    char quote = '\0';
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (quote != '\0') {
            if (c == quote)
                quote = '\0';
            else if (c == '\\' && quote == '"' && at + 1 < text.size())
                word += text[++at];
            else
                word += c;
        } else if (c == '"' || c == '\'') {
            quote = c;
            is_word = true;
        } else if (c == ' ' || c == '\t' || c == '\n') {
            if (is_word) words.push_back(std::exchange(word, {}));
            is_word = false;
        } else if (std::string_view{"|&;<>`\\()"}.find(c) != std::string_view::npos) {
            return std::nullopt;
        } else {
            word += c;
            is_word = true;
        }
    }
    if (quote != '\0') return std::nullopt;
    if (is_word) words.push_back(std::move(word));
    return words;
}

} // namespace mcpgw
