// SPDX-License-Identifier: Apache-2.0
#include "server/import/known_places.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace mcpgw {

namespace {

struct row {
    std::string_view program;
    std::string_view path; ///< below the folder of its kind
};

/// Below the user's home.
constexpr std::array of_home{
    row{"Claude Code", ".claude.json"},
    row{"Cursor", ".cursor/mcp.json"},
    row{"Windsurf", ".codeium/windsurf/mcp_config.json"},
    row{"Cline", ".cline/data/settings/cline_mcp_settings.json"},
    row{"Codex", ".codex/config.toml"},
    row{"Gemini CLI", ".gemini/settings.json"},
    row{"Qwen Code", ".qwen/settings.json"},
    row{"Continue", ".continue/config.yaml"},
    row{"LM Studio", ".lmstudio/mcp.json"},
    row{"Kiro", ".kiro/settings/mcp.json"},
    row{"Amazon Q", ".aws/amazonq/mcp.json"},
    row{"Copilot CLI", ".copilot/mcp-config.json"},
    row{"mcpproxy-go", ".mcpproxy/mcp_config.json"},
    row{"Docker MCP catalog", ".docker/mcp/catalogs/docker-mcp.yaml"},
};

/// Below ~/.config, on every system.
constexpr std::array of_config{
    row{"Goose", "goose/config.yaml"},
    row{"opencode", "opencode/opencode.json"},
    row{"opencode", "opencode/opencode.jsonc"},
    row{"Crush", "crush/crush.json"},
    row{"Amp", "amp/settings.json"},
    row{"Zed", "zed/settings.json"},
    row{"1MCP", "1mcp/mcp.json"},
    row{"MCP Hub", "mcphub/servers.json"},
};

/// Below ~/.config on Linux, ~/Library/Application Support on macOS.
constexpr std::array of_system{
    row{"Claude Desktop", "Claude/claude_desktop_config.json"},
    row{"VS Code", "Code/User/mcp.json"},
    row{"VS Code", "Code/User/settings.json"},
    row{"VS Code Insiders", "Code - Insiders/User/mcp.json"},
    row{"VSCodium", "VSCodium/User/mcp.json"},
    row{"Cline", "Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json"},
    row{"Roo Code",
        "Code/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json"},
    row{"Kilo Code", "Code/User/globalStorage/kilocode.kilo-code/settings/mcp_settings.json"},
};

/// Below the current folder.
constexpr std::array of_project{
    row{"Claude Code", ".mcp.json"},
    row{"Cursor", ".cursor/mcp.json"},
    row{"VS Code", ".vscode/mcp.json"},
    row{"VS Code", ".devcontainer/devcontainer.json"},
    row{"Roo Code", ".roo/mcp.json"},
    row{"Kilo Code", ".kilocode/mcp.json"},
    row{"Codex", ".codex/config.toml"},
    row{"Gemini CLI", ".gemini/settings.json"},
    row{"Kiro", ".kiro/settings/mcp.json"},
    row{"opencode", "opencode.json"},
    row{"opencode", "opencode.jsonc"},
    row{"Crush", ".crush.json"},
    row{"Crush", "crush.json"},
    row{"Zed", ".zed/settings.json"},
    row{"Amp", ".amp/settings.json"},
    row{"LibreChat", "librechat.yaml"},
};

template <std::size_t Count>
void add(std::vector<known_place>& places, const std::string& folder,
         const std::array<row, Count>& rows) {
    if (folder.empty()) return;
    for (const auto& [program, path] : rows) {
        auto full = folder + '/' + std::string{path};
        const auto is_same = [&full](const known_place& place) {
            return place.path == full;
        };
        if (std::none_of(places.begin(), places.end(), is_same))
            places.push_back({std::string{program}, std::move(full)});
    }
}

} // namespace

std::vector<known_place> known_places(const environment_lookup& environment,
                                      const std::string& directory) {
    std::vector<known_place> places;
    add(places, directory, of_project);
    const auto home = environment("HOME").value_or("");
    if (home.empty()) return places;
    const auto config = environment("XDG_CONFIG_HOME").value_or("");
    add(places, home, of_home);
    add(places, config.empty() ? home + "/.config" : config, of_config);
    add(places, config.empty() ? home + "/.config" : config, of_system);
    add(places, home + "/Library/Application Support", of_system);
    return places;
}

} // namespace mcpgw
