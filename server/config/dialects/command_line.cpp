// SPDX-License-Identifier: Apache-2.0
#include "server/config/dialects/command_line.hpp"

#include "server/config/variables/command_words.hpp"
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
