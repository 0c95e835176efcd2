// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_pool.hpp"

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

namespace mcpgw {

namespace {

template <class Value, std::size_t n>
void take_choice(const checked_section& section, std::string_view key,
                 const std::array<std::pair<std::string_view, Value>, n>& choices, Value& value) {
    std::string name;
    if (!section.take(key, name)) return;
    for (const auto& [known, meaning] : choices)
        if (known == name) value = meaning;
}

constexpr std::array starts{
    std::pair<std::string_view, start_policy>{"auto", start_policy::automatic},
    std::pair<std::string_view, start_policy>{"lazy", start_policy::lazy},
    std::pair<std::string_view, start_policy>{"keep_alive", start_policy::keep_alive},
    std::pair<std::string_view, start_policy>{"pre_warm", start_policy::pre_warm},
};
constexpr std::array shares{
    std::pair<std::string_view, sharing>{"shared", sharing::shared},
    std::pair<std::string_view, sharing>{"session", sharing::session},
    std::pair<std::string_view, sharing>{"principal", sharing::principal},
    std::pair<std::string_view, sharing>{"call", sharing::call},
};
constexpr std::array rests{
    std::pair<std::string_view, rest_policy>{"auto", rest_policy::automatic},
    std::pair<std::string_view, rest_policy>{"wait", rest_policy::wait},
    std::pair<std::string_view, rest_policy>{"fail", rest_policy::fail},
};

/// The line to show for a value that a table of the child gives.
std::size_t line_of(const checked_section& section, std::string_view table, std::string_view key,
                    std::size_t otherwise) {
    const auto* const node = section.find(table);
    const auto* const member = node == nullptr ? nullptr : node->find(key);
    return member == nullptr ? otherwise : member->line;
}

} // namespace

void apply_pool(const checked_section& section, child_options& options) {
    problem_log reported{""}; // the first check reported them
    take_choice(section, "start", starts, options.start);
    take_choice(section, "sharing", shares, options.pool.share);
    section.take("idle_timeout", options.pool.idle_timeout);
    section.take("max_lifetime", options.pool.max_lifetime);
    section.take("drain_timeout", options.pool.drain_timeout);
    if (const auto* node = section.find("instances"); node != nullptr) {
        const checked_section instances{node, "children.instances", "", reported};
        instances.take("min", options.pool.min);
        instances.take("max", options.pool.max);
        instances.take("queue_max", options.pool.queue_max);
        instances.take("queue_timeout", options.pool.queue_timeout);
    }
    if (const auto* node = section.find("restart"); node != nullptr) {
        const checked_section restart{node, "children.restart", "", reported};
        restart.take("base", options.restart.base);
        restart.take("max", options.restart.max);
        restart.take("jitter", options.restart.jitter);
        restart.take("stable_after", options.restart.stable_after);
        restart.take("restarts_max", options.restart.restarts_max);
        restart.take("window", options.restart.window);
        restart.take("slow_retry", options.restart.slow_retry);
        take_choice(restart, "calls", rests, options.restart.calls);
    }
    if (const auto* node = section.find("health"); node != nullptr) {
        const checked_section health{node, "children.health", "", reported};
        health.take("interval", options.health.interval);
        health.take("timeout", options.health.timeout);
        health.take("misses_max", options.health.misses_max);
    }
}

void check_pool(const checked_section& section, std::size_t line, const child_options& options,
                problem_log& problems) {
    const auto* const share = section.find("sharing");
    if (options.pool.share == sharing::principal)
        problems.error(share == nullptr ? line : share->line, section.path_of("sharing"),
                       "\"principal\" gives each user processes of their own, and nothing tells "
                       "this gateway who a user is: it has no authentication",
                       "sharing = \"session\" gives each client its own; for users, run one "
                       "gateway for each");
    if (options.restart.max < options.restart.base)
        problems.error(line_of(section, "restart", "max", line), section.path_of("restart.max"),
                       "less than restart.base");
    if (options.pool.max != 0 && options.pool.max < options.pool.min)
        problems.error(line_of(section, "instances", "max", line), section.path_of("instances.max"),
                       "less than instances.min");
}

} // namespace mcpgw
