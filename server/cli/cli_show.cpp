// SPDX-License-Identifier: Apache-2.0
// config show: what all files of a configuration say together.
#include "server/cli/cli_commands.hpp"

#include "server/cli/cli.hpp"
#include "server/cli/console.hpp"
#include "server/cli/shown_config.hpp"

#include <algorithm>

namespace mcpgw {

int run_show(const cli_options& options) {
    if (options.inputs.files.empty()) {
        say("mcp-gateway: which configuration? Name its files: --config FILE\n");
        return exit_usage;
    }
    layered_document document{options.inputs, process_environment()};
    const auto problems = document.take_problems();
    print_problems(problems);
    if (document.has_failed()) return exit_usage;
    const shown_config shown{document};
    if (options.as_json)
        print_out("{}\n", shown.json(options.has_origins));
    else
        print_out("{}", shown.toml(options.has_origins));
    const bool is_good = std::ranges::none_of(problems, [](const config_problem& problem) {
        return problem.level == config_problem::severity::error;
    });
    return is_good ? exit_success : exit_usage;
}

} // namespace mcpgw
