// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_resilience.hpp"

#include "protocol/error.hpp"
#include "server/config/sections/config_fallbacks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace mcpgw {

namespace {

/// Failures that may pass by themselves, by the names that users know.
constexpr std::array passing{errc::call_timed_out, errc::connection_lost, errc::server_busy,
                             errc::server_failed};

void apply_codes(const checked_section& section, std::vector<errc>& codes, problem_log& problems) {
    std::vector<std::string> names;
    if (!section.take("codes", names)) return;
    codes.clear();
    const auto* const list = section.find("codes");
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto* const known = std::find_if(passing.begin(), passing.end(), [&](errc code) {
            return describe(code).name == names[i];
        });
        if (known != passing.end())
            codes.push_back(*known);
        else
            problems.error(list->items[i].line, key_path(section.path_of("codes"), i),
                           "no failure that a repeat could help against",
                           "TIMEOUT, CONNECTION_LOST, SERVER_BUSY or SERVER_FAILED");
    }
}

/// Both times of a call, where the section gives them. A longer `timeout` alone takes the other
/// along; a shorter `total_timeout` is a mistake where both are said.
void apply_both(const checked_section& section, std::chrono::milliseconds& quiet,
                std::chrono::milliseconds& total, problem_log& problems) {
    const bool has_quiet = section.take("timeout", quiet);
    const bool has_total = section.take("total_timeout", total);
    if (total >= quiet || !has_quiet) return;
    if (has_total)
        problems.error(section.find("total_timeout")->line, section.path_of("total_timeout"),
                       "less than timeout",
                       "total_timeout is for the whole call, timeout for each wait in it");
    else
        total = quiet;
}

/// Before the tables of single tools, which add to it.
void apply_filter(const checked_section& section, tool_filter& offered) {
    if (std::vector<std::string> names; section.take("tools_only", names))
        offered.only = std::move(names);
    section.take("tools_except", offered.except);
}

} // namespace

void apply_timeouts(const checked_section& section, child_options& options, problem_log& problems) {
    apply_both(section, options.call_timeout, options.total_timeout, problems);
}

void apply_tools(const checked_section& section, child_options& options, problem_log& problems) {
    apply_filter(section, options.offered);
    const auto* const tools = section.find("tools");
    if (tools == nullptr) return;
    problem_log reported{""}; // the first check reported them
    for (const auto& [name, line, node] : tools->members) {
        const checked_section one{&node, "children.tools", key_path(section.path_of("tools"), name),
                                  reported};
        tool_options made;
        auto quiet = options.call_timeout;
        auto total = options.total_timeout;
        apply_both(one, quiet, total, problems);
        if (quiet != options.call_timeout) made.call_timeout = quiet;
        if (total != options.total_timeout) made.total_timeout = total;
        if (bool can = false; one.take("repeatable", can)) made.is_repeatable = can;
        if (bool is_on = true; one.take("enabled", is_on) && !is_on)
            options.offered.except.push_back(name);
        if (std::vector<fallback_target> list; take_fallbacks(one, list, problems))
            made.fallbacks = std::move(list);
        options.tools.insert_or_assign(name, std::move(made));
    }
}

void apply_resilience(const checked_section& section, child_options& options,
                      problem_log& problems) {
    take_fallbacks(section, options.fallbacks, problems);
    problem_log reported{""}; // the first check reported them
    if (const auto* node = section.find("retry"); node != nullptr) {
        const checked_section retry{node, "children.retry", section.path_of("retry"), reported};
        retry.take("attempts", options.retry.attempts);
        retry.take("base", options.retry.base);
        retry.take("factor", options.retry.factor);
        retry.take("max", options.retry.max);
        retry.take("jitter", options.retry.jitter);
        retry.take("budget", options.retry.budget);
        retry.take("tools", options.retry.tools);
        apply_codes(retry, options.retry.codes, problems);
    }
    if (const auto* node = section.find("breaker"); node != nullptr) {
        const checked_section breaker{node, "children.breaker", "", reported};
        breaker.take("threshold", options.breaker.threshold);
        breaker.take("failure_rate", options.breaker.failure_rate);
        breaker.take("window", options.breaker.window);
        breaker.take("timeout", options.breaker.timeout);
    }
}

} // namespace mcpgw
