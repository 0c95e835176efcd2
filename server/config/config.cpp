// SPDX-License-Identifier: Apache-2.0
#include "server/config/config.hpp"

#include "server/config/config_reader.hpp"
#include "server/config/format/config_files.hpp"
#include "server/config/variables/env_file.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace mcpgw {

namespace {

std::string directory_of(const std::string& filename) {
    return std::filesystem::path{filename}.parent_path().string();
}

config_result parse_with(std::string_view text, config_format format, const std::string& filename,
                         const config_environment& environment) {
    problem_log problems{filename};
    config_result made;
    if (auto root = read_config_document(text, format, problems))
        made.value = read_configuration(*root, environment, directory_of(filename), problems);
    made.problems = problems.take_sorted();
    return made;
}

} // namespace

bool config_result::is_usable() const {
    return std::none_of(problems.begin(), problems.end(), [](const config_problem& problem) {
        return problem.level == config_problem::severity::error;
    });
}

bool config_result::is_servable() const {
    const bool is_good = std::none_of(problems.begin(), problems.end(), [](const auto& problem) {
        return problem.level == config_problem::severity::error && !problem.is_of_child;
    });
    return is_good && std::any_of(value.children.begin(), value.children.end(),
                                  [](const auto& c) { return c.is_enabled && c.defect.empty(); });
}

config_result load_config(const std::string& path, const environment_lookup& environment) {
    const auto text = read_text_file(path, config_bytes_max);
    if (!text) {
        config_result failed;
        std::error_code ec;
        const bool exists = std::filesystem::exists(path, ec);
        failed.problems.push_back({config_problem::severity::error, path, 0, "",
                                   exists ? "cannot be read as a file" : "does not exist", ""});
        return failed;
    }
    const auto env_path = (std::filesystem::path{directory_of(path)} / ".env").string();
    env_file variables;
    if (const auto env_text = read_text_file(env_path, config_bytes_max))
        variables = parse_env_file(*env_text);
    auto made = parse_with(*text, format_of(path, *text), path,
                           config_environment{environment, std::move(variables.values)});
    std::vector<config_problem> bad_lines;
    for (auto& bad : variables.bad_lines)
        bad_lines.push_back({config_problem::severity::warning, env_path, bad.line, "",
                             bad.message + "; the line is left out", ""});
    made.problems.insert(made.problems.begin(), bad_lines.begin(), bad_lines.end());
    return made;
}

config_result parse_config(std::string_view text, config_format format, const std::string& filename,
                           const environment_lookup& environment) {
    return parse_with(text, format, filename, config_environment{environment});
}

configuration embedded_default(const std::string& own_binary) {
    configuration made;
    made.gateway.expose = exposure::both; // a newcomer sees the demo's tools and the gateway's own
    made.gateway.abstracts.emplace("demo", "The gateway's built-in demo server: small tools to try "
                                           "calls, progress and questions with.");
    child_options demo;
    demo.name = "demo";
    demo.command = own_binary;
    demo.args = {"demo-server"};
    made.children.push_back(std::move(demo));
    return made;
}

} // namespace mcpgw
