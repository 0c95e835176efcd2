// SPDX-License-Identifier: Apache-2.0
#include "server/config/dialects/command_line.hpp"

#include "server/config/variables/config_expand.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace mcpgw {

namespace {

bool starts_servers(std::string_view program) {
    constexpr std::array<std::string_view, 28> known{
        "npx",    "npm",     "pnpm",    "yarn",   "bunx",   "bun",  "node",
        "deno",   "tsx",     "uvx",     "uv",     "pipx",   "pip",  "poetry",
        "python", "python3", "python2", "docker", "podman", "go",   "cargo",
        "java",   "dotnet",  "ruby",    "php",    "nix",    "mise", "env"};
    return std::ranges::find(known, program) != known.end();
}

/// Words of a text without a shell's operators; nothing where a quote is open or a shell is needed.
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

} // namespace

std::optional<command_line> split_command_line(std::string_view text) {
    if (text.find_first_of(" \t\n") == std::string_view::npos) return std::nullopt;
    auto words = split_words(text);
    if (!words) return std::nullopt;
    command_line made;
    auto word = words->begin();
    for (; word != words->end(); ++word) {
        const auto equals = word->find('=');
        if (equals == std::string::npos || !is_variable_name(word->substr(0, equals))) break;
        made.env.emplace_back(word->substr(0, equals), word->substr(equals + 1));
    }
    made.words.assign(word, words->end());
    if (made.words.empty() || !starts_servers(made.words.front())) return std::nullopt;
    return made;
}

} // namespace mcpgw
