// SPDX-License-Identifier: Apache-2.0
// check --diff: what a gateway would do with another configuration.
#include "server/cli/cli_commands.hpp"

#include "server/cli/cli.hpp"
#include "server/cli/console.hpp"
#include "server/config/config.hpp"
#include "server/config/config_plan.hpp"

#include <algorithm>

namespace mcpgw {

int run_diff(const cli_options& options) {
    const auto before = load_config(options.diff_file, process_environment());
    const auto after = load_config(options.file, process_environment());
    if (!before.is_servable() || !after.is_servable()) {
        print_problems(before.problems);
        print_problems(after.problems);
        say("mcp-gateway: {} has errors; it would not be put into force\n",
            after.is_servable() ? options.diff_file : options.file);
        return exit_usage;
    }
    const auto plan = plan_change(before.value, after.value);
    if (options.as_json) {
        print_out("{}\n", to_json(plan));
        return exit_success;
    }
    print_problems(after.problems);
    if (plan.is_empty())
        print_out("Nothing changes.\n");
    else
        print_out("{}", describe(plan));
    return exit_success;
}

} // namespace mcpgw
