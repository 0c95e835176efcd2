// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/layers/config_inputs.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mcpgw {

/// What the command line was parsed to. One struct for all commands; each reads its part.
struct cli_options {
    config_inputs inputs;                ///< --config; no files: the embedded default
    std::string abstracts;               ///< --children-abstract
    std::string listen;                  ///< --listen
    std::string log_level;               ///< --log-level
    std::string file;                    ///< positional FILE of import
    std::string output;                  ///< --output of import
    std::string child;                   ///< positional CHILD
    std::string tool;                    ///< positional TOOL
    std::string arguments = "{}";        ///< positional ARGUMENTS
    std::string url;                     ///< --url
    std::string view;                    ///< --view of stdio
    bool as_json = false;                ///< --json
    bool takes_all = false;              ///< import --all
    bool reads_only = false;             ///< check --no-start
    std::vector<std::string> diff_files; ///< check --diff
    bool has_origins = false;            ///< config show --origin
    bool is_strict = false;              ///< --strict
    bool attaches = true;                ///< stdio: false with --no-attach

    // Of those that talk to a running gateway:
    std::string socket;               ///< --socket
    bool is_dry_run = false;          ///< reload --dry-run
    std::string name;                 ///< positional NAME, of a server or a flag
    std::string value;                ///< positional VALUE of flags set
    std::vector<std::string> words;   ///< positional COMMAND or URL of servers add
    std::vector<std::string> env;     ///< --env NAME=VALUE of servers add
    std::vector<std::string> headers; ///< --header NAME:VALUE of servers add
};

/// The commands. Each returns an exit code (cli.hpp) and writes its result to stdout, everything
/// else to stderr.
int run_serve(const cli_options& options);
int run_stdio(const cli_options& options);
int run_check(const cli_options& options);
int run_diff(const cli_options& options);
int run_import(const cli_options& options);
int run_tools(const cli_options& options);
int run_call(const cli_options& options);
int run_workflow_run(const cli_options& options);
int run_workflow_show(const cli_options& options);
int run_workflow_graph(const cli_options& options);
int run_status(const cli_options& options);
int run_health(const cli_options& options);
int run_reload(const cli_options& options);
int run_servers_list(const cli_options& options);
int run_servers_add(const cli_options& options);
int run_servers_remove(const cli_options& options);
int run_servers_enable(const cli_options& options);
int run_servers_disable(const cli_options& options);
int run_servers_restart(const cli_options& options);
int run_servers_logs(const cli_options& options);
int run_flags_list(const cli_options& options);
int run_flags_set(const cli_options& options);
int run_flags_unset(const cli_options& options);
int run_views(const cli_options& options);
/// status, of the gateway that runs. Nothing: there is none to be asked.
std::optional<int> run_running_status(const cli_options& options);
int run_schema();
int run_show(const cli_options& options);

/// The files of a configuration as one text: "a.toml, b.toml".
std::string file_list(const config_inputs& inputs);

/// The directory of this user's gateways; empty: there is none.
std::string own_state_directory();

/// What those options name, and where its flags are kept.
config_inputs inputs_of(const cli_options& options);
/// Path of this program.
std::string own_binary();

struct config_problem;
/// To stderr, one line each.
void print_problems(const std::vector<config_problem>& problems);

struct config_result;
/// The configuration that the options name, and what is wrong with it.
config_result read_for_command(const cli_options& options);
/// The configuration that the options name; problems go to stderr. Nothing: it has errors, and too
/// many to serve the rest, or --strict.
std::optional<config_result> load_for_command(const cli_options& options);

} // namespace mcpgw
