// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_duration.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

namespace mcpgw {

namespace {

constexpr double longest_ms = 1e15; // beyond it the sum would not be exact

constexpr std::array<std::pair<std::string_view, double>, 5> units{
    {{"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3'600e3}, {"d", 86'400e3}}};

} // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    double total = 0;
    if (text.empty()) return std::nullopt;
    while (!text.empty()) {
        if (text.front() < '0' || text.front() > '9') return std::nullopt;
        double number = 0;
        const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number,
                                               std::chars_format::fixed);
        if (ec != std::errc{} || *(end - 1) == '.') return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const auto word = text.substr(0, text.find_first_of("0123456789"));
        const auto* unit = units.begin();
        while (unit != units.end() && unit->first != word) ++unit;
        if (unit == units.end()) return std::nullopt;
        text.remove_prefix(word.size());
        total += number * unit->second;
        if (total > longest_ms) return std::nullopt;
    }
    return std::chrono::milliseconds{std::llround(total)};
}

std::optional<std::chrono::milliseconds> read_duration(const config_node& node, key_type unit) {
    if (node.is_string()) return parse_duration(node.text);
    if (unit == key_type::milliseconds) {
        if (node.kind != node_kind::integer) return std::nullopt;
        return std::chrono::milliseconds{node.integer};
    }
    if (!node.is_number() || !(std::abs(node.real) < longest_ms / 1000)) return std::nullopt;
    return std::chrono::milliseconds{std::llround(node.real * 1000)};
}

} // namespace mcpgw
