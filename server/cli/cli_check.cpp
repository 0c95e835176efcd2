// SPDX-License-Identifier: Apache-2.0
// check: what a configuration says, and what only its running servers can tell.
#include "server/cli/cli_commands.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "server/catalog/views.hpp"
#include "server/cli/cli.hpp"
#include "server/cli/console.hpp"
#include "server/config/config.hpp"
#include "server/config/keys/config_hint.hpp"
#include "server/gateway/gateway_tool_list.hpp"
#include "server/serving/application.hpp"
#include "server/workflows/workflow_check.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <unistd.h>

namespace mcpgw {

namespace json = boost::json;

namespace {

using severity = config_problem::severity;

/// What was found out about one configured server.
struct checked_server {
    std::string name;
    bool is_faulty = false;    ///< its configuration has errors of its own
    bool is_startable = false; ///< neither faulty nor disabled
    upstream_state state = upstream_state::not_started;
    std::size_t tools = 0;
    std::string error;                   ///< why it cannot run
    std::vector<std::string> last_words; ///< on stderr, of one that did not start
};

struct check_report {
    std::string file;
    std::vector<config_problem> problems; ///< of the file
    std::vector<config_problem> findings; ///< of the running servers
    std::vector<checked_server> servers;

    void add(severity level, std::string key, std::string message, std::string hint = {}) {
        findings.push_back({level, file, 0, std::move(key), std::move(message), std::move(hint)});
    }
    [[nodiscard]] std::size_t count(severity level) const {
        const auto is_of_level = [level](const auto& p) {
            return p.level == level;
        };
        return static_cast<std::size_t>(std::ranges::count_if(problems, is_of_level) +
                                        std::ranges::count_if(findings, is_of_level));
    }
    [[nodiscard]] std::size_t count(upstream_state state) const {
        return static_cast<std::size_t>(std::ranges::count(servers, state, &checked_server::state));
    }
    [[nodiscard]] bool has_faulty_file() const {
        return std::ranges::any_of(problems,
                                   [](const auto& p) { return p.level == severity::error; });
    }
    [[nodiscard]] int exit_code() const {
        if (has_faulty_file()) return exit_usage;
        return count(severity::error) == 0 ? exit_success : exit_failure;
    }
};

// ---- what running servers tell -----------------------------------------------------------------

bool is_watched() {
    return ::isatty(STDERR_FILENO) == 1;
}

task<> start_server(upstream& c, result<void>& outcome) {
    const auto begin = clock_type::now();
    if (is_watched()) say("starting '{}' ...\n", c.name());
    outcome = co_await c.life().ensure_running(begin + c.options().start_wait());
    const std::chrono::duration<double> took = clock_type::now() - begin;
    if (is_watched())
        say("'{}' {} after {:.1f} s\n", c.name(), outcome.has_error() ? "failed" : "runs",
            took.count());
}

void report_failure(check_report& report, const upstream& c, const fault& failure) {
    const std::chrono::duration<double> start_timeout = c.options().start_timeout;
    const bool is_late = failure.code == errc::call_timed_out;
    report.add(severity::error, fmt::format("children[{}]", c.name()),
               std::string{failure.message()},
               is_late ? fmt::format("start_timeout is {} s", start_timeout.count()) : "");
}

/// Resources keep their URIs, whatever the setting.
bool has_prefix(std::string_view kind) {
    return kind == "tool" || kind == "prompt";
}

void report_conflicts(check_report& report, const catalog& merged, exposure expose) {
    for (const auto& conflict : merged.conflicts()) {
        // With exposure::gateway each server is asked for its own; names are told all the same,
        // since whoever sets a prefix means them.
        if (expose == exposure::gateway && !has_prefix(conflict.kind)) continue;
        if (conflict.is_own) {
            report.add(severity::warning, has_prefix(conflict.kind) ? "gateway.prefix" : "children",
                       fmt::format("{} '{}' of server '{}' is called like one of the gateway's own",
                                   conflict.kind, conflict.key, fmt::join(conflict.others, "', '")),
                       conflict.outcome());
            continue;
        }
        report.add(severity::warning, has_prefix(conflict.kind) ? "gateway.prefix" : "children",
                   fmt::format("{} '{}' is offered by several servers: {}", conflict.kind,
                               conflict.key, fmt::join(conflict.others, ", ")),
                   conflict.kept.empty()
                       ? "all of them get the server's name as prefix"
                       : fmt::format("only the one of '{}' is reachable", conflict.kept));
    }
}

/// A view of which nobody sees anything is hardly meant.
void report_views(check_report& report, const registry& servers,
                  const std::vector<view_options>& list) {
    const views faces{list, servers, own_names()};
    for (const auto name : faces.list()) {
        const auto lists = faces.catalog_of(fmt::format("views/{}", name));
        const bool is_empty = std::ranges::all_of(
            all_lists, [&lists](list_kind kind) { return lists->size(kind) == 0; });
        if (is_empty)
            report.add(severity::warning, fmt::format("views[{}]", name),
                       "shows nothing of what the servers have now",
                       "tools and prompts are CHILD, the separator, and the name as it is shown");
    }
}

/// Tools that are not there, arguments that they do not take, annotations that promise too much.
void report_workflows(check_report& report, application& app,
                      const std::vector<std::shared_ptr<const workflow>>& list) {
    client_request anybody;
    anybody.text = std::string{R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})"};
    anybody.message = *scan_envelope(anybody.text);
    anybody.spoken = newest_modern;
    anybody.client_era = era::modern;
    const auto world = app.front().workflow_world_of(anybody);
    for (const auto& flow : list) {
        if (!flow->is_enabled) continue;
        for (const auto& [place, message, hint, is_warning] : check_workflow(*flow, world)) {
            auto known = flow->lines.find(place);
            for (auto outer = place; known == flow->lines.end() && !outer.empty();) {
                const auto cut = outer.find_last_of(".[");
                outer.resize(cut == std::string::npos ? 0 : cut);
                known = flow->lines.find(outer);
            }
            const auto line = known == flow->lines.end() ? 0 : line_in_file(known->second);
            report.findings.push_back(
                {is_warning ? severity::warning : severity::error, report.file, line,
                 fmt::format("workflows[{}].{}", flow->name, place), message, hint});
        }
    }
}

/// Where a server told its tools: a warning if `tool` is not among them.
void report_unknown_tool(check_report& report, const upstream& server, std::string_view tool,
                         std::string key) {
    const auto& tools = server.lists().tools;
    const bool is_silent = server.status().state != upstream_state::running;
    if (is_silent || !server.options().offered.admits(tool)) return;
    if (std::ranges::find(tools, tool, &list_item::own_name) != tools.end()) return;
    std::vector<std::string_view> names;
    for (const auto& one : tools) names.push_back(one.own_name());
    const auto meant = nearest_word(tool, names);
    report.add(severity::warning, std::move(key),
               fmt::format("server '{}' has no tool '{}'", server.name(), tool),
               meant.empty() ? "" : fmt::format("did you mean {}?", meant));
}

void report_fallbacks(check_report& report, const registry& servers,
                      const std::vector<fallback_target>& list, std::string_view tool,
                      const std::string& key) {
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto name = list[i].tool.empty() ? tool : std::string_view{list[i].tool};
        const auto server = servers.find(list[i].server);
        if (server == nullptr || name.empty()) continue; // any tool: of the same name
        report_unknown_tool(report, *server, name, fmt::format("{}.fallback[{}]", key, i));
    }
}

/// Names of tools in the configuration that only the servers know.
void report_tool_settings(check_report& report, const registry& servers) {
    for (const auto& server : servers.children()) {
        const auto& options = server->options();
        const auto key = fmt::format("children[{}]", server->name());
        report_fallbacks(report, servers, options.fallbacks, {}, key);
        for (const auto& [name, tool] : options.tools) {
            const auto tool_key = fmt::format("{}.tools.{}", key, name);
            // Else the remarks on its lists tell.
            if (tool.is_shown_as_it_is()) report_unknown_tool(report, *server, name, tool_key);
            if (tool.fallbacks) report_fallbacks(report, servers, *tool.fallbacks, name, tool_key);
        }
    }
}

/// Starts all servers at once, each within its own start_timeout, and takes down what they tell.
task<> ask_servers(application& app, const gateway_options& options, check_report& report) {
    const auto& children = app.upstreams().children();
    std::vector<result<void>> outcomes(children.size());
    task_group starts{app.get_executor(), children.size()};
    for (std::size_t i = 0; i < children.size(); ++i)
        starts.spawn(start_server(*children[i], outcomes[i]));
    co_await starts.wait_all();
    for (std::size_t i = 0; i < children.size(); ++i) {
        const auto& c = *children[i];
        auto status = c.status();
        auto& server = *std::ranges::find_if(report.servers, [&c](const checked_server& s) {
            return s.is_startable && s.name == c.name();
        });
        server.state = status.state;
        server.tools = c.lists().tools.size();
        const auto key = fmt::format("children[{}]", c.name());
        for (const auto& remark : c.lists().remarks)
            report.add(severity::warning, key, fmt::format("what it offers: {}", remark));
        if (!outcomes[i].has_error()) {
            if (!status.last_error.empty()) report.add(severity::warning, key, status.last_error);
            continue;
        }
        server.error = outcomes[i].error().message();
        server.last_words = std::move(status.stderr_lines);
        report_failure(report, c, outcomes[i].error());
    }
    report_tool_settings(report, app.upstreams());
    report_conflicts(report, *app.upstreams().catalogs().merged(), options.expose);
    report_views(report, app.upstreams(), options.views);
    report_workflows(report, app, options.workflows.named);
}

void start_and_ask(configuration config, check_report& report) {
    // What is wrong is told in order afterwards; a log in between would only say it twice.
    config.log = log_level::off;
    config.schema_cache.clear(); // what counts is what they say now
    for (const auto place : config.faulty_children) config.children[place].is_enabled = false;
    application app{config, own_binary()};
    app.run_job(ask_servers(app, config.gateway, report));
}

// ---- what the user reads -----------------------------------------------------------------------

json::array problems_json(const check_report& report) {
    json::array list;
    for (const auto* const some : {&report.problems, &report.findings})
        for (const auto& p : *some)
            list.push_back(
                json::object{{"severity", p.level == severity::error ? "error" : "warning"},
                             {"file", p.file},
                             {"line", p.line},
                             {"key", p.key},
                             {"message", p.message},
                             {"hint", p.hint}});
    return list;
}

void print_json(const check_report& report) {
    json::array servers;
    for (const auto& s : report.servers) {
        json::object server{{"name", s.name}, {"state", to_string(s.state)}, {"tools", s.tools}};
        if (!s.error.empty()) server["error"] = s.error;
        if (!s.last_words.empty())
            server["stderr_tail"] = json::array(s.last_words.begin(), s.last_words.end());
        servers.push_back(std::move(server));
    }
    print_out("{}\n", json::serialize(json::object{{"ok", report.exit_code() == exit_success},
                                                   {"problems", problems_json(report)},
                                                   {"servers", std::move(servers)}}));
}

std::string count_of(std::size_t number, std::string_view noun) {
    return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

void print_text(const check_report& report, bool has_started) {
    print_problems(report.problems);
    print_problems(report.findings);
    for (const auto& s : report.servers) {
        if (s.last_words.empty()) continue;
        say("\nWhat '{}' wrote to stderr last:\n", s.name);
        for (const auto& line : s.last_words) say("  | {}\n", line);
    }
    const auto errors = report.count(severity::error);
    const auto warnings = report.count(severity::warning);
    auto* const out = errors == 0 ? stdout : stderr;
    print_to(out, "{}{}: {} configured, {} started; {}{}\n", errors == 0 ? "" : "\n", report.file,
             count_of(report.servers.size(), "server"), report.count(upstream_state::running),
             errors == 0 ? "no errors" : count_of(errors, "error"),
             warnings == 0 ? "" : ", " + count_of(warnings, "warning"));
    if (!has_started)
        print_to(out, "Names that collide are found only without --no-start.\n");
    else if (std::ranges::any_of(report.servers, [](const auto& s) { return s.is_faulty; }))
        print_to(out, "Servers with errors of their own were not started; names of theirs that "
                      "collide are not found yet.\n");
}

} // namespace

int run_check(const cli_options& options) {
    auto loaded = load_config(options.inputs, process_environment());
    check_report report;
    report.file = file_list(options.inputs);
    report.problems = std::move(loaded.problems);
    auto& config = loaded.value;
    for (std::size_t i = 0; i < config.children.size(); ++i) {
        checked_server server;
        server.name = config.children[i].name;
        server.is_faulty =
            std::ranges::find(config.faulty_children, i) != config.faulty_children.end();
        server.is_startable = config.children[i].is_enabled && !server.is_faulty;
        server.error = config.children[i].defect;
        if (server.is_faulty) server.state = upstream_state::failed;
        report.servers.push_back(std::move(server));
    }
    if (!options.reads_only) {
        const auto startable = static_cast<std::size_t>(
            std::ranges::count(report.servers, true, &checked_server::is_startable));
        if (startable > 0 && is_watched()) say("Starting {} ...\n", count_of(startable, "server"));
        start_and_ask(std::move(config), report);
    }
    if (options.as_json)
        print_json(report);
    else
        print_text(report, !options.reads_only);
    return report.exit_code();
}

} // namespace mcpgw
