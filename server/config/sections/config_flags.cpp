// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_flags.hpp"

#include "protocol/ascii.hpp"
#include "server/config/keys/config_hint.hpp"
#include "server/config/sections/config_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t name_bytes_max = 64;

bool is_flag_name(std::string_view name) {
    return !name.empty() && name.size() <= name_bytes_max && std::ranges::all_of(name, [](char c) {
        return is_alnum(c) || c == '_' || c == '-' || c == '.';
    });
}

std::optional<bool> truth_of(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, bool>, 8> words{{{"true", true},
                                                                             {"yes", true},
                                                                             {"on", true},
                                                                             {"1", true},
                                                                             {"false", false},
                                                                             {"no", false},
                                                                             {"off", false},
                                                                             {"0", false}}};
    const auto lower = lower_case(text);
    const auto* const known =
        std::ranges::find(words, lower, &std::pair<std::string_view, bool>::first);
    return known == words.end() ? std::nullopt : std::optional{known->second};
}

/// Nothing: reported.
std::optional<bool> read_flag(config_node& value, const std::string& path,
                              const config_environment& environment, problem_log& problems) {
    if (value.kind == node_kind::boolean) return value.boolean;
    if (!value.is_string()) {
        problems.error(
            value.line, path,
            fmt::format("wrong type: expected true or false, found {}", kind_name(value.kind)),
            R"(true, false, or a text with variables: "${NAME:-true}")");
        return std::nullopt;
    }
    expand_text(value, path, environment, problems);
    if (value.is_broken) return std::nullopt;
    const auto truth = truth_of(value.text);
    if (!truth) // it may be the value of a variable
        problems.error(value.line, path, "must be true or false",
                       "yes, no, on, off, 1 and 0 mean the same");
    return truth;
}

} // namespace

std::vector<config_flag> read_flags(config_node* section, const config_environment& environment,
                                    const std::map<std::string, bool, std::less<>>& overrides,
                                    problem_log& problems) {
    std::vector<config_flag> flags;
    if (section == nullptr || section->kind == node_kind::null) return flags;
    if (!section->is_object())
        problems.error(
            section->line, "flags",
            fmt::format("wrong type: expected a table, found {}", kind_name(section->kind)));
    for (auto& [name, line, value] : section->members) {
        const auto path = key_path("flags", name);
        if (value.kind == node_kind::null) continue;
        if (!is_flag_name(name)) {
            problems.error(line, path, "not a valid name: 1 to 64 of A-Z a-z 0-9 _ - .");
            continue;
        }
        const bool is_on = read_flag(value, path, environment, problems).value_or(false);
        const auto set = overrides.find(name);
        const bool is_overridden = set != overrides.end();
        flags.push_back({name, is_overridden ? set->second : is_on, is_on, is_overridden});
    }
    return flags;
}

bool is_flag_reference(const config_node& node) {
    return node.is_string() && node.text.starts_with(flag_prefix);
}

void resolve_flag(config_node& node, const std::string& path, const config_environment& environment,
                  problem_log& problems) {
    if (!is_flag_reference(node) || node.is_broken) return; // it was reported
    const auto name = std::string_view{node.text}.substr(flag_prefix.size());
    const auto& flags = environment.flags();
    if (const auto known = flags.find(name); known != flags.end()) {
        node.kind = node_kind::boolean;
        node.boolean = known->second;
        node.text = node.boolean ? "true" : "false";
        return;
    }
    node.is_broken = true;
    std::vector<std::string_view> names;
    for (const auto& [flag, is_on] : flags) names.push_back(flag);
    const auto meant = nearest_word(name, names);
    problems.error(node.line, path, fmt::format("there is no flag {}", shown_key(name)),
                   names.empty()   ? fmt::format("write [flags] and {} = true", shown_key(name))
                   : meant.empty() ? fmt::format("known: {}", fmt::join(names, ", "))
                                   : fmt::format("did you mean {}?", meant));
}

} // namespace mcpgw
