// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_check.hpp"

#include "server/config/keys/config_hint.hpp"
#include "server/config/sections/config_duration.hpp"
#include "server/config/sections/config_flags.hpp"
#include "server/config/variables/config_expand.hpp"
#include "server/config/variables/config_secrets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace mcpgw {

namespace {

void report_type(const config_node& node, const std::string& path, std::string_view expected,
                 problem_log& problems, std::string hint = {}) {
    problems.error(node.line, path,
                   fmt::format("wrong type: expected {}, found {}", expected, kind_name(node.kind)),
                   std::move(hint));
}

/// Checks one value against its row; what is wrong is reported.
class value_check {
public:
    value_check(const config_key& key, const config_node& node, const std::string& path,
                problem_log& problems)
        : key_(key), node_(node), path_(path), problems_(problems) {}

    [[nodiscard]] bool is_good() const;

private:
    bool refuse(std::string message, std::string hint = {}) const {
        problems_.error(node_.line, path_, std::move(message), std::move(hint));
        return false;
    }
    /// `is_right`: the type. `if_text`: what to do where a text stands instead.
    bool is_of_type(bool is_right, std::string_view expected, std::string_view if_text = {}) const {
        if (is_right) return true;
        report_type(node_, path_, expected, problems_,
                    std::string{node_.is_string() ? if_text : ""});
        return false;
    }
    bool is_in_range(double value) const;
    bool is_duration() const;
    bool is_choice() const;
    bool is_text(const config_node& value, const std::string& path) const;
    bool is_text_list() const;
    bool is_text_map() const;
    bool is_truncation() const;
    bool has_steps() const;
    bool has_tables() const;

    const config_key& key_;
    const config_node& node_;
    const std::string& path_;
    problem_log& problems_;
};

bool value_check::is_good() const {
    switch (key_.type()) {
    case key_type::boolean:
        return is_of_type(node_.kind == node_kind::boolean, "true or false",
                          "write it without quotes");
    case key_type::condition: // "flag:x" stays in what is disabled
        return is_of_type(node_.kind == node_kind::boolean || is_flag_reference(node_),
                          "true, false or \"flag:NAME\"", "true and false have no quotes");
    case key_type::integer:
    case key_type::number: {
        const bool is_whole = key_.type() == key_type::integer;
        return is_of_type(is_whole ? node_.kind == node_kind::integer : node_.is_number(),
                          is_whole ? "a whole number" : "a number",
                          "write it without quotes and without a unit") &&
               is_in_range(node_.real);
    }
    case key_type::seconds:
    case key_type::milliseconds:
        return is_duration();
    case key_type::text:
        if (node_.is_string()) return is_text(node_, path_);
        report_type(node_, path_, "a text", problems_,
                    key_.name == "command" && node_.is_array()
                        ? "command is the program alone; the rest goes into args"
                        : "");
        return false;
    case key_type::choice:
        return is_choice();
    case key_type::texts:
        return is_text_list();
    case key_type::text_map:
        return is_text_map();
    case key_type::truncation:
        return is_truncation();
    case key_type::truncation_steps:
        return has_steps();
    case key_type::json_value:
        return true;
    case key_type::json_table:
    case key_type::table:
        break;
    case key_type::tables:
        if (node_.is_array()) return has_tables();
        report_type(node_, path_, "a list of tables", problems_,
                    node_.is_object() ? "write [{ ... }]" : "");
        return false;
    case key_type::table_map:
        return is_of_type(node_.is_object(), "a table of tables") && has_tables();
    }
    if (!is_of_type(node_.is_object(), "a table")) return false;
    if (key_.type() == key_type::json_table) return true;
    const checked_section nested{&node_, nested_section(key_), path_, problems_};
    return true; // what is wrong in it was reported; the rest counts
}

bool value_check::is_in_range(double value) const {
    if (!std::isnan(value) && value >= key_.min && value <= key_.max) return true;
    const auto unit = key_.type() == key_type::seconds        ? " seconds"
                      : key_.type() == key_type::milliseconds ? " milliseconds"
                                                              : "";
    return refuse(fmt::format("out of range: from {:.15g} to {:.15g}{} is allowed", key_.min,
                              key_.max, unit));
}

bool value_check::is_duration() const {
    const bool is_seconds = key_.type() == key_type::seconds;
    if (node_.is_number() && is_seconds) return is_in_range(node_.real);
    if (const auto time = read_duration(node_, key_.type()))
        return is_in_range(static_cast<double>(time->count()) / (is_seconds ? 1000 : 1));
    const auto hint =
        fmt::format(R"(write "250ms", "30s", "15m" or "2h", or a {} without quotes)",
                    is_seconds ? "number of seconds" : "whole number of milliseconds");
    if (node_.is_string()) return refuse("this text is no duration", hint);
    report_type(node_, path_, "a duration", problems_, hint);
    return false;
}

bool value_check::is_choice() const {
    const auto choices = key_.place.choices;
    const auto is_known = [&](std::string_view word) {
        return std::ranges::find(choices, word) != choices.end();
    };
    // Where yes and no can be said, true and false say the same.
    const bool is_boolean = node_.text == "true" || node_.text == "false";
    if ((is_boolean && is_known("yes")) || (node_.is_string() && is_known(node_.text))) return true;
    if (!is_of_type(node_.is_string(), "a text")) return false;
    const auto meant = nearest_word(node_.text, {choices.begin(), choices.end()});
    return refuse(fmt::format("must be one of {}", fmt::join(choices, ", ")),
                  meant.empty() ? "" : fmt::format("did you mean \"{}\"?", meant));
}

/// Numbers where a text is wanted ("PORT": 3000) are what the user means, in lists and maps.
bool value_check::is_text(const config_node& value, const std::string& path) const {
    const bool is_scalar =
        value.is_string() || value.is_number() || value.kind == node_kind::boolean;
    if (!is_scalar)
        report_type(value, path, "a text", problems_);
    else if (value.text.find('\0') != std::string::npos)
        problems_.error(value.line, path, "the text has a zero byte in it");
    else
        return true;
    return false;
}

bool value_check::is_text_list() const {
    bool is_good = is_of_type(node_.is_array(), "a list of texts", R"(write ["one", "two"])");
    for (std::size_t i = 0; i < node_.items.size(); ++i)
        is_good =
            is_text(node_.items[i], key_path(path_, i)) && !node_.items[i].is_broken && is_good;
    return is_good;
}

bool value_check::is_text_map() const {
    if (!node_.is_object()) {
        report_type(node_, path_, "a table of texts", problems_, "write { NAME = \"value\" }");
        return false;
    }
    bool is_good = true;
    for (const auto& [name, line, value] : node_.members) {
        const auto path = key_path(path_, name);
        const bool is_name =
            !name.empty() && name.find_first_of(std::string_view{"=\0", 2}) == std::string::npos;
        if (!is_name) problems_.error(line, path, "this cannot be a variable's name");
        const bool is_unset = value.kind == node_kind::null; // as VS Code has it
        is_good = is_name && (is_unset || is_text(value, path)) && is_good;
    }
    return is_good;
}

bool value_check::is_truncation() const {
    if (node_.is_string() && (node_.text == "adaptive" || node_.text == "none")) return true;
    if (!node_.is_object())
        return refuse("expected \"adaptive\", \"none\" or a table",
                      "write { head = 50, tail = 50 }");
    const auto before = problems_.problems().size();
    const checked_section amounts{&node_, "truncate", path_, problems_};
    return problems_.problems().size() == before;
}

bool value_check::has_steps() const {
    if (!node_.is_array()) {
        report_type(node_, path_, "a list of tables", problems_,
                    "write [{ lines_min = 1000, head = 500, tail = 500 }]");
        return false;
    }
    const auto before = problems_.problems().size();
    std::int64_t last = -1;
    for (std::size_t i = 0; i < node_.items.size(); ++i) {
        const auto path = key_path(path_, i);
        const checked_section step{&node_.items[i], "truncate_adaptive", path, problems_};
        const auto* lines = step.find("lines_min");
        const std::int64_t lines_min = lines == nullptr ? 0 : lines->integer;
        if (lines_min <= last)
            problems_.error(node_.items[i].line, path,
                            "lines_min must be greater than in the step before");
        last = lines_min;
    }
    return problems_.problems().size() == before;
}

bool value_check::has_tables() const {
    const auto section = nested_section(key_);
    for (std::size_t i = 0; i < node_.items.size(); ++i)
        const checked_section one{&node_.items[i], section, key_path(path_, i), problems_};
    for (const auto& [name, line, value] : node_.members)
        const checked_section one{&value, section, key_path(path_, name), problems_};
    return true; // what is wrong in them was reported; the rest counts
}

std::string editor_hint(std::string_view name) {
    constexpr std::string_view input = "input:";
    if (name.starts_with("workspaceFolder")) return "write the folder's absolute path";
    if (!name.starts_with(input)) return "write the value itself, or a variable of your own";
    return fmt::format("write ${{{0}}} and set the environment variable {0}",
                       variable_name(name.substr(input.size())));
}

} // namespace

checked_section::checked_section(const config_node* node, std::string_view section,
                                 std::string path, problem_log& problems)
    : node_(node), section_(section), path_(std::move(path)) {
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
        else if (!member.value.is_broken && // reported before
                 value_check{*key, member.value, member_path, problems}.is_good())
            valid_.push_back(key->name);
    }
}

const config_node* checked_section::find(std::string_view key) const {
    if (std::find(valid_.begin(), valid_.end(), key) == valid_.end()) return nullptr;
    return node_->find(key);
}

void checked_section::store(void* options, const void* owner, const config_scope& scope) const {
    for (const auto* key : section_keys(section_)) {
        const auto* const node = find(key->name);
        if (node == nullptr) continue;
        if (key->place.owner == owner)
            key->place.store(options, {*key, *node, path_of(key->name), scope});
        if (key->type() != key_type::table) continue;
        problem_log reported{""}; // the first check reported them
        const auto section = nested_section(*key);
        const checked_section nested{node, section, path_of(key->name), reported};
        nested.store(options, owner, scope);
    }
}

void expand_text(config_node& node, const std::string& path, const config_environment& environment,
                 problem_log& problems) {
    auto expanded = environment.expand(node.text, problems.file_of(node.line));
    node.has_variables = expanded.has_variables;
    node.is_broken = !expanded.is_complete();
    for (const auto& name : expanded.missing)
        problems.error(node.line, path, fmt::format("the variable {} is not set", name),
                       fmt::format("export {0}=..., or put {0}=... into the file .env beside this "
                                   "one, or write ${{{0}:-default}}",
                                   name));
    for (auto& secret : expanded.unread)
        problems.error(node.line, path,
                       fmt::format("${{{}:...}}: {}", secret.provider, secret.problem),
                       std::move(secret.hint));
    for (auto& warning : expanded.warnings) problems.warning(node.line, path, std::move(warning));
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

void expand_section(config_node& node, std::string_view section, const std::string& path,
                    const config_environment& environment, problem_log& problems) {
    for (auto& [name, line, value] : node.members) {
        const auto* const key = find_config_key(section, name);
        if (key == nullptr) continue;
        const auto member_path = key_path(path, name);
        if (key->type() == key_type::condition)
            resolve_flag(value, member_path, environment, problems);
        if (key->type() == key_type::table)
            expand_section(value, nested_section(*key), member_path, environment, problems);
        if (key->type() == key_type::table_map)
            for (auto& [entry, entry_line, table] : value.members)
                expand_section(table, nested_section(*key), key_path(member_path, entry),
                               environment, problems);
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
