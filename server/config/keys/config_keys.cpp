// SPDX-License-Identifier: Apache-2.0
#include "server/config/keys/config_keys.hpp"

#include "protocol/json/json_text.hpp"
#include "server/config/keys/config_key_tables.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>

namespace mcpgw {

namespace {

constexpr std::array sections{
    config_section{"gateway", "What clients see."},
    config_section{"http",
                   "The HTTP side towards clients. Durations without a unit are milliseconds."},
    config_section{"search", "How tools are found where expose is search, and by the query of "
                             "get_schema: docs/search.md."},
    config_section{"limits", "What is refused, instead of growing without bound. The limits of "
                             "children stand here for all of them; `children.limits` overrides."},
    config_section{"admin", "How a gateway that runs is looked at and changed: docs/admin.md."},
    config_section{"views", "Further faces of the gateway, each with an endpoint of its own: what "
                            "they do not show is not there for their clients."},
    config_section{"workflows", "Tools of the gateway that call several tools as one: "
                                "docs/workflows.md."},
    config_section{"defaults", "For every child: any key of `children` except name, command, "
                               "args, url, headers, bearer_token, tools, tools_only, tools_except, "
                               "prompts, resources and fallback. A child's own keys win; env and "
                               "limits are merged."},
    config_section{"children", "The MCP servers behind the gateway: processes that speak over "
                               "stdin and stdout (command), or servers that are reached over "
                               "HTTP (url). Durations without a unit are seconds."},
    config_section{"children.limits", "Limits of one child."},
    config_section{"children.tools", "What is different for one tool of the child. The tables are "
                                     "named like the tools, by the child's own names for them."},
    config_section{"children.arguments", "An argument of a tool that its clients do not give, or "
                                         "not always. The schema that they see says the same."},
    config_section{"children.prompts", "What clients are shown of one prompt of the child. The "
                                       "tables are named like the prompts."},
    config_section{"children.resources", "What clients are shown of one resource of the child. The "
                                         "tables are named by URIs, or by the templates of URIs."},
    config_section{"children.fallback", "Who answers a call in place of a child that fails: one "
                                        "tool of another child."},
    config_section{"children.instances", "How many processes a child has."},
    config_section{"children.restart", "How a child comes back that died or could not be started: "
                                       "after a random pause, whose limit doubles with each "
                                       "failure in a row."},
    config_section{"children.health", "How a process is asked whether it still answers. Every "
                                      "message of it is a sign of life, so a process at work is "
                                      "not asked."},
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
        std::vector<config_key> keys;
        for (const auto part : {client_rows(), view_rows(), workflow_rows(), process_rows(),
                                child_rows(), care_rows()})
            for (const auto& table : part)
                for (const auto& row : table.rows) keys.emplace_back(row).section = table.section;
        return keys;
    }();
    return all;
}

std::span<const config_section> config_sections() {
    return sections;
}

const std::vector<const config_key*>& section_keys(std::string_view section) {
    static const auto by_section = [] {
        std::map<std::string_view, std::vector<const config_key*>, std::less<>> lists;
        for (const auto& key : config_keys()) {
            lists[key.section].push_back(&key);
            if (key.section == "children" && !key.is_of_one) lists["defaults"].push_back(&key);
            if (key.section == "children.limits") lists["limits"].push_back(&key);
        }
        return lists;
    }();
    static const std::vector<const config_key*> none;
    const auto it = by_section.find(section);
    return it == by_section.end() ? none : it->second;
}

const config_key* find_config_key(std::string_view section, std::string_view name) {
    const auto& candidates = section_keys(section);
    const auto it = std::ranges::find(candidates, name, &config_key::name);
    return it == candidates.end() ? nullptr : *it;
}

std::string config_key::default_json() const {
    if (has_no_default || is_required) return {};
    return place.show == nullptr || !said_default.empty() ? std::string{said_default}
                                                          : place.show(nullptr, *this);
}

std::string shown_json(std::string_view section, const void* options) {
    std::string members;
    for (const auto* key : section_keys(section)) {
        std::string value;
        if (key->type() == key_type::table)
            value = shown_json(nested_section(*key), options);
        else if (key->is_in_status)
            value = key->place.show(options, *key);
        if (value.empty() || value == "{}") continue;
        members += (members.empty() ? "" : ",") + quote_json(key->name) + ":" + value;
    }
    return "{" + members + "}";
}

std::string nested_section(const config_key& key) {
    return "children." + std::string{key.name};
}

std::string_view type_name(key_type type) {
    switch (type) {
    case key_type::boolean:
        return "true or false";
    case key_type::condition:
        return "true, false or \"flag:NAME\"";
    case key_type::integer:
        return "whole number";
    case key_type::number:
        return "number";
    case key_type::seconds:
        return "duration (s)";
    case key_type::milliseconds:
        return "duration (ms)";
    case key_type::text:
        return "text";
    case key_type::choice:
        return "choice";
    case key_type::texts:
        return "list of texts";
    case key_type::text_map:
        return "table of texts";
    case key_type::truncation:
        return "\"adaptive\", \"none\" or table";
    case key_type::truncation_steps:
    case key_type::tables:
        return "list of tables";
    case key_type::table_map:
        return "table of tables";
    case key_type::json_value:
        return "any value";
    case key_type::table:
    case key_type::json_table:
        break;
    }
    return "table";
}

} // namespace mcpgw
