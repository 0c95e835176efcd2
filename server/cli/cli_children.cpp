// SPDX-License-Identifier: Apache-2.0
// tools, call, status: the commands that use the configured servers from the shell.
#include "server/cli/cli_commands.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "server/cli/cli.hpp"
#include "server/cli/console.hpp"
#include "server/cli/http_probe.hpp"
#include "server/cli/status_table.hpp"
#include "server/config/config.hpp"
#include "server/gateway/gateway_tools.hpp"
#include "server/gateway/server_status.hpp"
#include "server/gateway/shown_tool.hpp"
#include "server/serving/application.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <vector>

#include <unistd.h>

namespace mcpgw {

namespace json = boost::json;

namespace {

/// Shows progress of a call on stderr; a person at a shell prompt cannot be asked questions.
class shell_sink final : public reply_sink {
public:
    void notify(std::string line) override {
        const auto params = find_member(line, "params");
        const auto message = unquote_json(find_member(params, "message"));
        const auto progress = find_member(params, "progress");
        if (!progress.empty()) say("progress {} {}\n", progress, message.value_or(""));
    }
    result<std::shared_ptr<question>> ask(std::string_view method, std::string_view) override {
        return fault{errc::session_error,
                     fmt::format("{} is not possible from the command line", method)};
    }
};

struct job_result {
    int code = exit_success;
};

upstream_ref find_child(application& app, const std::string& name, job_result& outcome) {
    if (const auto found = app.upstreams().find(name)) return found;
    std::vector<std::string_view> known;
    for (const auto& c : app.upstreams().children()) known.push_back(c->name());
    say("mcp-gateway: there is no server '{}' in this configuration; it has: {}\n", name,
        known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", ")));
    outcome.code = exit_usage;
    return nullptr;
}

/// A person waits: for whom, and for how long already, is seen on a terminal.
void tell_start(const upstream& c) {
    const bool is_watched = ::isatty(STDERR_FILENO) == 1;
    if (is_watched && c.options().defect.empty() && c.state() != upstream_state::running)
        say("starting '{}' ...\n", c.name());
}

task<bool> start_child(upstream& c, job_result& outcome) {
    tell_start(c);
    const auto ready =
        co_await c.life().ensure_running(clock_type::now() + c.options().start_wait());
    if (!ready.has_error()) co_return true;
    say("mcp-gateway: {}: {}\n", describe(ready.error().code).name, ready.error().message());
    outcome.code = exit_failure;
    co_return false;
}

std::string first_line(std::string_view raw_description) {
    auto text = unquote_json(raw_description).value_or("");
    text = text.substr(0, text.find('\n'));
    constexpr std::size_t shown_max = 100;
    if (text.size() <= shown_max) return text;
    return text.substr(0, utf8_prefix(text, shown_max)) + "…";
}

task<> list_tools(application& app, const cli_options& options, job_result& outcome) {
    for (const auto& c : app.upstreams().children())
        if (options.child.empty() || options.child == c->name()) c->life().keep_running();
    if (!options.child.empty() && find_child(app, options.child, outcome) == nullptr) co_return;
    std::string all;
    for (const auto& c : app.upstreams().children()) {
        if (!options.child.empty() && options.child != c->name()) continue;
        const bool is_ready = co_await start_child(*c, outcome);
        if (!is_ready) continue;
        for (const auto& tool : c->lists().tools) {
            if (options.as_json) {
                all += fmt::format(R"({}{{"server":{},"tool":{}}})", all.empty() ? "" : ",\n ",
                                   quote_json(c->name()), tool.json);
            } else {
                print_out("{:<20} {:<28} {}\n", c->name(), tool.key,
                          first_line(find_member(tool.json, "description")));
            }
        }
    }
    if (options.as_json) print_out("[{}]\n", all);
}

void print_content(std::string_view result_json) {
    element_reader blocks{find_member(result_json, "content")};
    while (const auto block = blocks.next()) {
        const auto type = unquote_json(find_member(*block, "type")).value_or("");
        if (type == "text") {
            const auto text = unquote_json(find_member(*block, "text")).value_or("");
            print_out("{}{}", text, text.ends_with('\n') ? "" : "\n");
        } else {
            const auto mime = unquote_json(find_member(*block, "mimeType")).value_or("");
            print_out("[{} {}; use --json to see it]\n", type, mime);
        }
    }
}

task<> call_tool(application& app, const cli_options& options, job_result& outcome) {
    const auto c = find_child(app, options.child, outcome);
    if (c == nullptr) co_return;
    const bool is_ready = co_await start_child(*c, outcome);
    if (!is_ready) co_return;
    client_request request;
    request.text = fmt::format(R"({{"jsonrpc":"2.0","id":1,"method":"tools/call","params":)"
                               R"({{"_meta":{{"progressToken":1}}}}}})");
    request.message = *scan_envelope(request.text);
    request.session = std::make_shared<client_session>(app.get_executor(), "shell", 1);
    abort_signal abort;
    request.abort = &abort;
    forward_request order;
    order.upstream = options.child;
    order.method = method::tools_call;
    const auto tool = shown_tool::find(*c, options.tool);
    if (tool.own_name.empty()) {
        say("mcp-gateway: server '{}' has no tool '{}'\n", options.child, options.tool);
        outcome.code = exit_failure;
        co_return;
    }
    order.tool = tool.own_name;
    auto members = tool.members(minify_json(options.arguments));
    if (members.has_error()) {
        say("mcp-gateway: {}\n", members.error().message());
        outcome.code = exit_failure;
        co_return;
    }
    order.members = std::move(*members);
    auto& calls = app.calls();
    shell_sink sink;
    const auto answer = co_await calls.send(order, request, sink);
    if (answer.has_error()) {
        say("mcp-gateway: {}: {}\n", describe(answer.error().code).name, answer.error().message());
        outcome.code = exit_failure;
        co_return;
    }
    const auto text = answer->text.str();
    const bool is_error = answer->is_error || find_member(text, "isError") == "true";
    if (is_error) outcome.code = exit_failure;
    if (options.as_json)
        print_out("{}\n", answer->is_error ? fmt::format(R"({{"error":{}}})", text) : text);
    else if (answer->is_error)
        say("mcp-gateway: server '{}': {}\n", options.child,
            unquote_json(find_member(text, "message")).value_or("error"));
    else
        print_content(text);
    if (is_error && !answer->is_error)
        say("mcp-gateway: the tool '{}' reported an error\n", options.tool);
}

void print_statuses(const json::array& list, bool as_json) {
    if (as_json) {
        print_out("{}\n", json::serialize(list));
        return;
    }
    print_out("{}", status_table(list));
}

task<> show_status(application& app, const cli_options& options, job_result& outcome) {
    for (const auto& c : app.upstreams().children()) c->life().keep_running();
    json::array list;
    for (const auto& c : app.upstreams().children()) {
        tell_start(*c);
        const auto ready =
            co_await c->life().ensure_running(clock_type::now() + c->options().start_wait());
        if (ready.has_error()) outcome.code = exit_failure;
        list.push_back(status_of_server(*c));
    }
    print_statuses(list, options.as_json);
}

/// structuredContent of one of the running gateway's own tools.
result<json::object> ask_gateway(const std::string& url, std::string_view tool,
                                 const json::object& arguments) {
    json::object meta{{meta_key::protocol_version, to_string(newest_modern)},
                      {meta_key::client_capabilities, json::object{}}};
    json::object message{
        {"jsonrpc", "2.0"},
        {"id", 1},
        {"method", method::tools_call},
        {"params",
         json::object{{"name", tool}, {"arguments", arguments}, {"_meta", std::move(meta)}}}};
    const auto answer = probe_http("POST", url,
                                   {{"Content-Type", "application/json"},
                                    {"Accept", "application/json, text/event-stream"},
                                    {"MCP-Protocol-Version", std::string{to_string(newest_modern)}},
                                    {"Mcp-Method", std::string{method::tools_call}},
                                    {"Mcp-Name", std::string{tool}}},
                                   json::serialize(message));
    if (answer.has_error()) return answer.error();
    if (answer->status == 404 || answer->status == 405)
        return fault{errc::server_failed,
                     fmt::format("there is no MCP endpoint at {}; is the path /mcp?", url)};
    boost::system::error_code ec;
    const auto value = json::parse(answer->body, ec);
    const auto* const content = ec ? nullptr : value.find_pointer("/result/structuredContent", ec);
    if (content == nullptr || !content->is_object())
        return fault{
            errc::server_failed,
            "the gateway did not tell its status: /status is for its own machine alone, and from "
            "elsewhere it must run with expose = \"gateway\" or \"both\""};
    return content->as_object();
}

/// What the running gateway tells this machine of its servers. Nothing: it does not, being of an
/// older version or behind a proxy.
result<std::optional<json::array>> read_status(const std::string& url) {
    const auto path = url.find('/', std::min(url.find("://"), url.size() - 1) + 3);
    const auto answer = probe_http("GET", url.substr(0, path) + "/status", {}, {});
    if (answer.has_error()) return answer.error();
    boost::system::error_code ec;
    const auto value = json::parse(answer->body, ec);
    const auto* const list =
        ec || answer->status != 200 ? nullptr : value.find_pointer("/children", ec);
    if (list == nullptr || !list->is_array()) return std::optional<json::array>{};
    return std::optional{list->as_array()};
}

/// The same through its tools.
result<json::array> ask_for_status(const std::string& url) {
    const auto listed = ask_gateway(url, "list_registered_children", {});
    if (listed.has_error()) return listed.error();
    json::array list;
    for (const auto& entry : listed->at("children").as_array()) {
        const auto status =
            ask_gateway(url, "get_child_status", {{"server_id", entry.at("server_id")}});
        if (status.has_error()) return status.error();
        list.push_back(*status);
    }
    return list;
}

int show_remote_status(const cli_options& options) {
    const auto fail = [](const fault& f) {
        say("mcp-gateway: {}\n", f.message());
        return f.code == errc::bad_http_request ? exit_usage : exit_failure;
    };
    const auto told = read_status(options.url);
    if (told.has_error()) return fail(told.error());
    const auto list = *told ? result<json::array>{**told} : ask_for_status(options.url);
    if (list.has_error()) return fail(list.error());
    print_statuses(*list, options.as_json);
    const bool is_well = std::ranges::none_of(
        *list, [](const auto& status) { return status.at("status") == "failed"; });
    return is_well ? exit_success : exit_failure;
}

using job = task<> (*)(application&, const cli_options&, job_result&);

int run_with_children(const cli_options& options, job work) {
    auto loaded = load_for_command(options);
    if (!loaded) return exit_usage;
    auto& config = loaded->value;
    if (options.log_level.empty()) config.log = log_level::error;
    config.schema_cache.clear(); // what counts is what they say now
    job_result outcome;
    application app{std::move(config), own_binary()};
    app.run_job(work(app, options, outcome));
    return outcome.code;
}

} // namespace

int run_tools(const cli_options& options) {
    return run_with_children(options, list_tools);
}

int run_call(const cli_options& options) {
    const auto checked = check_json(options.arguments);
    if (checked.has_error() || !is_json_object(options.arguments)) {
        say("mcp-gateway: ARGUMENTS must be a JSON object, for example "
            "'{{\"message\": \"hi\"}}'{}\n",
            checked.has_error() ? fmt::format("; {}", checked.error().message()) : "");
        return exit_usage;
    }
    return run_with_children(options, call_tool);
}

int run_status(const cli_options& options) {
    if (!options.url.empty()) return show_remote_status(options);
    if (const auto code = run_running_status(options)) return *code;
    return run_with_children(options, show_status);
}

} // namespace mcpgw
