// SPDX-License-Identifier: Apache-2.0
// reload, servers, flags, views, and status without arguments: the commands that talk to a gateway
// that runs.
#include "server/cli/cli_commands.hpp"

#include "server/admin/managed_file.hpp"
#include "server/cli/admin_client.hpp"
#include "server/cli/cli.hpp"
#include "server/cli/console.hpp"
#include "server/cli/status_table.hpp"
#include "server/config/config.hpp"
#include "server/serving/running_gateway.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>

namespace mcpgw {

namespace json = boost::json;

namespace {

/// A server that is started or drained may take its time.
constexpr std::chrono::minutes patience{5};

using printer = void (*)(const json::object& body);

std::string_view text_of(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string_view{value->as_string()}
                                                  : std::string_view{};
}

const json::array& list_of(const json::object& object, std::string_view key) {
    static const json::array none;
    const auto* const value = object.if_contains(key);
    return value != nullptr && value->is_array() ? value->as_array() : none;
}

config_result load(const cli_options& options) {
    return load_config(options.inputs, process_environment());
}

admin_place find_gateway(const cli_options& options) {
    if (!options.socket.empty()) return {{options.socket}, options.socket};
    if (options.inputs.files.empty()) return find_admin("", "", own_state_directory());
    return find_admin(mark_of(options.inputs, {}).name, load(options).value.admin.socket,
                      own_state_directory());
}

/// The gateway that is meant. Nothing: it was said why there is none.
std::optional<std::string> choose_gateway(const cli_options& options) {
    const auto found = find_gateway(options);
    if (found.sockets.size() == 1) return found.sockets.front();
    if (found.sockets.empty())
        say("mcp-gateway: no gateway that runs was found ({}); start one with: mcp-gateway serve "
            "--config FILE\n",
            found.looked_at);
    else
        say("mcp-gateway: several gateways run; say which one, with --config FILE or --socket "
            "PATH:\n  {}\n",
            fmt::join(found.sockets, "\n  "));
    return std::nullopt;
}

int code_of_status(int status) {
    constexpr int success_end = 300;
    if (status < success_end) return exit_success;
    constexpr std::array wrong_arguments{400, 404, 409, 422};
    return std::ranges::find(wrong_arguments, status) != wrong_arguments.end() ? exit_usage
                                                                               : exit_failure;
}

void print_lines(std::string_view level, const json::array& texts) {
    for (const auto& text : texts) say("{}: {}\n", level, std::string_view{text.as_string()});
}

void print_error(const json::object& body) {
    const auto* const error = body.if_contains("error");
    if (error == nullptr || !error->is_object()) return;
    print_lines("error", list_of(error->as_object(), "problems"));
    say("mcp-gateway: {}: {}\n", text_of(error->as_object(), "code"),
        text_of(error->as_object(), "message"));
}

struct request {
    std::string method;
    std::string target;
    json::object body = {};
};

int ask(const cli_options& options, const std::string& socket, const request& what, printer print) {
    const auto answer = ask_admin(socket, what.method, what.target, what.body, patience);
    if (answer.has_error()) {
        say("mcp-gateway: {}\n", answer.error().message());
        return exit_failure;
    }
    const auto code = code_of_status(answer->status);
    if (options.as_json) print_out("{}\n", json::serialize(answer->body));
    if (code != exit_success)
        print_error(answer->body);
    else if (!options.as_json)
        print(answer->body);
    return code;
}

int ask(const cli_options& options, const request& what, printer print) {
    const auto socket = choose_gateway(options);
    return socket ? ask(options, *socket, what, print) : exit_failure;
}

// ---- what people read

void print_reload(const json::object& body) {
    print_lines("warning", list_of(body, "warnings"));
    const auto result = text_of(body, "result");
    const auto summary = text_of(body, "summary");
    if (result == "unchanged" || (result == "planned" && summary.empty()))
        print_out("Nothing changes.\n");
    else
        print_out("{}", summary);
}

void print_change(const json::object& body) {
    say("mcp-gateway: {} was written\n", text_of(body, "file"));
    if (const auto* const reload = body.if_contains("reload"); reload != nullptr)
        print_reload(reload->as_object());
}

void print_server(const json::object& body) {
    print_out("{}", status_table({body}));
}

void print_servers(const json::object& body) {
    print_out("{}", status_table(list_of(body, "servers")));
    for (const auto& name : list_of(body, "disabled"))
        print_out("{}: disabled\n", std::string_view{name.as_string()});
}

void print_status(const json::object& body) {
    const auto& gateway = body.at("gateway").as_object();
    const auto& configuration = body.at("configuration").as_object();
    std::vector<std::string_view> files;
    for (const auto& file : list_of(configuration, "files"))
        files.emplace_back(std::string_view{file.as_string()});
    print_out("mcp-gateway {}, pid {}, up {}, {}\n", text_of(gateway, "version"),
              gateway.at("pid").as_int64(),
              shown_duration(std::chrono::seconds{gateway.at("uptime_seconds").as_int64()}),
              files.empty() ? "with the built-in demo server"
                            : fmt::format("{}", fmt::join(files, ", ")));
    const auto& reloads = list_of(body, "reloads");
    if (!reloads.empty()) {
        const auto& last = reloads.back().as_object();
        print_out("last reload: {} at {} ({})\n", text_of(last, "result"), text_of(last, "time"),
                  text_of(last, "source"));
        print_lines("error", list_of(last, "errors"));
        print_lines("warning", list_of(last, "warnings"));
    }
    print_out("\n");
    print_out("{}", status_table(list_of(body, "servers")));
}

void print_logs(const json::object& body) {
    for (const auto& line : list_of(body, "lines"))
        print_out("{}\n", std::string_view{line.as_string()});
}

void print_flag(const json::object& flag) {
    const auto shown = [&flag](std::string_view key) {
        const auto* const value = flag.if_contains(key);
        return value == nullptr ? std::string{} : json::serialize(*value);
    };
    const bool is_overridden = shown("is_overridden") == "true";
    print_out("{} = {}{}\n", text_of(flag, "name"), shown("value"),
              is_overridden ? fmt::format("  (configured: {})", shown("configured")) : "");
}

void print_flags(const json::object& body) {
    const auto& flags = list_of(body, "flags");
    if (flags.empty()) print_out("No flags are configured.\n");
    for (const auto& flag : flags) print_flag(flag.as_object());
}

void print_views(const json::object& body) {
    const auto& views = list_of(body, "views");
    if (views.empty()) print_out("No views are configured, no layers and no tags.\n");
    for (const auto& each : views) {
        const auto& view = each.as_object();
        std::vector<std::string_view> paths;
        for (const auto& path : list_of(view, "paths"))
            paths.emplace_back(std::string_view{path.as_string()});
        print_out("{:<6} {:<20} {:<40} {}\n", text_of(view, "kind"), text_of(view, "name"),
                  fmt::format("{}", fmt::join(paths, " ")), text_of(view, "description"));
    }
}

// ---- servers, with a gateway and without

/// "NAME=VALUE" texts as an object. Nothing: one of them is none.
std::optional<json::object> pairs_of(const std::vector<std::string>& texts, char mark) {
    json::object made;
    for (const auto& text : texts) {
        const auto at = text.find(mark);
        if (at == std::string::npos || at == 0) return std::nullopt;
        const auto value = text.substr(at + 1);
        made[text.substr(0, at)] =
            value.substr(std::min(value.find_first_not_of(' '), value.size()));
    }
    return made;
}

std::optional<json::object> entry_of(const cli_options& options) {
    const auto& words = options.words;
    // Whatever its scheme: what is wrong with that is told as of every other configuration.
    const bool is_url = words.size() == 1 && words.front().find("://") != std::string::npos;
    const auto env = pairs_of(options.env, '=');
    const auto headers = pairs_of(options.headers, ':');
    if (!env || !headers) return std::nullopt;
    json::object entry{{"name", options.name}};
    if (is_url) {
        entry["url"] = words.front();
    } else {
        entry["command"] = words.front();
        if (words.size() > 1) entry["args"] = json::array(words.begin() + 1, words.end());
    }
    if (!env->empty()) entry["env"] = *env;
    if (!headers->empty()) entry["headers"] = *headers;
    return entry;
}

int fail(const admin_error& error) {
    say("mcp-gateway: {}: {}\n", describe(error.code).name, error.message);
    return code_of_status(describe(error.code).http_status);
}

using change = std::function<admin_result<>(managed_servers&)>;

/// Nobody runs that could do it: the file is written for the next start.
int change_file(const cli_options& options, const change& make) {
    const managed_file file{std::filesystem::absolute(managed_path(options.inputs)).string()};
    const auto before = file.read();
    if (before.has_error()) return fail(before.error());
    auto servers = file.parse(*before);
    if (servers.has_error()) return fail(servers.error());
    const auto made = make(*servers);
    if (made.has_error()) return fail(made.error());
    const auto written = file.write(servers->is_empty() ? "" : servers->toml());
    if (written.has_error()) return fail(written.error());
    const auto loaded = load(options);
    print_problems(loaded.problems);
    if (!loaded.is_usable() && !loaded.is_servable()) {
        const auto restored = file.write(*before);
        if (restored.has_error()) return fail(restored.error());
        say("mcp-gateway: the configuration has errors; nothing was changed\n");
        return exit_usage;
    }
    say("mcp-gateway: {} was written; no gateway runs on {}, so it counts from the next start\n",
        file.path(), file_list(options.inputs));
    return exit_success;
}

bool is_known(const cli_options& options) {
    const auto loaded = load(options);
    return std::ranges::find(loaded.value.children, options.name, &child_options::name) !=
           loaded.value.children.end();
}

/// By the gateway that runs; else in the file, if it is clear in which.
int change_servers(const cli_options& options, const request& what, const change& make) {
    const auto found = find_gateway(options);
    if (!found.sockets.empty() || options.inputs.files.empty() || !options.socket.empty())
        return ask(options, what, print_change);
    return change_file(options, make);
}

admin_error unknown(const cli_options& options) {
    return {admin_errc::server_not_found,
            fmt::format("there is no server '{}' in {}", options.name, file_list(options.inputs))};
}

int set_enabled(const cli_options& options, bool is_enabled) {
    const auto* const verb = is_enabled ? "enable" : "disable";
    const request what{"POST", fmt::format("/v1/servers/{}/{}", options.name, verb)};
    return change_servers(options, what, [&](managed_servers& servers) -> admin_result<> {
        if (!is_known(options)) return unknown(options);
        servers.set_enabled(options.name, is_enabled);
        return {};
    });
}

} // namespace

int run_reload(const cli_options& options) {
    const request what{"POST", options.is_dry_run ? "/v1/reload?dry_run=true" : "/v1/reload"};
    return ask(options, what, print_reload);
}

int run_servers_list(const cli_options& options) {
    return ask(options, {"GET", "/v1/servers"}, print_servers);
}

int run_servers_add(const cli_options& options) {
    const auto entry = entry_of(options);
    if (!entry) {
        say("mcp-gateway: write --env NAME=VALUE and --header 'NAME: VALUE'\n");
        return exit_usage;
    }
    const request what{"POST", "/v1/servers", *entry};
    return change_servers(options, what, [&](managed_servers& servers) -> admin_result<> {
        const auto node = server_entry(*entry);
        if (node.has_error()) return node.error();
        if (is_known(options))
            return admin_error{admin_errc::conflict,
                               fmt::format("there is a server '{}' already in {}", options.name,
                                           file_list(options.inputs))};
        servers.add(*node);
        return {};
    });
}

int run_servers_remove(const cli_options& options) {
    const request what{"DELETE", "/v1/servers/" + options.name};
    return change_servers(options, what, [&](managed_servers& servers) -> admin_result<> {
        if (!is_known(options)) return unknown(options);
        servers.remove(options.name);
        return {};
    });
}

int run_servers_enable(const cli_options& options) {
    return set_enabled(options, true);
}

int run_servers_disable(const cli_options& options) {
    return set_enabled(options, false);
}

int run_servers_restart(const cli_options& options) {
    return ask(options, {"POST", fmt::format("/v1/servers/{}/restart", options.name)},
               print_server);
}

int run_servers_logs(const cli_options& options) {
    return ask(options, {"GET", fmt::format("/v1/servers/{}/logs", options.name)}, print_logs);
}

int run_flags_list(const cli_options& options) {
    return ask(options, {"GET", "/v1/flags"}, print_flags);
}

int run_flags_set(const cli_options& options) {
    return ask(options, {"PUT", "/v1/flags/" + options.name, {{"value", options.value}}},
               print_flag);
}

int run_flags_unset(const cli_options& options) {
    return ask(options, {"DELETE", "/v1/flags/" + options.name}, print_flag);
}

int run_views(const cli_options& options) {
    return ask(options, {"GET", "/v1/views"}, print_views);
}

std::optional<int> run_running_status(const cli_options& options) {
    if (!options.inputs.files.empty() && options.socket.empty()) return std::nullopt;
    const auto found = find_gateway(options);
    if (found.sockets.empty()) return std::nullopt;
    return ask(options, {"GET", "/v1/status"}, print_status);
}

} // namespace mcpgw
