// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/stateful_servers.hpp"

#include <algorithm>
#include <array>

namespace mcpgw {

namespace {

struct known_server {
    std::string_view word; ///< in the name of a program, a package or an image
    std::string_view state;
};

constexpr std::string_view thoughts = "the thoughts of a client";
constexpr std::string_view knowledge = "what a client told it";
constexpr std::string_view browser = "an open browser";
constexpr std::string_view shell = "open terminals";
constexpr std::string_view kernel = "the state of a program that it runs";

/// The one list. The longer word of two that fit says the same as the shorter, so their order does
/// not matter.
constexpr std::array servers{
    known_server{"sequential-thinking", thoughts},
    known_server{"sequentialthinking", thoughts},
    known_server{"clear-thought", thoughts},
    known_server{"structured-thinking", thoughts},
    known_server{"think-tool", thoughts},
    known_server{"server-memory", knowledge},
    known_server{"memory-server", knowledge},
    known_server{"mcp/memory", knowledge},
    known_server{"memory-mcp", knowledge},
    known_server{"mcp-memory", knowledge},
    known_server{"memory-bank", knowledge},
    known_server{"mcp-knowledge-graph", knowledge},
    known_server{"playwright", browser},
    known_server{"puppeteer", browser},
    known_server{"chrome-devtools", browser},
    known_server{"browsermcp", browser},
    known_server{"browser-mcp", browser},
    known_server{"mcp-browser", browser},
    known_server{"browser-use", browser},
    known_server{"browser-tools", browser},
    known_server{"browserbase", browser},
    known_server{"stagehand", browser},
    known_server{"selenium", browser},
    known_server{"camoufox", browser},
    known_server{"desktop-commander", shell},
    known_server{"iterm-mcp", shell},
    known_server{"mcp-shell", shell},
    known_server{"tmux-mcp", shell},
    known_server{"jupyter", kernel},
    known_server{"mcp-python-interpreter", kernel},
    known_server{"lldb-mcp", kernel},
    known_server{"gdb-mcp", kernel},
};

/// "@playwright/mcp@latest" says which server it is; "/home/me/playwright/notes.md" and
/// "--project=selenium" do not.
bool may_name_server(std::string_view text) {
    return !text.empty() && text.front() != '-' && text.find('=') == std::string_view::npos &&
           text.find("://") == std::string_view::npos && text.find(' ') == std::string_view::npos;
}

bool is_path(std::string_view text) {
    return std::string_view{"/.~$"}.find(text.front()) != std::string_view::npos;
}

/// Of a path: the package that it belongs to; nothing where it belongs to none.
std::string_view package_of(std::string_view text) {
    constexpr std::string_view modules = "node_modules/";
    const auto at = text.rfind(modules);
    return at == std::string_view::npos ? std::string_view{} : text.substr(at + modules.size());
}

std::string_view state_named_in(std::string_view part) {
    if (part.empty()) return {};
    const auto* const found = std::ranges::find_if(servers, [part](const known_server& server) {
        return part.find(server.word) != std::string_view::npos;
    });
    return found == servers.end() ? std::string_view{} : found->state;
}

/// What comes first that is no option is the package; what follows it are the server's own words.
constexpr std::size_t words_of_launchers_max = 8; // docker run -i --rm -v a:b IMAGE

} // namespace

std::string_view state_kept_by(std::string_view command, const std::vector<std::string>& args) {
    const auto package = package_of(command);
    const auto program = command.substr(command.rfind('/') + 1);
    if (const auto state = state_named_in(package.empty() ? program : package); !state.empty())
        return state;
    for (std::size_t i = 0; i < std::min(args.size(), words_of_launchers_max); ++i) {
        if (!may_name_server(args[i])) continue;
        const auto part = is_path(args[i]) ? package_of(args[i]) : std::string_view{args[i]};
        if (const auto state = state_named_in(part); !state.empty()) return state;
    }
    return {};
}

} // namespace mcpgw
