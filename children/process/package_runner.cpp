// SPDX-License-Identifier: Apache-2.0
#include "children/process/package_runner.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace mcpgw {

namespace {

struct runner {
    std::string_view program;
    std::string_view subcommand; ///< the first argument that is no option; empty: any
    std::string_view name;
};
constexpr std::array runners{
    runner{"npx", "", "npx"},
    runner{"bunx", "", "bunx"},
    runner{"pnpx", "", "pnpx"},
    runner{"uvx", "", "uvx"},
    runner{"npm", "exec", "npm exec"},
    runner{"npm", "x", "npm exec"},
    runner{"pnpm", "dlx", "pnpm dlx"},
    runner{"yarn", "dlx", "yarn dlx"},
    runner{"bun", "x", "bunx"},
    runner{"uv", "run", "uv run"},
    runner{"uv", "tool", "uv tool run"},
    runner{"uv", "x", "uvx"},
    runner{"pipx", "run", "pipx"},
    runner{"docker", "run", "docker"},
    runner{"docker", "compose", "docker compose"},
    runner{"docker", "mcp", "docker mcp"},
    runner{"podman", "run", "podman"},
    runner{"nerdctl", "run", "nerdctl"},
    runner{"deno", "run", "deno"},
    runner{"go", "run", "go run"},
    runner{"dnx", "", "dnx"},
};
constexpr std::array<std::string_view, 6> shells{"sh", "bash", "dash", "zsh", "fish", "cmd"};
constexpr int wrappers_max = 3; // env in a shell in a shell

/// Without its directory, and without what Windows appends.
std::string_view program_name(std::string_view command) {
    command.remove_prefix(command.find_last_of("/\\") + 1); // npos + 1 is 0
    for (const std::string_view suffix : {".cmd", ".exe", ".CMD", ".EXE"})
        if (command.ends_with(suffix)) command.remove_suffix(suffix.size());
    return command;
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const auto begin = std::min(text.find_first_not_of(" \t\n"), text.size());
        text.remove_prefix(begin);
        const auto end = std::min(text.find_first_of(" \t\n"), text.size());
        if (end > 0) words.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return words;
}

bool is_assignment(std::string_view word) {
    const auto equals = word.find('=');
    return equals != std::string_view::npos && equals > 0 && word.front() != '-';
}

/// What env or a shell runs; empty: it is neither.
std::vector<std::string_view> unwrap(const std::vector<std::string_view>& words) {
    const auto name = program_name(words.front());
    const bool is_shell = std::ranges::find(shells, name) != shells.end();
    if (!is_shell && name != "env") return {};
    for (std::size_t i = 1; i < words.size(); ++i) {
        const bool is_option =
            words[i].starts_with('-') || (name == "cmd" && words[i].starts_with('/'));
        if (is_option || (!is_shell && is_assignment(words[i]))) continue;
        if (is_shell && name != "cmd") return words_of(words[i]);
        return {words.begin() + static_cast<std::ptrdiff_t>(i), words.end()};
    }
    return {};
}

std::string_view name_of(const std::vector<std::string_view>& words) {
    const auto program = program_name(words.front());
    const auto first =
        std::ranges::find_if(words.begin() + 1, words.end(),
                             [](std::string_view word) { return !word.starts_with('-'); });
    const auto subcommand = first == words.end() ? std::string_view{} : *first;
    for (const auto& known : runners)
        if (known.program == program &&
            (known.subcommand.empty() || known.subcommand == subcommand))
            return known.name;
    return {};
}

} // namespace

std::string_view package_runner(std::string_view command, const std::vector<std::string>& args) {
    std::vector<std::string_view> words{command};
    words.insert(words.end(), args.begin(), args.end());
    for (int i = 0; i < wrappers_max; ++i) {
        auto inner = unwrap(words);
        // What a shell does first is often not the server: exec, or a variable.
        while (!inner.empty() && (inner.front() == "exec" || is_assignment(inner.front())))
            inner.erase(inner.begin());
        if (inner.empty()) break;
        words = std::move(inner);
    }
    return name_of(words);
}

} // namespace mcpgw
