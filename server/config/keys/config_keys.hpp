// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// The one table of everything that a configuration of ours can say. The reader's checks, its "did
/// you mean" hints, config_schema() and the test of docs/configuration.md all come from it.

enum class key_type : unsigned char {
    boolean,
    integer,
    number,       ///< fractions allowed
    seconds,      ///< fractions allowed
    milliseconds, ///< whole number
    text,
    choice,           ///< one of `choices`
    texts,            ///< list of texts
    text_map,         ///< table of texts
    truncation,       ///< "adaptive", "none" or a table, section `truncate`
    truncation_steps, ///< list of tables, section `truncate_adaptive`
    table,            ///< section "children." and its name
    json_table,       ///< table of anything that JSON can say
    tables,           ///< list of tables, each of section "children." and its name
    table_map,        ///< tables by names of the user's, each of section "children." and its name
};

struct config_key {
    std::string_view section;
    std::string_view name;
    key_type type;
    std::string_view default_json; ///< JSON; empty: there is none
    std::string_view description;  ///< sentences for people
    double min = 0;                ///< of numbers
    double max = 0;
    std::string_view choices = {}; ///< "a|b|c"
    bool is_expanded = false;      ///< ${VAR} is replaced in it
    bool is_required = false;
};

/// One table of the file.
struct config_section {
    std::string_view name; ///< "gateway"; nested ones "children.limits"
    std::string_view description;
};

std::span<const config_key> config_keys();
std::span<const config_section> config_sections();

/// The keys accepted in a section, in the table's order. "defaults" has those of "children" except
/// name, command, args, url, headers, bearer_token, tools, tools_only, tools_except and fallback;
/// "limits" also has those of "children.limits".
std::vector<const config_key*> section_keys(std::string_view section);

/// Null: no such key there.
const config_key* find_config_key(std::string_view section, std::string_view name);

/// "true or false", "whole number", "seconds", … as documentation and messages say it.
std::string_view type_name(key_type type);

} // namespace mcpgw
