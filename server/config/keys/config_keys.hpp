// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/text/enum_words.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

struct value_site;

/// Everything that a configuration of ours can say: one row for each key. The reader, its checks
/// and hints, the defaults, config_schema(), the tables of docs/configuration.md and what a status
/// shows of the configuration all come from the rows (config_rows_*.cpp).

enum class key_type : std::uint8_t {
    boolean,
    condition, ///< a boolean, or what a flag says: "flag:NAME"
    integer,
    number,       ///< fractions allowed
    seconds,      ///< a duration; a number without a unit counts seconds, fractions allowed
    milliseconds, ///< a duration; a number without a unit counts milliseconds
    text,
    choice,           ///< one of `choices`
    texts,            ///< list of texts
    text_map,         ///< table of texts
    truncation,       ///< "adaptive", "none" or a table, section `truncate`
    truncation_steps, ///< list of tables, section `truncate_adaptive`
    table,            ///< section "children." and its name
    json_value,       ///< anything that JSON can say
    json_table,       ///< table of that
    tables,           ///< list of tables, each of section "children." and its name
    table_map,        ///< tables by names of the user's, each of section "children." and its name
};

/// When a change of a key is felt by a gateway that runs.
enum class key_effect : std::uint8_t {
    at_once,
    new_calls,     ///< by calls (requests, connections, sessions) that begin afterwards
    child_start,   ///< by processes (connections of a remote server) that start afterwards
    gateway_start, ///< when the gateway is started the next time
};
template <>
inline constexpr auto enum_words<key_effect> = std::array{
    enum_word{key_effect::at_once, "at_once"},
    enum_word{key_effect::new_calls, "new_calls"},
    enum_word{key_effect::child_start, "child_start"},
    enum_word{key_effect::gateway_start, "gateway_start"},
};

struct config_key;

/// Where the value of a key is kept: in a member of options of one type. Made by place_in() and
/// its like (config_row.hpp).
struct config_place {
    key_type type;
    std::span<const std::string_view> choices = {};
    const void* owner = nullptr; ///< options_tag<> of those options; null: the reader takes it
    void (*store)(void* options, const value_site& site) = nullptr;
    /// What the options say, as JSON; empty: nothing. `options` null: those nobody has touched.
    /// A null function: it cannot be told.
    std::string (*show)(const void* options, const config_key& key) = nullptr;
    /// Whether two options say the same. Null: another key stands for what this one says.
    bool (*same)(const void* one, const void* other) = nullptr;
};

template <class Options>
inline constexpr char options_tag = 0; ///< its address stands for the type

struct config_key {
    std::string_view section{}; ///< set by config_keys()
    std::string_view name;
    config_place place;
    key_effect effect;
    std::string_view description; ///< sentences for people
    double min = 0;               ///< of numbers
    double max = 0;
    std::string_view said_default{}; ///< JSON, where the options cannot tell
    bool has_no_default = false;
    bool is_expanded = false; ///< ${VAR} is replaced in it
    bool is_required = false;
    bool is_file_path = false;  ///< relative to the configuration file, and kept absolute
    bool is_of_one = false;     ///< names one child, or is for its eyes only: no default of all
    bool is_of_process = false; ///< means something for a server that is started only
    bool is_of_remote = false;  ///< or for one at a url only
    bool is_in_status = false;  ///< a status shows it
    bool is_personal = false;   ///< [[overlays]] may say it

    [[nodiscard]] key_type type() const { return place.type; }
    /// Tables of keys have none: their keys do.
    [[nodiscard]] bool has_effect() const {
        return type() != key_type::table && type() != key_type::table_map;
    }
    [[nodiscard]] bool is_duration() const {
        return type() == key_type::seconds || type() == key_type::milliseconds;
    }
    [[nodiscard]] bool is_number() const {
        return is_duration() || type() == key_type::integer || type() == key_type::number;
    }
    /// JSON; empty: there is none.
    [[nodiscard]] std::string default_json() const;
};

/// One table of the file.
struct config_section {
    std::string_view name; ///< "gateway"; nested ones "children.limits"
    std::string_view description;
};

std::span<const config_key> config_keys();
std::span<const config_section> config_sections();

/// The keys accepted in a section, in the table's order. "defaults" has those of "children" except
/// those of one child (config_key::is_of_one); "limits" also has those of "children.limits".
const std::vector<const config_key*>& section_keys(std::string_view section);

/// "children.NAME": where the keys of a table (or of each of several) stand.
std::string nested_section(const config_key& key);

/// Null: no such key there.
const config_key* find_config_key(std::string_view section, std::string_view name);

/// "true or false", "whole number", "duration (s)", … as documentation says it.
std::string_view type_name(key_type type);

/// What child_options say of the keys of a section that a status shows, as a JSON object.
std::string shown_json(std::string_view section, const void* options);

} // namespace mcpgw
