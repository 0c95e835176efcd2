// SPDX-License-Identifier: Apache-2.0
#include "server/config/dialects/dialect.hpp"

#include "protocol/ascii.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>

namespace mcpgw {

namespace {

using enum time_unit;

constexpr std::array dialects{
    dialect{},
    dialect{"Claude Code", milliseconds, bare_dollar::text},
    dialect{"Claude Desktop"},
    dialect{"Cursor", unknown, bare_dollar::text},
    dialect{"VS Code", unknown, bare_dollar::text},
    dialect{"Windsurf"},
    dialect{"Zed", seconds, bare_dollar::text},
    dialect{"Cline", seconds},
    dialect{"Roo Code", seconds},
    dialect{"Kilo Code", seconds},
    dialect{"Continue", milliseconds, bare_dollar::text},
    dialect{
        .name = "Goose", .unit = seconds, .dollar = bare_dollar::variable, .is_empty_all = true},
    dialect{"Codex", seconds, bare_dollar::text},
    dialect{"Gemini CLI", milliseconds, bare_dollar::variable},
    dialect{
        .name = "opencode", .unit = milliseconds, .dollar = bare_dollar::text, .times_start = true},
    dialect{"Amp"},
    dialect{.name = "Crush", .unit = seconds, .dollar = bare_dollar::variable, .times_start = true},
    dialect{.name = "Warp", .has_templates = true},
    dialect{"LM Studio", milliseconds},
    dialect{"Cherry Studio", seconds},
    dialect{.name = "LibreChat", .unit = milliseconds, .has_templates = true},
    dialect{"Kiro", milliseconds},
    dialect{"Copilot CLI", milliseconds, bare_dollar::variable},
    dialect{.name = "1MCP", .unit = milliseconds, .has_templates = true},
    dialect{.name = "MCP Hub", .unit = milliseconds, .inherits_empty = true},
    dialect{"mcpproxy-go", seconds},
    dialect{"TBXark mcp-proxy", nanoseconds, bare_dollar::variable},
    dialect{.name = "Docker MCP catalog", .unit = seconds, .has_templates = true},
    dialect{"fast-agent", seconds},
    dialect{"OpenHands", seconds},
};

struct clue {
    std::string_view word; ///< of a path or a key
    std::string_view name;
};

/// Keys at the top of a file that only one program writes.
constexpr std::array top_keys{
    clue{"context_servers", "Zed"},         clue{"mcp_servers", "Codex"},
    clue{"amp.mcpServers", "Amp"},          clue{"mcpProxy", "TBXark mcp-proxy"},
    clue{"registry", "Docker MCP catalog"}, clue{"mcpTemplates", "1MCP"},
    clue{"stdio_servers", "OpenHands"},     clue{"sse_servers", "OpenHands"},
    clue{"shttp_servers", "OpenHands"},
};

/// Words of a path: of its file's name, or a folder's whole name.
constexpr std::array path_words{
    clue{"cline", "Cline"},
    clue{"claude-dev", "Cline"},
    clue{"kilo", "Kilo Code"},
    clue{"kilocode", "Kilo Code"},
    clue{"roo", "Roo Code"},
    clue{"gemini", "Gemini CLI"},
    clue{"qwen", "Gemini CLI"},
    clue{"cursor", "Cursor"},
    clue{"vscode", "VS Code"},
    clue{"devcontainer", "VS Code"},
    clue{"windsurf", "Windsurf"},
    clue{"codeium", "Windsurf"},
    clue{"zed", "Zed"},
    clue{"continue", "Continue"},
    clue{"goose", "Goose"},
    clue{"codex", "Codex"},
    clue{"opencode", "opencode"},
    clue{"crush", "Crush"},
    clue{"amp", "Amp"},
    clue{"warp", "Warp"},
    clue{"lmstudio", "LM Studio"},
    clue{"cherry", "Cherry Studio"},
    clue{"librechat", "LibreChat"},
    clue{"kiro", "Kiro"},
    clue{"amazonq", "Kiro"},
    clue{"copilot", "Copilot CLI"},
    clue{"1mcp", "1MCP"},
    clue{"mcphub", "MCP Hub"},
    clue{"mcpproxy", "mcpproxy-go"},
    clue{"fastagent", "fast-agent"},
};

/// Whole names of files, where their words say too little.
constexpr std::array file_names{
    clue{"claude_desktop_config.json", "Claude Desktop"},
    clue{".claude.json", "Claude Code"},
    clue{".mcp.json", "Claude Code"},
    clue{"mcp_settings.json", "Roo Code"},
    clue{"gemini-extension.json", "Gemini CLI"},
};

/// Keys of an entry that only one program, or one family of them, writes.
constexpr std::array entry_keys{
    clue{"isActive", "Cherry Studio"},
    clue{"httpUrl", "Gemini CLI"},
    clue{"includeTools", "Gemini CLI"},
    clue{"excludeTools", "Gemini CLI"},
    clue{"trust", "Gemini CLI"},
    clue{"start_on_launch", "Warp"},
    clue{"working_directory", "Warp"},
    clue{"serverInstructions", "LibreChat"},
    clue{"chatMenu", "LibreChat"},
    clue{"alwaysAllow", "Roo Code"},
    clue{"autoApprove", "Cline"},
    clue{"disabled_tools", "MCP Hub"},
    clue{"env_keys", "Goose"},
    clue{"quarantined", "mcpproxy-go"},
    clue{"read_timeout_seconds", "fast-agent"},
    clue{"stdio_servers", "OpenHands"},
    clue{"sse_servers", "OpenHands"},
    clue{"shttp_servers", "OpenHands"},
};

template <std::size_t Count>
std::string_view named_by(const std::array<clue, Count>& clues, std::string_view word) {
    const auto* const found = std::ranges::find(clues, word, &clue::word);
    return found == clues.end() ? std::string_view{} : found->name;
}

std::string_view named_by_words(std::string_view text) {
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of("._- "), text.size());
        if (const auto name = named_by(path_words, text.substr(0, end)); !name.empty()) return name;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return {};
}

/// Folders near the file say most: ~/.cursor/mcp.json within a folder that is called zed.
std::string_view named_by_path(std::string_view file) {
    const std::filesystem::path path{lower_case(file)};
    const auto name = path.filename().string();
    if (const auto known = named_by(file_names, name); !known.empty()) return known;
    if (const auto known = named_by_words(name); !known.empty()) return known;
    constexpr int folders_max = 4; // globalStorage/saoudrizwan.claude-dev/settings/FILE
    auto folder = path.parent_path();
    for (int i = 0; i < folders_max && folder.has_filename(); ++i) {
        auto word = folder.filename().string();
        if (const auto known = named_by(path_words, word); !known.empty()) return known;
        if (word.starts_with('.') || word.find('.') != std::string::npos)
            if (const auto known = named_by_words(word.substr(word.rfind('.') + 1)); !known.empty())
                return known;
        folder = folder.parent_path();
    }
    return {};
}

std::string_view named_by_entries(const config_node& node, std::size_t depth) {
    constexpr std::size_t depth_max = 3; // root, container, entry
    for (const auto& member : node.members) {
        if (const auto name = named_by(entry_keys, member.key); !name.empty() && depth > 0)
            return name;
        if (depth == depth_max || !member.value.is_object()) continue;
        if (const auto name = named_by_entries(member.value, depth + 1); !name.empty()) return name;
    }
    return {};
}

std::string_view named_by_top(const config_node& root) {
    for (const auto& member : root.members) {
        if (const auto name = named_by(top_keys, member.key); !name.empty()) return name;
        if (member.key != "$schema" || !member.value.is_string()) continue;
        for (const std::string_view word : {"opencode", "crush"})
            if (member.value.text.find(word) != std::string::npos)
                return named_by(path_words, word);
    }
    return {};
}

} // namespace

const dialect& dialect_named(std::string_view name) {
    const auto* const found = std::ranges::find(dialects, name, &dialect::name);
    return found == dialects.end() ? dialects.front() : *found;
}

const dialect& find_dialect(std::string_view file, const config_node& root) {
    auto name = named_by_top(root);
    if (name.empty()) name = named_by_path(file);
    if (name.empty()) name = named_by_entries(root, 0);
    return dialect_named(name);
}

} // namespace mcpgw
