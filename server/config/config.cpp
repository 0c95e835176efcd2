// SPDX-License-Identifier: Apache-2.0
#include "server/config/config.hpp"

#include "server/config/config_reader.hpp"
#include "server/config/layers/layered_document.hpp"

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

config_result read(layered_document& document) {
    config_result made;
    if (!document.has_failed()) {
        made.flags = read_flags(document.parts().flags, document.variables(), document.flags_set(),
                                document.problems());
        flag_values values;
        for (const auto& flag : made.flags) values.emplace(flag.name, flag.is_on);
        document.variables().set_flags(std::move(values));
        made.value = read_configuration(document.parts(), document.variables(), document.files(),
                                        document.problems());
    }
    made.problems = document.take_problems();
    made.files = document.files().list();
    made.profile = document.profile();
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

config_result load_config(const config_inputs& inputs, const environment_lookup& environment) {
    layered_document document{inputs, environment};
    return read(document);
}

config_result load_config(const std::string& path, const environment_lookup& environment) {
    return load_config(config_inputs{{path}}, environment);
}

config_result parse_config(std::string_view text, config_format format, const std::string& filename,
                           const environment_lookup& environment) {
    layered_document document{text, format, filename, environment};
    return read(document);
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
