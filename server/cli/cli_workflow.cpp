// SPDX-License-Identifier: Apache-2.0
// workflow: the workflows of a configuration, shown, drawn and run.
#include "server/cli/cli_commands.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "server/cli/cli.hpp"
#include "server/cli/console.hpp"
#include "server/config/config.hpp"
#include "server/config/format/pretty_json.hpp"
#include "server/serving/application.hpp"
#include "server/workflows/workflow_graph.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include <unistd.h>

namespace mcpgw {

namespace {

/// Where a running workflow's progress goes; nobody is asked.
class watched_sink final : public reply_sink {
public:
    void notify(std::string line) override {
        if (::isatty(STDERR_FILENO) != 1) return;
        const auto params = find_member(line, "params");
        const auto text = unquote_json(find_member(params, "message")).value_or("");
        say("{} of {}: {}\n", find_member(params, "progress"), find_member(params, "total"), text);
    }
    result<std::shared_ptr<question>> ask(std::string_view, std::string_view) override {
        return fault{errc::session_error, "nobody can be asked on a command line"};
    }
};

struct found_workflow {
    std::optional<config_result> loaded;
    std::shared_ptr<const workflow> flow; ///< null: it was said why
};

found_workflow find_workflow(const cli_options& options) {
    found_workflow found;
    found.loaded = load_for_command(options);
    if (!found.loaded) return found;
    std::string names;
    for (const auto& each : found.loaded->value.gateway.workflows.named) {
        if (each->name == options.name) found.flow = each;
        names += (names.empty() ? "" : ", ") + each->name;
    }
    if (!found.flow)
        say("mcp-gateway: there is no workflow '{}'; {}\n", options.name,
            names.empty() ? "the configuration has none ([[workflows]])" : "there are: " + names);
    return found;
}

void print_step(const workflow_step& step, std::string_view indent) {
    std::string what = step.workflow.empty() ? step.tool : "workflow " + step.workflow;
    if (!step.server.empty()) what = fmt::format("{}: {}", step.server, step.tool);
    if (step.ask) what = step.ask->method;
    print_out("{}{:<20} {}{}{}\n", indent, step.id, what, step.for_each ? ", for each" : "",
              step.when ? fmt::format(", when {}", step.when->text()) : "");
    for (const auto& each : step.fallback) print_step(each, std::string{indent} + "  else ");
}

task<> run_in(application& app, const cli_options& options, int& code) {
    client_request request;
    request.text = fmt::format(
        R"({{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":{},"arguments":{},)"
        R"("_meta":{{"progressToken":1}}}}}})",
        quote_json(options.name), minify_json(options.arguments));
    request.message = *scan_envelope(request.text);
    request.session = std::make_shared<client_session>(app.get_executor(), "shell", 1);
    abort_signal abort;
    request.abort = &abort;
    watched_sink sink;
    const auto reply = co_await app.front().handle(request, sink);
    const auto text = reply.text.str();
    const auto answer = find_member(text, "result");
    if (answer.empty()) {
        say("mcp-gateway: {}\n",
            unquote_json(find_member(find_member(text, "error"), "message")).value_or("error"));
        code = exit_failure;
        co_return;
    }
    const bool is_error = find_member(answer, "isError") == "true";
    if (is_error) code = exit_failure;
    if (options.as_json) {
        print_out("{}\n", answer);
        co_return;
    }
    element_reader blocks{find_member(answer, "content")};
    while (const auto block = blocks.next()) {
        const auto says = unquote_json(find_member(*block, "text")).value_or("");
        if (is_error)
            say("mcp-gateway: {}\n", says);
        else
            print_out("{}\n", says);
    }
}

} // namespace

int run_workflow_show(const cli_options& options) {
    const auto [loaded, flow] = find_workflow(options);
    if (!flow) return exit_usage;
    if (options.as_json) {
        print_out("{}\n", pretty_json(boost::json::value(flow->source)));
        return exit_success;
    }
    print_out("{}{}{}\n", flow->name, flow->description.empty() ? "" : ": ", flow->description);
    const auto sets = parallel_sets(flow->steps);
    for (std::size_t i = 0; i < sets.size(); ++i) {
        print_out("\n{}{}\n", i + 1, sets[i].size() > 1 ? ", at the same time" : "");
        for (const auto place : sets[i]) print_step(flow->steps[place], "  ");
    }
    if (!flow->on_abort.empty()) print_out("\nwhen it has failed\n");
    for (const auto& step : flow->on_abort) print_step(step, "  ");
    return exit_success;
}

int run_workflow_graph(const cli_options& options) {
    const auto [loaded, flow] = find_workflow(options);
    if (!flow) return exit_usage;
    print_out("{}", mermaid_of(*flow));
    return exit_success;
}

int run_workflow_run(const cli_options& options) {
    const auto checked = check_json(options.arguments);
    if (checked.has_error() || !is_json_object(options.arguments)) {
        say("mcp-gateway: PARAMETERS must be a JSON object, for example '{{\"n\": 3}}'\n");
        return exit_usage;
    }
    auto [loaded, flow] = find_workflow(options);
    if (!flow) return exit_usage;
    auto& config = loaded->value;
    if (options.log_level.empty()) config.log = log_level::error;
    int code = exit_success;
    application app{std::move(config), own_binary()};
    app.run_job(run_in(app, options, code));
    return code;
}

} // namespace mcpgw
