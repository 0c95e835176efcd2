// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_check.hpp"

#include "server/config/keys/config_hint.hpp"
#include "server/config/variables/config_expand.hpp"
#include "server/config/variables/config_secrets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace mcpgw {

namespace {

/// Numbers where a text is wanted ("PORT": 3000) are what the user means.
bool is_scalar_text(const config_node& node) {
    return node.is_string() || node.is_number() || node.kind == node_kind::boolean;
}

bool check_text(const config_node& node, const std::string& path, problem_log& problems) {
    if (node.text.find('\0') == std::string::npos) return true;
    problems.error(node.line, path, "the text has a zero byte in it");
    return false;
}

bool check_number(const config_key& key, const config_node& node, const std::string& path,
                  problem_log& problems) {
    const bool is_whole = key.type == key_type::integer || key.type == key_type::milliseconds;
    if (is_whole ? node.kind != node_kind::integer : !node.is_number()) {
        const auto expected = key.type == key_type::integer        ? "a whole number"
                              : key.type == key_type::milliseconds ? "whole milliseconds"
                              : key.type == key_type::seconds      ? "a number of seconds"
                                                                   : "a number";
        report_type(node, path, expected, problems,
                    node.is_string() ? "write it without quotes and without a unit" : "");
        return false;
    }
    const double value = is_whole ? static_cast<double>(node.integer) : node.real;
    if (std::isnan(value) || value < key.min || value > key.max) {
        problems.error(
            node.line, path,
            fmt::format("out of range: from {:.15g} to {:.15g} is allowed", key.min, key.max));
        return false;
    }
    return true;
}

bool check_choice(const config_key& key, const config_node& node, const std::string& path,
                  problem_log& problems) {
    std::vector<std::string_view> choices;
    for (auto rest = key.choices; !rest.empty();) {
        const auto end = std::min(rest.find('|'), rest.size());
        choices.push_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    // Where yes and no can be said, true and false say the same.
    const bool is_boolean = node.text == "true" || node.text == "false";
    const auto* const said = node.text == "true" ? "yes" : "no";
    if (is_boolean && std::find(choices.begin(), choices.end(), said) != choices.end()) return true;
    if (!node.is_string()) {
        report_type(node, path, "a text", problems);
        return false;
    }
    if (std::find(choices.begin(), choices.end(), node.text) != choices.end()) return true;
    const auto meant = nearest_word(node.text, choices);
    problems.error(node.line, path, fmt::format("must be one of {}", fmt::join(choices, ", ")),
                   meant.empty() ? "" : fmt::format("did you mean \"{}\"?", meant));
    return false;
}

bool check_texts(const config_node& node, const std::string& path, problem_log& problems) {
    if (!node.is_array()) {
        report_type(node, path, "a list of texts", problems,
                    node.is_string() ? "write [\"one\", \"two\"]" : "");
        return false;
    }
    bool is_good = true;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        const auto& item = node.items[i];
        const auto item_path = key_path(path, i);
        if (!is_scalar_text(item)) {
            report_type(item, item_path, "a text", problems);
            is_good = false;
        } else {
            is_good = check_text(item, item_path, problems) && !item.is_broken && is_good;
        }
    }
    return is_good;
}

bool check_text_map(const config_node& node, const std::string& path, problem_log& problems) {
    if (!node.is_object()) {
        report_type(node, path, "a table of texts", problems, "write { NAME = \"value\" }");
        return false;
    }
    bool is_good = true;
    for (const auto& member : node.members) {
        const auto member_path = key_path(path, member.key);
        const auto& value = member.value;
        if (member.key.empty() ||
            member.key.find_first_of(std::string_view{"=\0", 2}) != std::string::npos) {
            problems.error(member.line, member_path, "this cannot be a variable's name");
            is_good = false;
        } else if (value.kind == node_kind::null) {
            continue; // "not set", as VS Code has it
        } else if (!is_scalar_text(value)) {
            report_type(value, member_path, "a text", problems);
            is_good = false;
        } else {
            is_good = check_text(value, member_path, problems) && is_good;
        }
    }
    return is_good;
}

bool check_steps(const config_node& node, const std::string& path, problem_log& problems) {
    if (!node.is_array()) {
        report_type(node, path, "a list of tables", problems,
                    "write [{ lines_min = 1000, head = 500, tail = 500 }]");
        return false;
    }
    const auto before = problems.problems().size();
    std::int64_t last = -1;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        const auto& item = node.items[i];
        const checked_section step{&item, "truncate_adaptive", key_path(path, i), problems};
        const auto* lines = step.find("lines_min");
        const std::int64_t lines_min = lines == nullptr ? 0 : lines->integer;
        if (lines_min <= last)
            problems.error(item.line, key_path(path, i),
                           "lines_min must be greater than in the step before");
        last = lines_min;
    }
    return problems.problems().size() == before;
}

bool check_truncation(const config_node& node, const std::string& path, problem_log& problems) {
    if (node.is_string() && (node.text == "adaptive" || node.text == "none")) return true;
    if (!node.is_object()) {
        problems.error(node.line, path, "expected \"adaptive\", \"none\" or a table",
                       "write { head = 50, tail = 50 }");
        return false;
    }
    const auto before = problems.problems().size();
    const checked_section amounts{&node, "truncate", path, problems};
    return problems.problems().size() == before;
}

bool check_list_of_tables(const config_key& key, const config_node& node, const std::string& path,
                          problem_log& problems) {
    if (!node.is_array()) {
        report_type(node, path, "a list of tables", problems,
                    node.is_object() ? "write [{ ... }]" : "");
        return false;
    }
    const auto section = fmt::format("children.{}", key.name);
    for (std::size_t i = 0; i < node.items.size(); ++i)
        const checked_section one{&node.items[i], section, key_path(path, i), problems};
    return true; // what is wrong in them was reported; the rest counts
}

bool check_table_map(const config_key& key, const config_node& node, const std::string& path,
                     problem_log& problems) {
    if (!node.is_object()) {
        report_type(node, path, "a table of tables", problems);
        return false;
    }
    const auto section = fmt::format("children.{}", key.name);
    for (const auto& member : node.members)
        const checked_section one{&member.value, section, key_path(path, member.key), problems};
    return true; // what is wrong in them was reported; the rest counts
}

std::string editor_hint(std::string_view name) {
    constexpr std::string_view input = "input:";
    if (name.starts_with("workspaceFolder")) return "write the folder's absolute path";
    if (!name.starts_with(input)) return "write the value itself, or a variable of your own";
    return fmt::format("write ${{{0}}} and set the environment variable {0}",
                       variable_name(name.substr(input.size())));
}

void expand_text(config_node& node, const std::string& path, const environment_lookup& environment,
                 problem_log& problems) {
    auto expanded = expand_variables(node.text, environment);
    node.has_variables = expanded.has_variables;
    node.is_broken = !expanded.is_complete();
    for (const auto& name : expanded.missing)
        problems.error(node.line, path, fmt::format("the variable {} is not set", name),
                       fmt::format("export {0}=..., or put {0}=... into the file .env beside this "
                                   "one, or write ${{{0}:-default}}",
                                   name));
    for (const auto& name : expanded.editor_only)
        problems.error(
            node.line, path,
            fmt::format("${{{}}} is known to an editor only and cannot be resolved here", name),
            editor_hint(name));
    if (expanded.is_malformed)
        problems.error(node.line, path, "a ${ is not followed by a variable's name and }",
                       "write ${NAME} or ${NAME:-default}; $$ stands for one $");
    if (!node.is_broken) node.text = std::move(expanded.text);
}

} // namespace

void report_type(const config_node& node, const std::string& path, std::string_view expected,
                 problem_log& problems, std::string hint) {
    problems.error(node.line, path,
                   fmt::format("wrong type: expected {}, found {}", expected, kind_name(node.kind)),
                   std::move(hint));
}

checked_section::checked_section(const config_node* node, std::string_view section,
                                 std::string path, problem_log& problems)
    : node_(node), path_(std::move(path)) {
    if (node_ == nullptr) return;
    if (!node_->is_object()) {
        report_type(*node_, path_, "a table", problems);
        node_ = nullptr;
        return;
    }
    for (const auto& member : node_->members) {
        if (member.value.kind == node_kind::null) continue; // as good as absent
        const auto* const key = find_config_key(section, member.key);
        const auto member_path = path_of(member.key);
        if (key == nullptr)
            problems.error(member.line, member_path, "unknown key",
                           unknown_key_hint(section, member.key));
        else if (check(*key, member.value, member_path, problems))
            valid_.push_back(key->name);
    }
}

bool checked_section::check(const config_key& key, const config_node& node, const std::string& path,
                            problem_log& problems) const {
    if (node.is_broken) return false; // reported before
    switch (key.type) {
    case key_type::boolean:
        if (node.kind == node_kind::boolean) return true;
        report_type(node, path, "true or false", problems,
                    node.is_string() ? "write it without quotes" : "");
        return false;
    case key_type::integer:
    case key_type::number:
    case key_type::seconds:
    case key_type::milliseconds:
        return check_number(key, node, path, problems);
    case key_type::text:
        if (node.is_string()) return check_text(node, path, problems);
        report_type(node, path, "a text", problems,
                    key.name == "command" && node.is_array()
                        ? "command is the program alone; the rest goes into args"
                        : "");
        return false;
    case key_type::choice:
        return check_choice(key, node, path, problems);
    case key_type::texts:
        return check_texts(node, path, problems);
    case key_type::text_map:
        return check_text_map(node, path, problems);
    case key_type::truncation:
        return check_truncation(node, path, problems);
    case key_type::truncation_steps:
        return check_steps(node, path, problems);
    case key_type::json_table:
        if (node.is_object()) return true;
        report_type(node, path, "a table", problems);
        return false;
    case key_type::tables:
        return check_list_of_tables(key, node, path, problems);
    case key_type::table_map:
        return check_table_map(key, node, path, problems);
    case key_type::table:
        break;
    }
    const auto section = fmt::format("children.{}", key.name);
    const checked_section nested{&node, section, path, problems};
    return nested.node_ != nullptr; // what is wrong in it was reported; the rest counts
}

const config_node* checked_section::find(std::string_view key) const {
    if (std::find(valid_.begin(), valid_.end(), key) == valid_.end()) return nullptr;
    return node_->find(key);
}

bool checked_section::take(std::string_view key, std::string& out) const {
    const auto* const node = find(key);
    if (node != nullptr) out = node->text;
    return node != nullptr;
}

bool checked_section::take(std::string_view key, bool& out) const {
    const auto* const node = find(key);
    if (node != nullptr) out = node->boolean;
    return node != nullptr;
}

bool checked_section::take(std::string_view key, double& out) const {
    const auto* const node = find(key);
    if (node != nullptr) out = node->real;
    return node != nullptr;
}

bool checked_section::take(std::string_view key, std::size_t& out) const {
    const auto* const node = find(key);
    if (node != nullptr) out = static_cast<std::size_t>(node->integer); // the range begins at >= 0
    return node != nullptr;
}

bool checked_section::take(std::string_view key, std::optional<std::size_t>& out) const {
    std::size_t number = 0;
    const bool is_there = take(key, number);
    if (is_there) out = number;
    return is_there;
}

bool checked_section::take(std::string_view key, std::chrono::milliseconds& out) const {
    const auto* const node = find(key);
    if (node == nullptr) return false;
    const bool is_milliseconds = key.ends_with("_ms");
    out = std::chrono::milliseconds{is_milliseconds ? node->integer
                                                    : std::llround(node->real * 1000)};
    return true;
}

bool checked_section::take(std::string_view key, std::vector<std::string>& out) const {
    const auto* const node = find(key);
    if (node == nullptr) return false;
    out.clear();
    for (const auto& item : node->items) out.push_back(item.text);
    return true;
}

void expand_section(config_node& node, std::string_view section, const std::string& path,
                    const environment_lookup& environment, problem_log& problems) {
    for (auto& [name, line, value] : node.members) {
        const auto* const key = find_config_key(section, name);
        if (key == nullptr) continue;
        const auto member_path = key_path(path, name);
        if (key->type == key_type::table)
            expand_section(value, fmt::format("children.{}", name), member_path, environment,
                           problems);
        if (!key->is_expanded) continue;
        if (value.is_string()) expand_text(value, member_path, environment, problems);
        for (std::size_t i = 0; i < value.items.size(); ++i)
            if (value.items[i].is_string())
                expand_text(value.items[i], key_path(member_path, i), environment, problems);
        for (auto& entry : value.members)
            if (entry.value.is_string())
                expand_text(entry.value, key_path(member_path, entry.key), environment, problems);
    }
}

} // namespace mcpgw
