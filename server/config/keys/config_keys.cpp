// SPDX-License-Identifier: Apache-2.0
#include "server/config/keys/config_keys.hpp"

#include "server/config/keys/config_key_tables.hpp"

#include <algorithm>
#include <array>

namespace mcpgw {

namespace {

using enum key_type;

constexpr std::array sections{
    config_section{"gateway", "What clients see."},
    config_section{"http", "The HTTP side towards clients. Durations are in milliseconds."},
    config_section{"limits", "What is refused, instead of growing without bound. The limits of "
                             "children stand here for all of them; `children.limits` overrides."},
    config_section{"defaults", "For every child: any key of `children` except name, command, "
                               "args, url, headers, bearer_token, tools, tools_only, tools_except "
                               "and fallback. A child's own keys win; env and "
                               "limits are merged."},
    config_section{"children", "The MCP servers behind the gateway: processes that speak over "
                               "stdin and stdout (command), or servers that are reached over "
                               "HTTP (url). Durations are in seconds."},
    config_section{"children.limits", "Limits of one child."},
    config_section{"children.tools", "What is different for one tool of the child. The tables are "
                                     "named like the tools, by the child's own names for them."},
    config_section{"children.fallback", "Who answers a call in place of a child that fails: one "
                                        "tool of another child."},
    config_section{"children.retry", "When a call that failed is tried again. Only where that does "
                                     "no harm: the child has not seen the call, or does not mind "
                                     "to see it twice."},
    config_section{"children.breaker", "When a child that keeps failing is left alone: its calls "
                                       "are refused at once with CIRCUIT_OPEN, until one trial "
                                       "goes well."},
    config_section{"children.rlimits", "What the process of a child may use at most (setrlimit)."},
    config_section{"children.landlock", "The only paths that a child reaches, with all that is "
                                        "beneath them."},
    config_section{"truncate", "How much of a result's text to keep: lines first, then characters. "
                               "With only one of a pair set, the other counts as 0."},
    config_section{"truncate_adaptive", "One step of the adaptive rule. The last step that applies "
                                        "wins; a step without amounts keeps the whole text."},
};

} // namespace

std::span<const config_key> config_keys() {
    static const auto all = [] {
        std::vector<config_key> joined{client_side_keys().begin(), client_side_keys().end()};
        joined.insert(joined.end(), child_keys().begin(), child_keys().end());
        joined.insert(joined.end(), isolation_keys().begin(), isolation_keys().end());
        return joined;
    }();
    return all;
}
std::span<const config_section> config_sections() {
    return sections;
}

std::vector<const config_key*> section_keys(std::string_view section) {
    std::vector<const config_key*> found;
    for (const auto& key : config_keys()) {
        // What names one server, or is meant for its eyes only, is nothing that all could share.
        constexpr std::array<std::string_view, 10> own{
            "name",         "command", "args",       "url",          "headers",
            "bearer_token", "tools",   "tools_only", "tools_except", "fallback"};
        const bool is_for_defaults = section == "defaults" && key.section == "children" &&
                                     std::find(own.begin(), own.end(), key.name) == own.end();
        const bool is_for_limits = section == "limits" && key.section == "children.limits";
        if (key.section == section || is_for_defaults || is_for_limits) found.push_back(&key);
    }
    return found;
}

const config_key* find_config_key(std::string_view section, std::string_view name) {
    const auto candidates = section_keys(section);
    const auto it = std::find_if(candidates.begin(), candidates.end(),
                                 [&](const config_key* key) { return key->name == name; });
    return it == candidates.end() ? nullptr : *it;
}

std::string_view type_name(key_type type) {
    switch (type) {
    case boolean:
        return "true or false";
    case integer:
        return "whole number";
    case number:
        return "number";
    case seconds:
        return "seconds";
    case milliseconds:
        return "milliseconds";
    case text:
        return "text";
    case choice:
        return "choice";
    case texts:
        return "list of texts";
    case text_map:
        return "table of texts";
    case truncation:
        return "\"adaptive\", \"none\" or table";
    case truncation_steps:
    case tables:
        return "list of tables";
    case table_map:
        return "table of tables";
    case key_type::table:
    case json_table:
        break;
    }
    return "table";
}

} // namespace mcpgw
