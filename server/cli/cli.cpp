// SPDX-License-Identifier: Apache-2.0
#include "server/cli/cli.hpp"

#include "server/cli/admin_arguments.hpp"
#include "server/cli/cli_commands.hpp"
#include "server/cli/console.hpp"
#include "server/demo/demo_server.hpp"
#include "transports/log.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>
#include <sstream>

namespace mcpgw {

namespace {

constexpr const char* overview =
    "mcp-gateway: one endpoint in front of many MCP servers.\n\n"
    "Examples:\n"
    "  mcp-gateway serve                              HTTP on 127.0.0.1:8080 with a demo server\n"
    "  mcp-gateway serve --config gateway.toml        HTTP with your servers\n"
    "  mcp-gateway stdio --config gateway.toml        for an editor\n"
    "  mcp-gateway import ~/.cursor/mcp.json          take over an existing client configuration\n"
    "  mcp-gateway call demo echo '{\"message\":\"hi\"}'  call one tool\n\n"
    "Exit codes: 0 success; 1 what was asked for failed; 2 wrong arguments or configuration.\n";

/// What is laid over the files of a configuration.
void add_layers(CLI::App& command, cli_options& options) {
    command
        .add_option("--overlay", options.inputs.overlay,
                    "A file of your own, laid over everything else")
        ->type_name("FILE");
    command
        .add_option("--profile", options.inputs.profile,
                    "Lay [profiles.NAME] of the configuration over the rest (default: "
                    "$MCP_GATEWAY_PROFILE, else $ENVIRONMENT where there is such a profile)")
        ->type_name("NAME");
    command
        .add_option("--user", options.inputs.user,
                    "Whose [[overlays]] of the configuration count (default: your user's)")
        ->type_name("NAME");
}

/// Which configuration. `otherwise`: what is taken where none is named.
void add_inputs(CLI::App& command, cli_options& options, const std::string& otherwise) {
    command
        .add_option("-c,--config", options.inputs.files,
                    "Configuration: TOML, JSON or YAML, ours or a client's; given again: a further "
                    "file, laid over those before" +
                        otherwise)
        ->allow_extra_args(false)
        ->type_name("FILE");
    add_layers(command, options);
}

void add_config(CLI::App& command, cli_options& options) {
    add_inputs(command, options, " (default: a demo server)");
    command.add_flag("--strict", options.is_strict,
                     "Start nothing where one server of the configuration has errors; else the "
                     "others run, and that one is shown as failed");
    command
        .add_option("--log-level", options.log_level,
                    "How much to say on stderr: debug, info, warning, error or off")
        ->check(CLI::IsMember(
            std::vector<std::string>{word_list<log_level>.begin(), word_list<log_level>.end()}))
        ->type_name("LEVEL");
}

CLI::Option* add_abstracts(CLI::App& command, cli_options& options) {
    return command
        .add_option("--children-abstract", options.abstracts,
                    "JSON file with a text about each server, for mcp://children_servers")
        ->type_name("FILE");
}

void add_json(CLI::App& command, cli_options& options) {
    command.add_flag("--json", options.as_json, "Print JSON");
}

using runner = std::function<int()>;

void add_serving(CLI::App& app, cli_options& options, runner& run) {
    auto* const serve = app.add_subcommand("serve", "Serve MCP over HTTP");
    add_config(*serve, options);
    serve
        ->add_option("-l,--listen", options.listen,
                     "Address, for example 127.0.0.1:8080 or [::1]:8080; port 0: any free one")
        ->type_name("HOST:PORT");
    add_abstracts(*serve, options);
    serve->footer("Example: mcp-gateway serve --config gateway.toml --listen 127.0.0.1:9000");
    serve->callback([&] {
        run = [&] {
            return run_serve(options);
        };
    });

    auto* const stdio = app.add_subcommand("stdio", "Serve one client over stdin and stdout");
    add_config(*stdio, options);
    add_abstracts(*stdio, options);
    stdio
        ->add_option("--url", options.url,
                     "Start no servers; serve what the running gateway at this URL offers, for "
                     "example http://127.0.0.1:8080/mcp")
        ->type_name("URL");
    stdio
        ->add_option("--view", options.view,
                     "Show this view of the configuration alone ([[views]]), as /views/NAME/mcp "
                     "does")
        ->type_name("NAME");
    stdio->add_flag("--no-attach{false}", options.attaches,
                    "Start the servers even where a gateway on this machine (serve) runs on the "
                    "same configuration already; else that one is used");
    stdio->footer("Example client entry:\n  {\"mcpServers\": {\"gateway\": {\"command\": "
                  "\"mcp-gateway\",\n    \"args\": [\"stdio\", \"--config\", "
                  "\"/path/to/gateway.toml\"]}}}");
    stdio->callback([&] {
        run = [&] {
            return run_stdio(options);
        };
    });

    auto* const demo =
        app.add_subcommand("demo-server", "An MCP server over stdio to try things on");
    demo->callback([&] {
        run = [] {
            return run_demo_server();
        };
    });
}

void add_workflows(CLI::App& app, cli_options& options, runner& run) {
    auto* const flow =
        app.add_subcommand("workflow", "Show, draw or run a workflow of a configuration");
    flow->require_subcommand(1);
    const auto add = [&](const char* name, const char* what, int (*command)(const cli_options&)) {
        auto* const made = flow->add_subcommand(name, what);
        made->add_option("NAME", options.name, "Name of a workflow")->required()->type_name("");
        made->callback([&options, &run, command] {
            run = [&options, command] {
                return command(options);
            };
        });
        return made;
    };
    auto* const running = add("run", "Run it and print what it gives", run_workflow_run);
    running->add_option("PARAMETERS", options.arguments, "JSON object (default: {})")
        ->type_name("");
    add_config(*running, options);
    add_json(*running, options);
    auto* const showing = add("show", "Print its steps in their order", run_workflow_show);
    add_inputs(*showing, options, "");
    add_json(*showing, options);
    auto* const drawing = add("graph", "Print it as a flow chart (Mermaid)", run_workflow_graph);
    add_inputs(*drawing, options, "");
    flow->footer("Example: mcp-gateway workflow run report '{\"repo\": \"acme\"}' "
                 "--config gateway.toml");
}

void add_showing(CLI::App& app, cli_options& options, runner& run) {
    auto* const config = app.add_subcommand("config", "Look at a configuration");
    config->require_subcommand(1);
    auto* const show =
        config->add_subcommand("show", "Print what all files of a configuration say together");
    add_inputs(*show, options, "");
    show->add_flag("--origin", options.has_origins,
                   "Say of each value which file and line it is of");
    add_json(*show, options);
    config->footer(
        "Example: mcp-gateway config show --config team.toml --config mine.toml --origin");
    show->callback([&] {
        run = [&] {
            return run_show(options);
        };
    });
}

void add_configuring(CLI::App& app, cli_options& options, runner& run) {
    auto* const check =
        app.add_subcommand("check", "Check a configuration and its servers; report every problem");
    check
        ->add_option("FILE", options.inputs.files,
                     "The configuration; of several files each is laid over those before")
        ->required()
        ->type_name("");
    add_layers(*check, options);
    check->add_flag("--no-start", options.reads_only,
                    "Read the file only. Else its servers are started for a moment, to find those "
                    "that fail and names that collide");
    // The default, and so of no effect; spelled out in older scripts.
    check->add_flag("--start")->group("");
    check
        ->add_option("--diff", options.diff_files,
                     "Another configuration: say what changes, and when, for a gateway that runs "
                     "with it. Nothing is started. Given again: a further file of it")
        ->allow_extra_args(false)
        ->type_name("FILE");
    add_json(*check, options);
    check->footer("Exit codes: 0 no errors; 1 a server could not be started; 2 the file has errors."
                  "\nExample: mcp-gateway check gateway.toml");
    check->callback([&] {
        run = [&] {
            return options.diff_files.empty() ? run_check(options) : run_diff(options);
        };
    });

    // No variable may be called `import`: tools take it for the keyword.
    auto* const importing =
        app.add_subcommand("import", "Turn a client's configuration into one of the gateway");
    importing
        ->add_option("FILE", options.file,
                     "The client's file: .mcp.json, mcp.json, claude_desktop_config.json, "
                     "config.toml, config.yaml, … (default: says which ones there are)")
        ->type_name("");
    importing->add_flag("--all", options.takes_all,
                        "Take the servers of every client that is found");
    importing
        ->add_option(
            "-o,--output", options.output,
            "Where to write the configuration, and beside it .env with its secrets (default: "
            "printed, without them; never overwrites)")
        ->type_name("FILE");
    importing->footer("Example: mcp-gateway import ~/.cursor/mcp.json --output gateway.toml");
    importing->callback([&] {
        run = [&] {
            return run_import(options);
        };
    });

    auto* const schema = app.add_subcommand("schema", "Print the JSON Schema of the configuration");
    schema->footer("Example: mcp-gateway schema > mcp-gateway.schema.json");
    schema->callback([&] {
        run = [] {
            return run_schema();
        };
    });
}

void add_using(CLI::App& app, cli_options& options, runner& run) {
    auto* const tools = app.add_subcommand("tools", "List the tools of all servers, or of one");
    tools->add_option("CHILD", options.child, "Name of a server")->type_name("");
    add_config(*tools, options);
    add_json(*tools, options);
    tools->footer("Example: mcp-gateway tools demo");
    tools->callback([&] {
        run = [&] {
            return run_tools(options);
        };
    });

    auto* const call = app.add_subcommand("call", "Call one tool and print its result");
    call->add_option("CHILD", options.child, "Name of a server")->required()->type_name("");
    call->add_option("TOOL", options.tool, "Name of its tool")->required()->type_name("");
    call->add_option("ARGUMENTS", options.arguments, "JSON object (default: {})")->type_name("");
    add_config(*call, options);
    add_json(*call, options);
    call->footer("Example: mcp-gateway call demo add '{\"a\": 2, \"b\": 3}'");
    call->callback([&] {
        run = [&] {
            return run_call(options);
        };
    });

    auto* const status = app.add_subcommand(
        "status", "Show the state of a running gateway and its servers; with --config: start every "
                  "server of it and show its state");
    add_config(*status, options);
    add_json(*status, options);
    status
        ->add_option("--url", options.url,
                     "Of a running gateway, for example http://127.0.0.1:8080/mcp")
        ->type_name("URL");
    add_socket_option(*status, options);
    status->footer("Example: mcp-gateway status --url http://127.0.0.1:8080/mcp");
    status->callback([&] {
        run = [&] {
            return run_status(options);
        };
    });

    auto* const health = app.add_subcommand("health", "Ask a running gateway whether it is well");
    health->add_option("--url", options.url, "Default: http://127.0.0.1:8080/healthz")
        ->type_name("URL");
    health->footer("Example: mcp-gateway health --url http://127.0.0.1:8080/readyz");
    health->callback([&] {
        run = [&] {
            return run_health(options);
        };
    });
}

/// What the user gets to read about a command line that cannot be understood.
std::string explain_usage(const CLI::App* app, const CLI::Error& error) {
    std::string name = "mcp-gateway";
    for (const auto* const command : app->get_subcommands()) name += " " + command->get_name();
    std::string what = error.what();
    if (const auto unknown = app->remaining(true); !unknown.empty()) {
        const bool is_command = app->get_subcommands().empty() && !unknown.front().starts_with('-');
        what = is_command ? fmt::format("there is no command '{}'", unknown.front())
                          : fmt::format("not understood: {}", fmt::join(unknown, " "));
    }
    return fmt::format("mcp-gateway: {}\nTry '{} --help'.\n", what, name);
}

} // namespace

int run_cli(int argc, char** argv) {
    cli_options options;
    runner run;
    CLI::App app{overview};
    app.set_version_flag("--version", "mcp-gateway " MCPGW_VERSION);
    app.option_defaults()->always_capture_default(false);
    auto* const plain = app.add_option("--children-config", options.inputs.files,
                                       "Serve these servers over stdio (the plain form)");
    plain->allow_extra_args(false)->type_name("FILE");
    add_abstracts(app, options)->needs(plain);
    add_serving(app, options, run);
    add_configuring(app, options, run);
    add_showing(app, options, run);
    add_workflows(app, options, run);
    add_using(app, options, run);
    add_admin_commands(app, options, run);
    app.require_subcommand(0, 1);
    app.failure_message(explain_usage);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        std::ostringstream out;
        std::ostringstream err;
        const bool is_help = app.exit(e, out, err) == 0;
        write_output(out.view());
        write_error_output(err.view());
        return is_help ? exit_success : exit_usage;
    }
    if (run) return run();
    if (*plain) return run_stdio(options);
    say("{}", app.help());
    return exit_usage;
}

} // namespace mcpgw
