// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_value.hpp"

#include "protocol/json/json_text.hpp"
#include "server/config/sections/config_duration.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

namespace mcpgw {

namespace {

/// Failures that may pass by themselves, by the names that users know.
constexpr std::array passing{errc::call_timed_out, errc::connection_lost, errc::server_busy,
                             errc::server_failed};

template <class Range, class Show>
std::string join_json(const Range& range, Show show) {
    std::vector<std::string> items;
    for (const auto& item : range) items.push_back(show(item));
    return fmt::format("{}", fmt::join(items, ","));
}

std::string show_number(double number) {
    return fmt::format("{:.15g}", number);
}

} // namespace

std::string_view word_in(const config_node& node) {
    if (node.text == "true") return "yes";
    return node.text == "false" ? std::string_view{"no"} : node.text;
}

std::string show_word(std::string_view word) {
    return quote_json(word);
}

void store_value(bool& out, const value_site& site) {
    out = site.node.boolean;
}

void store_value(std::size_t& out, const value_site& site) {
    out = static_cast<std::size_t>(site.node.integer); // the range begins at >= 0
}

void store_value(double& out, const value_site& site) {
    out = site.node.real;
}

void store_value(std::chrono::milliseconds& out, const value_site& site) {
    out = read_duration(site.node, site.key.type()).value_or(out);
}

void store_value(std::string& out, const value_site& site) {
    const auto& text = site.node.text;
    out = site.key.is_file_path && !text.empty() ? site.absolute(text) : text;
}

void store_value(std::vector<std::string>& out, const value_site& site) {
    out.clear();
    for (const auto& item : site.node.items) out.push_back(item.text);
}

void store_value(std::map<std::string, std::string>& out, const value_site& site) {
    for (const auto& [name, line, value] : site.node.members) {
        // A broken value stays as it was written: the configuration is not usable anyway, and the
        // name counts as given.
        if (value.kind == node_kind::null)
            out.erase(name);
        else
            out.insert_or_assign(name, value.text);
    }
}

void store_value(std::vector<errc>& out, const value_site& site) {
    out.clear();
    for (std::size_t i = 0; i < site.node.items.size(); ++i) {
        const auto& item = site.node.items[i];
        const auto* const known = std::ranges::find_if(
            passing, [&](errc code) { return describe(code).name == item.text; });
        if (known != passing.end())
            out.push_back(*known);
        else
            site.scope.problems.error(item.line, key_path(site.path, i),
                                      "no failure that a repeat could help against",
                                      "TIMEOUT, CONNECTION_LOST, SERVER_BUSY or SERVER_FAILED");
    }
}

std::string show_value(const bool& value, const config_key& /*key*/) {
    return value ? "true" : "false";
}

std::string show_value(const std::size_t& value, const config_key& /*key*/) {
    return std::to_string(value);
}

std::string show_value(const double& value, const config_key& /*key*/) {
    return show_number(value);
}

std::string show_value(const std::chrono::milliseconds& value, const config_key& key) {
    const auto unit = key.type() == key_type::milliseconds ? 1.0 : 1000.0;
    return show_number(static_cast<double>(value.count()) / unit);
}

std::string show_value(const std::string& value, const config_key& /*key*/) {
    return quote_json(value);
}

std::string show_value(const std::vector<std::string>& value, const config_key& /*key*/) {
    return "[" + join_json(value, [](const auto& text) { return quote_json(text); }) + "]";
}

std::string show_value(const std::map<std::string, std::string>& value, const config_key& /*key*/) {
    const auto show_member = [](const auto& one) {
        return quote_json(one.first) + ":" + quote_json(one.second);
    };
    return "{" + join_json(value, show_member) + "}";
}

std::string show_value(const std::vector<errc>& value, const config_key& /*key*/) {
    return "[" + join_json(value, [](errc code) { return quote_json(describe(code).name); }) + "]";
}

} // namespace mcpgw
