// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "server/config/sections/config_scope.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace mcpgw {

/// How values of one type are kept (`store_value`, after the checks of their row) and shown
/// (`show_value`: JSON; empty: nothing is set).

void store_value(bool& out, const value_site& site);
void store_value(std::size_t& out, const value_site& site);
void store_value(double& out, const value_site& site);
void store_value(std::chrono::milliseconds& out, const value_site& site);
void store_value(std::string& out, const value_site& site);
void store_value(std::vector<std::string>& out, const value_site& site);
/// Merged, name by name; null takes a name out.
void store_value(std::map<std::string, std::string>& out, const value_site& site);
/// Public names of errors; those that no repeat helps against are reported.
void store_value(std::vector<errc>& out, const value_site& site);

std::string show_value(const bool& value, const config_key& key);
std::string show_value(const std::size_t& value, const config_key& key);
std::string show_value(const double& value, const config_key& key);
std::string show_value(const std::chrono::milliseconds& value, const config_key& key);
std::string show_value(const std::string& value, const config_key& key);
std::string show_value(const std::vector<std::string>& value, const config_key& key);
std::string show_value(const std::map<std::string, std::string>& value, const config_key& key);
std::string show_value(const std::vector<errc>& value, const config_key& key);

/// The word of a choice; true and false say yes and no.
std::string_view word_in(const config_node& node);
std::string show_word(std::string_view word);

template <worded_enum Enum>
void store_value(Enum& out, const value_site& site) {
    out = enum_of<Enum>(word_in(site.node)).value_or(out);
}
template <worded_enum Enum>
std::string show_value(const Enum& value, const config_key& /*key*/) {
    return show_word(word_of(value));
}

template <class Value>
void store_value(std::optional<Value>& out, const value_site& site) {
    if constexpr (worded_enum<Value>) // "auto" is none of its words
        out = enum_of<Value>(word_in(site.node));
    else
        store_value(out.emplace(), site);
}
template <class Value>
std::string show_value(const std::optional<Value>& value, const config_key& key) {
    if (value) return show_value(*value, key);
    return worded_enum<Value> ? show_word("auto") : std::string{};
}

/// What stands in the file for a value of that type.
template <class Value>
inline constexpr key_type type_of = worded_enum<Value> ? key_type::choice : key_type::text;
template <class Value>
inline constexpr key_type type_of<std::optional<Value>> = type_of<Value>;
template <>
inline constexpr key_type type_of<bool> = key_type::boolean;
template <>
inline constexpr key_type type_of<std::size_t> = key_type::integer;
template <>
inline constexpr key_type type_of<double> = key_type::number;
template <> // milliseconds where the key ends in _ms
inline constexpr key_type type_of<std::chrono::milliseconds> = key_type::seconds;
template <>
inline constexpr key_type type_of<std::vector<std::string>> = key_type::texts;
template <>
inline constexpr key_type type_of<std::vector<errc>> = key_type::texts;
template <>
inline constexpr key_type type_of<std::map<std::string, std::string>> = key_type::text_map;

template <worded_enum Enum>
inline constexpr auto words_or_auto = [] {
    std::array<std::string_view, enum_words<Enum>.size() + 1> list{"auto"};
    std::copy(word_list<Enum>.begin(), word_list<Enum>.end(), list.begin() + 1);
    return list;
}();

/// The words of a choice; of other types: none.
template <class Value>
inline constexpr std::span<const std::string_view> choices_of{};
template <worded_enum Enum>
inline constexpr std::span<const std::string_view> choices_of<Enum>{word_list<Enum>};
template <worded_enum Enum>
inline constexpr std::span<const std::string_view> choices_of<std::optional<Enum>>{
    words_or_auto<Enum>};

} // namespace mcpgw
