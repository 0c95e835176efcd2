// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.hpp"

#include "server/config/config.hpp"
#include "server/config/format/config_files.hpp"
#include "server/config/variables/env_file.hpp"
#include "server/import/config_import.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace mcpgw::test {

namespace {

/// Nothing is set, and no program is there.
std::optional<std::string> nothing(const std::string& /*name*/) {
    return std::nullopt;
}

std::string check_variables(const std::vector<import_variable>& variables) {
    for (const auto& variable : variables) {
        if (!variable.value) continue;
        const auto read = parse_env_file("K=" + quote_env_value(*variable.value) + "\n");
        if (read.values.size() != 1 || read.values.begin()->second != *variable.value)
            return "a value of the .env file is read as another one";
    }
    return {};
}

} // namespace

std::string check_config_invariants(std::string_view text) {
    const auto end = std::min(text.find('\n'), text.size());
    // Below a folder that is not there, so that nothing of the machine is looked at.
    const auto path = "/nowhere/" + std::string{text.substr(0, end)};
    const std::string body{text.substr(std::min(end + 1, text.size()))};

    const auto direct = parse_config(body, format_of(path, body), path, nothing);
    for (const auto& problem : direct.problems)
        if (problem.message.empty()) return "a problem without a message";

    const auto made =
        import_clients({{path, body}}, {"/opt/mcp-gateway", "/nowhere/gateway.toml"}, nothing);
    if (made.servers == 0) return made.is_usable() ? "nothing was imported, without a word" : "";
    if (!made.is_usable()) return "an import that has servers and errors";
    if (auto problem = check_variables(made.variables); !problem.empty()) return problem;
    const auto lookup = [&made](const std::string& name) -> std::optional<std::string> {
        const auto found = std::ranges::find(made.variables, name, &import_variable::name);
        if (found == made.variables.end()) return std::nullopt;
        return found->value.value_or("");
    };
    const auto written =
        parse_config(made.toml, config_format::toml, "/nowhere/gateway.toml", lookup);
    for (const auto& problem : written.problems)
        if (problem.level == config_problem::severity::error)
            return "what was imported has an error: " + problem.str();
    if (written.value.children.size() != made.servers) return "another number of children";
    return {};
}

} // namespace mcpgw::test
