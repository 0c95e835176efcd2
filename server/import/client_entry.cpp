// SPDX-License-Identifier: Apache-2.0
#include "server/import/client_entry.hpp"

#include "protocol/json/json_text.hpp"
#include "server/config/format/toml_text.hpp"

#include <fmt/format.h>

namespace mcpgw {

namespace {

/// {"KEY": {"mcp-gateway": {FIRST "command": ..., "args": [...]}}}
std::string json_entry(std::string_view key, std::string_view first, const std::string& command,
                       const std::string& config) {
    return fmt::format("{{\n"
                       "  \"{}\": {{\n"
                       "    \"mcp-gateway\": {{\n"
                       "{}"
                       "      \"command\": {},\n"
                       "      \"args\": [\"stdio\", \"--config\", {}]\n"
                       "    }}\n"
                       "  }}\n"
                       "}}\n",
                       key, first, quote_json(command), quote_json(config));
}

} // namespace

client_entry make_client_entry(config_origin origin, const std::string& command,
                               const std::string& config) {
    switch (origin) {
    case config_origin::codex:
        return {fmt::format("[mcp_servers.mcp-gateway]\n"
                            "command = {}\n"
                            "args = [\"stdio\", \"--config\", {}]\n",
                            quote_toml(command), quote_toml(config)),
                true};
    case config_origin::vscode:
        return {json_entry("servers", "      \"type\": \"stdio\",\n", command, config)};
    case config_origin::zed:
        return {json_entry("context_servers", "", command, config)};
    case config_origin::amp:
        return {json_entry("amp.mcpServers", "", command, config)};
    case config_origin::opencode:
        return {fmt::format("{{\n"
                            "  \"mcp\": {{\n"
                            "    \"mcp-gateway\": {{\n"
                            "      \"type\": \"local\",\n"
                            "      \"command\": [{}, \"stdio\", \"--config\", {}]\n"
                            "    }}\n"
                            "  }}\n"
                            "}}\n",
                            quote_json(command), quote_json(config))};
    case config_origin::goose:
        return {fmt::format("extensions:\n"
                            "  mcp-gateway:\n"
                            "    type: stdio\n"
                            "    enabled: true\n"
                            "    name: mcp-gateway\n"
                            "    cmd: {}\n"
                            "    args: [stdio, --config, {}]\n",
                            quote_json(command), quote_json(config))};
    case config_origin::ours:
    case config_origin::child_list:
    case config_origin::mcp_servers:
    case config_origin::bare:
        break;
    }
    return {json_entry("mcpServers", "", command, config)};
}

} // namespace mcpgw
