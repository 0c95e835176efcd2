// SPDX-License-Identifier: Apache-2.0
// check --diff: what a gateway would do with another configuration.
#include "server/cli/cli_commands.hpp"

#include "protocol/json/json_text.hpp"
#include "server/cli/cli.hpp"
#include "server/cli/console.hpp"
#include "server/config/config.hpp"
#include "server/config/config_plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

namespace mcpgw {

namespace {

/// `serve` runs with it: what is wrong, if anything, is wrong with some of its servers.
bool can_be_served(const config_result& read) {
    return read.is_usable() || read.is_servable();
}

/// --json of a file that cannot be compared: an object all the same.
std::string refusal_json(const std::vector<config_problem>& problems) {
    std::vector<std::string> texts;
    for (const auto& problem : problems) texts.push_back(quote_json(problem.str()));
    return fmt::format(R"({{"ok":false,"problems":[{}]}})", fmt::join(texts, ","));
}

} // namespace

int run_diff(const cli_options& options) {
    auto running = options.inputs;
    running.files = options.diff_files;
    const auto before = load_config(running, process_environment());
    const auto after = load_config(options.inputs, process_environment());
    for (const auto* const read : {&before, &after}) {
        if (can_be_served(*read)) continue;
        print_problems(read->problems);
        say("mcp-gateway: {} has errors: {}\n",
            file_list(read == &before ? running : options.inputs),
            read == &before ? "no gateway runs with it" : "it would not be put into force");
        if (options.as_json) print_out("{}\n", refusal_json(read->problems));
        return exit_usage;
    }
    const auto plan = plan_change(before.value, after.value);
    if (options.as_json) {
        print_out("{}\n", to_json(plan));
    } else {
        print_problems(after.problems);
        print_out("{}", plan.is_empty() ? "Nothing changes.\n" : describe(plan));
    }
    return after.is_usable() ? exit_success : exit_usage;
}

} // namespace mcpgw
