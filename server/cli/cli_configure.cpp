// SPDX-License-Identifier: Apache-2.0
// schema, and what every command has in common: loading a configuration.
#include "server/cli/cli_commands.hpp"

#include "server/cli/cli.hpp"
#include "server/cli/console.hpp"
#include "server/config/config.hpp"
#include "server/config/config_abstracts.hpp"
#include "server/config/format/used_files.hpp"
#include "server/config/sections/config_listen.hpp"
#include "server/serving/running_gateway.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace mcpgw {

namespace {

using severity = config_problem::severity;

config_problem command_line_problem(std::string key, std::string message) {
    config_problem problem;
    problem.file = "command line";
    problem.key = std::move(key);
    problem.message = std::move(message);
    return problem;
}

void apply_options(const cli_options& options, configuration& config,
                   std::vector<config_problem>& problems) {
    if (!options.abstracts.empty())
        for (auto& [name, text] : load_abstracts(options.abstracts, problems))
            config.gateway.abstracts.insert_or_assign(name, std::move(text));
    config.log = enum_of<log_level>(options.log_level).value_or(config.log);
    if (options.listen.empty()) return;
    const auto address = parse_listen(options.listen);
    if (address.has_error()) {
        auto problem = command_line_problem("--listen", std::string{address.error().message()});
        problem.hint = "for example 127.0.0.1:8080 or [::1]:8080";
        problems.push_back(std::move(problem));
        return;
    }
    config.http.address = address->address;
    config.http.port = address->port;
    if (address->is_loopback()) return;
    auto problem = command_line_problem("--listen", std::string{open_address_warning()});
    problem.level = severity::warning;
    problem.hint = open_address_hint();
    problems.push_back(std::move(problem));
}

} // namespace

std::string file_list(const config_inputs& inputs) {
    return fmt::format("{}", fmt::join(inputs.files, ", "));
}

config_inputs inputs_of(const cli_options& options) {
    const auto variable = process_environment();
    auto inputs = options.inputs;
    inputs.flags_file =
        flags_path(inputs, variable("XDG_STATE_HOME").value_or(""), variable("HOME").value_or(""));
    return inputs;
}

void print_problems(const std::vector<config_problem>& problems) {
    for (const auto& problem : problems)
        say("{}: {}\n", problem.level == severity::error ? "error" : "warning", problem.str());
}

config_result read_for_command(const cli_options& options) {
    config_result loaded;
    const auto& overlay = options.inputs.overlay;
    const bool has_files = !options.inputs.files.empty();
    if (!has_files && overlay.empty() && options.inputs.profile.empty())
        loaded.value = embedded_default(own_binary());
    else if (!has_files)
        loaded.problems.push_back(command_line_problem(overlay.empty() ? "--profile" : "--overlay",
                                                       "needs a configuration: --config FILE"));
    else
        loaded = load_config(inputs_of(options), process_environment());
    apply_options(options, loaded.value, loaded.problems);
    if (!options.abstracts.empty()) { // one of the files, too
        loaded.files.push_back(path_beside("", options.abstracts));
        std::ranges::sort(loaded.files);
    }
    allow_own_address({loaded.value.http.address, loaded.value.http.port},
                      loaded.value.http.access.hosts_allowed);
    return loaded;
}

std::optional<config_result> load_for_command(const cli_options& options) {
    auto loaded = read_for_command(options);
    print_problems(loaded.problems);
    const bool is_servable = loaded.is_usable() || (!options.is_strict && loaded.is_servable());
    if (!is_servable)
        say("mcp-gateway: the configuration has errors; nothing was started\n");
    else if (!loaded.is_usable())
        say("mcp-gateway: the servers with errors are shown as failed, the others run "
            "(--strict: nothing is started)\n");
    if (!is_servable) return std::nullopt;
    return loaded;
}

int run_schema() {
    print_out("{}\n", config_schema());
    return exit_success;
}

} // namespace mcpgw
