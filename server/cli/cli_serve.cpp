// SPDX-License-Identifier: Apache-2.0
// serve, stdio, health: the commands that run a gateway or look at one.
#include "server/cli/cli_commands.hpp"

#include "protocol/http/http_url.hpp"
#include "protocol/json/json_text.hpp"
#include "server/cli/attach.hpp"
#include "server/cli/cli.hpp"
#include "server/cli/console.hpp"
#include "server/cli/http_probe.hpp"
#include "server/config/config.hpp"
#include "server/config/sections/config_listen.hpp"
#include "server/serving/live_admin.hpp"
#include "server/serving/misconfigured.hpp"
#include "server/serving/running_gateway.hpp"
#include "server/serving/stdio_alone.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>

#include <unistd.h>

namespace mcpgw {

namespace {

void print_next_steps(const cli_options& options, const http_options& http,
                      const std::string& base_url) {
    const std::string url = base_url + http.path;
    std::string arguments = R"("stdio")";
    const auto add = [&arguments](std::string_view name, const std::string& value) {
        if (!value.empty()) arguments += fmt::format(R"(, "{}", {})", name, quote_json(value));
    };
    const auto whole = [](const std::string& file) {
        return file.empty() ? file : std::filesystem::absolute(file).string();
    };
    for (const auto& file : options.inputs.files) add("--config", whole(file));
    add("--overlay", whole(options.inputs.overlay));
    add("--profile", options.inputs.profile);
    add("--user", options.inputs.user);
    say(R"(
mcp-gateway {} is listening on {}
{}
Try it:
  curl -s {} -H 'Content-Type: application/json' \
    -H 'Accept: application/json, text/event-stream' \
    -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/list' \
    -d '{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{}}}}}}}}'

Clients that speak HTTP:
  {{"mcpServers": {{"gateway": {{"type": "http", "url": "{}"}}}}}}
Clients that start a program:
  {{"mcpServers": {{"gateway": {{"command": {}, "args": [{}]}}}}}}
{}
Ctrl-C stops it.

)",
        MCPGW_VERSION, url,
        options.inputs.files.empty()
            ? "With the built-in demo server; use --config FILE for your own.\n"
            : "",
        url, url, quote_json(own_binary()), arguments,
        listen_address{http.address, http.port}.is_any()
            ? "\nFrom other machines it is reached by the names in http.hosts_allowed.\n"
            : "");
}

/// The address of a view of the gateway at `url`; that itself where no view is wanted.
std::string url_of_view(std::string url, const std::string& view) {
    const auto path = url.find('/', url.find("://") + 3);
    if (!view.empty()) url.insert(std::min(path, url.size()), "/views/" + view);
    return url;
}

int attach_to(const std::string& url, const std::string& view) {
    if (!parse_http_url(url).has_error())
        return attach_over_stdio(url_of_view(url, view), log_level::info);
    say("mcp-gateway: '{}' is no URL of a gateway, for example http://127.0.0.1:8080/mcp\n", url);
    return exit_usage;
}

/// Whether the configuration has the view; else it is told which there are.
bool has_view(const configuration& config, const std::string& name) {
    std::vector<std::string_view> known;
    for (const auto& one : config.gateway.views)
        if (one.is_enabled) known.emplace_back(one.name);
    if (name.empty() || std::ranges::find(known, name) != known.end()) return true;
    say("mcp-gateway: there is no view '{}'; {}\n", name,
        known.empty() ? std::string{"the configuration has none"}
                      : fmt::format("there are: {}", fmt::join(known, ", ")));
    return false;
}

/// The URL of a gateway that runs on this configuration already, and answers.
std::optional<std::string> running_on(const cli_options& options, const config_result& loaded) {
    const bool has_own_texts = !options.abstracts.empty();
    if (!options.attaches || options.inputs.files.empty() || has_own_texts) return std::nullopt;
    auto url = running_gateway::find(own_state_directory(), mark_of(options.inputs, loaded));
    if (!url) return std::nullopt;
    constexpr std::chrono::seconds time_limit{2};
    const auto path = url->find('/', url->find("://") + 3);
    const auto health = probe_http("GET", url->substr(0, path) + "/healthz", {}, {}, time_limit);
    if (health.has_error() || health->status != 200) return std::nullopt;
    return url;
}

/// Nothing can be served; the client that started us hears why.
int explain_over_stdio(const cli_options& options) {
    const auto look = [&options] {
        auto loaded = read_for_command(options);
        if (loaded.is_usable() || loaded.is_servable()) loaded.problems.clear();
        return loaded.problems;
    };
    std::vector<std::string> files;
    for (const auto& file : options.inputs.files)
        files.push_back(std::filesystem::absolute(file).string());
    misconfigured stand_in{fmt::format("{}", fmt::join(files, " ")), look};
    serve_over_stdio(stand_in);
    return exit_usage;
}

/// A changed file is read again while the gateway runs.
void keep_current(application& app, const cli_options& options, std::vector<std::string> files,
                  file_watcher::system_time read_at) {
    if (options.inputs.files.empty()) return;
    app.read_again_with([options] { return read_for_command(options); }, std::move(files), read_at);
}

} // namespace

std::string own_state_directory() {
    const auto variable = process_environment();
    return state_directory(variable("XDG_RUNTIME_DIR").value_or(""),
                           variable("XDG_STATE_HOME").value_or(""), variable("HOME").value_or(""));
}

std::string own_binary() {
    return std::filesystem::read_symlink("/proc/self/exe").string();
}

int run_serve(const cli_options& options) {
    const auto read_at = std::chrono::system_clock::now();
    auto loaded = load_for_command(options);
    if (!loaded) return exit_usage;
    const auto& config = loaded->value;
    const bool is_local = listen_address{config.http.address, 0}.is_loopback();
    std::optional<running_gateway> told; // until the end
    application app{config, own_binary()};
    keep_current(app, options, loaded->files, read_at);
    live_admin admin{app, inputs_of(options), *loaded};
    admin.offer(own_state_directory());
    if (auto* const reloads = app.reloads())
        reloads->on_current = [&](const config_result& read) {
            if (told) told->renew(mark_of(options.inputs, read), app.url());
            admin.on_current(read);
        };
    app.run_http([&](const std::string& base_url) {
        if (!options.inputs.files.empty() && is_local)
            told =
                running_gateway::announce(own_state_directory(), mark_of(options.inputs, *loaded),
                                          base_url + config.http.path);
        print_next_steps(options, config.http, base_url);
    });
    return exit_success;
}

int run_stdio(const cli_options& options) {
    if (!options.url.empty()) return attach_to(options.url, options.view);
    const auto read_at = std::chrono::system_clock::now();
    const auto loaded = load_for_command(options);
    if (!loaded) return options.is_strict ? exit_usage : explain_over_stdio(options);
    if (!has_view(loaded->value, options.view)) return exit_usage;
    if (::isatty(STDIN_FILENO) != 0)
        say("mcp-gateway: serving MCP on stdin and stdout, which is meant for a "
            "client that starts this program. Ctrl-D ends it.\n");
    if (const auto url = running_on(options, *loaded)) {
        say("mcp-gateway: a gateway runs on this configuration already; its servers "
            "are used ({}; --no-attach starts them again)\n",
            *url);
        return attach_over_stdio(url_of_view(*url, options.view), loaded->value.log);
    }
    application app{loaded->value, own_binary()};
    keep_current(app, options, loaded->files, read_at);
    live_admin admin{app, inputs_of(options), *loaded};
    admin.offer(own_state_directory());
    if (auto* const reloads = app.reloads())
        reloads->on_current = [&admin](const config_result& read) {
            admin.on_current(read);
        };
    app.run_stdio({}, options.view.empty() ? "" : "views/" + options.view);
    return exit_success;
}

int run_health(const cli_options& options) {
    const auto url = options.url.empty() ? "http://127.0.0.1:8080/healthz" : options.url;
    const auto answer = probe_http("GET", url, {}, {});
    if (answer.has_error()) {
        say("mcp-gateway: {}\n", answer.error().message());
        return answer.error().code == errc::bad_http_request ? exit_usage : exit_failure;
    }
    print_out("{}", answer->body);
    return answer->status == 200 ? exit_success : exit_failure;
}

} // namespace mcpgw
