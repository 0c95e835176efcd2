// SPDX-License-Identifier: Apache-2.0
#include "server/config/config.hpp"

#include "server/config/config_reader.hpp"
#include "server/config/format/config_files.hpp"
#include "server/config/layers/layer_merge.hpp"
#include "server/config/layers/layer_reader.hpp"
#include "server/config/variables/env_file.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace mcpgw {

namespace {

/// The `.env` files beside the others, as one.
std::map<std::string, std::string> read_variables(const std::vector<std::string>& beside,
                                                  used_files& files,
                                                  std::vector<config_problem>& bad_lines) {
    std::map<std::string, std::string> values;
    std::set<std::string> paths;
    for (const auto& file : beside) {
        const auto path = (std::filesystem::path{file}.parent_path() / ".env").string();
        if (!paths.insert(path).second) continue;
        files.add(path);
        auto variables = parse_env_file(read_text_file(path, config_bytes_max).value_or(""));
        for (auto& [name, value] : variables.values)
            values.insert_or_assign(name, std::move(value));
        for (auto& bad : variables.bad_lines)
            bad_lines.push_back({config_problem::severity::warning, path, bad.line, "",
                                 bad.message + "; the line is left out", ""});
    }
    return values;
}

/// The layers as one. In several, a child's place in its list says nothing: its name does.
config_parts merge(std::deque<config_node>& layers, problem_log& problems) {
    const auto naming = layers.size() > 1 ? child_paths::by_name : child_paths::by_place;
    config_parts merged;
    for (auto& layer : layers) {
        auto parts = find_config_parts(layer, problems, naming);
        if (&layer == &layers.front())
            merged = std::move(parts);
        else
            lay_over(merged, std::move(parts));
    }
    return merged;
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

config_result load_config(const config_inputs& inputs, const environment_lookup& environment) {
    used_files files;
    problem_log problems{inputs.files.empty() ? "" : inputs.files.front()};
    config_result made;
    const config_environment variables{environment,
                                       read_variables(inputs.files, files, made.problems)};
    layer_reader reader{files, problems};
    for (const auto& file : inputs.files) reader.add(file);
    if (!reader.has_failed()) {
        auto layers = reader.take();
        auto parts = merge(layers, problems);
        made.value = read_configuration(parts, variables, files, problems);
    }
    std::ranges::move(problems.take_sorted(), std::back_inserter(made.problems));
    made.files = files.list();
    return made;
}

config_result load_config(const std::string& path, const environment_lookup& environment) {
    return load_config(config_inputs{{path}}, environment);
}

config_result parse_config(std::string_view text, config_format format, const std::string& filename,
                           const environment_lookup& environment) {
    problem_log problems{filename};
    config_result made;
    used_files files;
    if (auto root = read_config_document(text, format, problems)) {
        auto parts = find_config_parts(*root, problems);
        made.value = read_configuration(parts, config_environment{environment}, files, problems);
    }
    made.problems = problems.take_sorted();
    made.files = files.list();
    return made;
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
