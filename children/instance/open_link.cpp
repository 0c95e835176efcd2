// SPDX-License-Identifier: Apache-2.0
#include "children/instance/open_link.hpp"

#include "children/link/stdio_link.hpp"
#include "children/process/npx_program.hpp"
#include "children/process/process.hpp"
#include "children/remote/http_link.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace mcpgw {

namespace {

std::string find_in(const std::vector<std::string>& environment, const std::string& name) {
    for (const auto& entry : environment)
        if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
            return entry.substr(name.size() + 1);
    return {};
}

std::vector<std::string> make_environment(const child_context& context,
                                          const child_options& options) {
    // Nothing is inherited that is not named: credentials of other servers stay out of reach.
    std::vector<std::string> list;
    for (const auto& name : options.inherit_env) {
        if (options.env.contains(name)) continue;
        const auto value = find_in(context.environment, name);
        if (!value.empty()) list.push_back(name + '=' + value);
    }
    for (const auto& [name, value] : options.env) list.push_back(name + '=' + value);
    return list;
}

/// Starts the program that npx would, where that is certain.
void go_without_npx(const child_context& context, const child_options& options,
                    const std::string& path_list, launch_options& launching) {
    // Another user has another cache, and what may be read is said of npx.
    if (!options.isolation.is_empty()) return;
    auto direct = resolve_npx({launching.path, launching.args, launching.environment, options.cwd});
    if (!direct) return;
    context.log->debug("server '{}': {} is started without npx", options.name, direct->path);
    launching.path = std::move(direct->path);
    launching.args = std::move(direct->args);
    std::erase_if(launching.environment,
                  [](const std::string& entry) { return entry.starts_with("PATH="); });
    launching.environment.push_back("PATH=" + direct->bin_directory + ":" + path_list);
}

result<std::shared_ptr<link>> connect_remote(const child_context& context,
                                             const child_options& options, link::events& listener) {
    auto url = parse_http_url(options.remote.url);
    if (url.has_error())
        return fault{errc::server_failed,
                     fmt::format("server '{}': {}", options.name, url.error().message())};
    auto proxy = choose_proxy(*url, options.remote.proxy, context.environment);
    if (proxy.has_error())
        return fault{errc::server_failed,
                     fmt::format("server '{}': {}; `proxy = \"none\"` goes without one",
                                 options.name, proxy.error().message())};
    return std::make_shared<http_link>(context.ex, options, std::move(*url), std::move(*proxy),
                                       listener, *context.log);
}

result<std::shared_ptr<link>> connect_process(const child_context& context,
                                              const child_options& options, link::events& listener,
                                              stderr_ring& errors) {
    launch_options launching;
    launching.environment = make_environment(context, options);
    launching.args = options.args;
    launching.cwd = options.cwd;
    launching.isolation = options.isolation;
    for (const auto& name : options.inherit_env)
        if (!options.env.contains(name)) launching.inherited.push_back(name);
    auto path_list = find_in(launching.environment, "PATH");
    if (path_list.empty()) path_list = find_in(context.environment, "PATH");
    launching.path = find_program(options.command, path_list, options.cwd);
    if (launching.path.empty())
        return fault{errc::server_failed,
                     fmt::format("server '{}': command '{}' was not found or is not executable; "
                                 "check `command` and PATH",
                                 options.name, options.command)};
    go_without_npx(context, options, path_list, launching);
    auto launched = process::launch(context.ex, launching, context.guard);
    if (launched.has_error())
        return fault{launched.error().code,
                     fmt::format("server '{}': {}", options.name, launched.error().message())};
    return std::make_shared<stdio_link>(context.ex, std::move(*launched), options, listener, errors,
                                        *context.log);
}

} // namespace

result<std::shared_ptr<link>> open_link(const child_context& context, const child_options& options,
                                        link::events& listener, stderr_ring& errors) {
    if (!options.remote.url.empty()) return connect_remote(context, options, listener);
    return connect_process(context, options, listener, errors);
}

} // namespace mcpgw
