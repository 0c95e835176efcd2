// SPDX-License-Identifier: Apache-2.0
#include "server/cli/admin_arguments.hpp"

#include <CLI/CLI.hpp>

namespace mcpgw {

namespace {

using command_function = int (*)(const cli_options& options);

class admin_commands {
public:
    admin_commands(cli_options& options, std::function<int()>& run)
        : options_(options), run_(run) {}

    void add_reload(CLI::App& app) const {
        auto& command = add(app, "reload",
                            "Let a running gateway read its configuration again; what has not "
                            "changed is not touched",
                            run_reload);
        command.add_flag("--dry-run", options_.is_dry_run,
                         "Say what would change, and when, and change nothing");
        command.footer("Exit codes: 0 it is in force; 1 no gateway was found; 2 the configuration "
                       "has errors, the old one stays.\nExample: mcp-gateway reload --dry-run");
    }

    void add_servers(CLI::App& app) const {
        auto* const group = app.add_subcommand("servers", "Look at the servers of a running "
                                                          "gateway, and change them");
        group->require_subcommand(1);
        add(*group, "list", "All servers and their states", run_servers_list);
        add_server(*group);
        add_named(*group, "remove", "Take a server out; files that you write stay as they are",
                  run_servers_remove);
        add_named(*group, "enable", "Offer a server again", run_servers_enable);
        add_named(*group, "disable", "Offer a server no more", run_servers_disable);
        add_named(*group, "restart", "End the processes of a server and start it again",
                  run_servers_restart);
        add_named(*group, "logs", "What a server has written to stderr, as far as it is kept",
                  run_servers_logs);
        group->footer("Example: mcp-gateway servers add time -- uvx mcp-server-time");
    }

    void add_flags(CLI::App& app) const {
        auto* const group =
            app.add_subcommand("flags", "Look at the feature flags of a running gateway, and "
                                        "change them");
        group->require_subcommand(1);
        add(*group, "list", "All flags; which of them are not as configured", run_flags_list);
        auto& setting = add_named(*group, "set",
                                  "Give a flag another value than the configuration, until unset",
                                  run_flags_set);
        setting.add_option("VALUE", options_.value, "true or false")->required()->type_name("");
        add_named(*group, "unset", "Give a flag the value of the configuration again",
                  run_flags_unset);
        group->footer("Example: mcp-gateway flags set enable_github false");
    }

    void add_views(CLI::App& app) const {
        add(app, "views", "List the views of a running gateway and their endpoints", run_views);
    }

private:
    CLI::App& add(CLI::App& parent, const char* name, const char* text,
                  command_function function) const {
        auto* const command = parent.add_subcommand(name, text);
        command
            ->add_option("-c,--config", options_.inputs.files,
                         "The gateway that runs on this configuration (default: the only one that "
                         "runs)")
            ->allow_extra_args(false)
            ->type_name("FILE");
        add_socket_option(*command, options_);
        command->add_flag("--json", options_.as_json, "Print JSON");
        command->callback([this_run = &run_, all = &options_, function] {
            *this_run = [all, function] {
                return function(*all);
            };
        });
        return *command;
    }

    CLI::App& add_named(CLI::App& parent, const char* name, const char* text,
                        command_function function) const {
        auto& command = add(parent, name, text, function);
        command.add_option("NAME", options_.name, "Its name")->required()->type_name("");
        return command;
    }

    void add_server(CLI::App& group) const {
        auto& command = add_named(group, "add",
                                  "Add a server, in conf.d/managed.toml beside the configuration; "
                                  "also where no gateway runs on --config",
                                  run_servers_add);
        command
            .add_option("COMMAND", options_.words,
                        "URL of the server, or after -- the command that starts it")
            ->required()
            ->type_name("");
        command.add_option("--env", options_.env, "A variable of its environment")
            ->type_name("NAME=VALUE")
            ->expected(1)
            ->take_all();
        command.add_option("--header", options_.headers, "A header of requests to its URL")
            ->type_name("NAME:VALUE")
            ->expected(1)
            ->take_all();
        command.footer("Examples:\n  mcp-gateway servers add time -- uvx mcp-server-time\n"
                       "  mcp-gateway servers add docs https://example.com/mcp");
    }

    cli_options& options_;
    std::function<int()>& run_;
};

} // namespace

void add_socket_option(CLI::App& command, cli_options& options) {
    command.add_option("--socket", options.socket, "The gateway whose admin interface is there")
        ->type_name("PATH");
}

void add_admin_commands(CLI::App& app, cli_options& options, std::function<int()>& run) {
    const admin_commands commands{options, run};
    commands.add_reload(app);
    commands.add_servers(app);
    commands.add_flags(app);
    commands.add_views(app);
}

} // namespace mcpgw
