// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_store.hpp"

#include "protocol/json/json_text.hpp"
#include "server/config/format/config_files.hpp"
#include "server/config/sections/config_value.hpp"
#include "server/config/variables/config_secrets.hpp"
#include "server/config/variables/env_file.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <utility>

namespace mcpgw {

namespace {

/// Paths that begin with ~ are a mistake that would be hard to see.
void store_paths(std::vector<std::string>& paths, const value_site& site) {
    store_value(paths, site);
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const auto& item = site.node.items[i];
        const value_site one{site.key, item, key_path(site.path, i), site.scope};
        if (paths[i].empty()) {
            one.error("is empty");
            continue;
        }
        paths[i] = one.absolute(paths[i]);
        std::error_code ec;
        if (site.scope.is_checked && !std::filesystem::exists(paths[i], ec))
            one.error("does not exist",
                      item.text.starts_with("~")
                          ? "~ is not expanded: write ${HOME}/..."
                          : "make it, or leave it out: a rule needs something to stand on");
    }
}

} // namespace

void store_env_file(child_options& options, const value_site& site) {
    if (!site.scope.is_checked) return;
    const auto file = site.absolute(site.node.text);
    site.scope.files.add(file);
    const auto text = read_text_file(file, config_bytes_max);
    if (!text)
        return site.error("the file does not exist or cannot be read",
                          "its path is relative to the configuration file");
    auto parsed = parse_env_file(*text);
    for (const auto& bad : parsed.bad_lines)
        site.warning(fmt::format("line {} of the file is left out: {}", bad.line, bad.message));
    if (holds_secrets(parsed) && is_readable_by_others(file))
        site.warning("others can read the file, and it may hold secrets",
                     "chmod 600 keeps them out");
    for (auto& [name, value] : parsed.values) options.env.insert_or_assign(name, std::move(value));
}

void store_umask(child_options& options, const value_site& site) {
    options.isolation.umask = parse_umask(site.node.text);
    if (!site.node.text.empty() && !options.isolation.umask)
        site.error("must be one to four octal digits", "write umask = \"0027\"");
}

std::string show_umask(const child_options& options) {
    const auto& umask = options.isolation.umask;
    return quote_json(umask ? fmt::format("{:04o}", *umask) : "");
}

void store_landlock(child_options& options, const value_site& /*site*/) {
    if (!options.isolation.landlock) options.isolation.landlock.emplace();
}

void store_readable(child_options& options, const value_site& site) {
    store_paths(options.isolation.landlock->read, site);
}

void store_writable(child_options& options, const value_site& site) {
    store_paths(options.isolation.landlock->write, site);
}

void store_truncation_steps(child_options& options, const value_site& site) {
    options.truncate = {};
    options.truncate_adaptive.clear();
    problem_log reported{""}; // the first check reported them
    for (const auto& item : site.node.items)
        checked_section{&item, "truncate_adaptive", "", reported}.store(
            options.truncate_adaptive.emplace_back(), site.scope);
}

void store_truncation(child_options& options, const value_site& site) {
    options.truncate = {};
    problem_log reported{""}; // the first check reported them
    if (site.node.is_object())
        checked_section{&site.node, "truncate", "", reported}.store(options.truncate, site.scope);
    else if (site.node.text == "none")
        options.truncate_adaptive.clear();
    else if (options.truncate_adaptive.empty())
        options.truncate_adaptive = default_adaptive_truncation();
}

void settle_times(const checked_section& section, std::chrono::milliseconds quiet,
                  std::chrono::milliseconds& total, problem_log& problems) {
    if (total >= quiet || section.find("timeout") == nullptr) return;
    if (const auto* const said = section.find("total_timeout"); said != nullptr)
        problems.error(said->line, section.path_of("total_timeout"), "less than timeout",
                       "total_timeout is for the whole call, timeout for each wait in it");
    else
        total = quiet;
}

void store_tools(const checked_section& section, child_options& options,
                 const config_scope& scope) {
    const auto* const tools = section.find("tools");
    if (tools == nullptr) return;
    problem_log reported{""}; // the first check reported them
    for (const auto& [name, line, node] : tools->members) {
        const checked_section one{&node, "children.tools", key_path(section.path_of("tools"), name),
                                  reported};
        tool_options made;
        one.store(made, scope);
        auto total = made.total_timeout.value_or(options.total_timeout);
        settle_times(one, made.call_timeout.value_or(options.call_timeout), total, scope.problems);
        if (total != options.total_timeout) made.total_timeout = total;
        if (const auto* on = one.find("enabled"); on != nullptr && !on->boolean)
            options.offered.except.push_back(name);
        options.tools.insert_or_assign(name, std::move(made));
    }
}

} // namespace mcpgw
