// SPDX-License-Identifier: Apache-2.0
#include "server/config/dialects/foreign_time.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

namespace mcpgw {

namespace {

constexpr double day = 86'400;
constexpr double seconds_plausible_max = 7'200; // the longest that clients offer is an hour
constexpr double short_milliseconds = 1'000;
constexpr double clear_milliseconds = 10'000; // below, a number without a unit may be seconds

std::optional<double> unit_of(std::string_view word) {
    if (word == "ns") return 1e-9;
    if (word == "us" || word == "µs") return 1e-6;
    if (word == "ms") return 1e-3;
    if (word == "s" || word == "sec" || word == "seconds") return 1;
    if (word == "m" || word == "min" || word == "minutes") return 60;
    if (word == "h" || word == "hours") return 3'600;
    if (word == "d") return day;
    return std::nullopt;
}

/// "1h30m". Nothing: it is no such text. A number alone is left to its unit.
std::optional<double> read_duration(std::string_view text) {
    double total = 0;
    if (text.empty()) return std::nullopt;
    while (!text.empty()) {
        double number = 0;
        const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (ec != std::errc{} || !std::isfinite(number)) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        while (text.starts_with(' ')) text.remove_prefix(1);
        const auto stop = std::min(text.find_first_of("0123456789.-+ "), text.size());
        const auto unit = unit_of(text.substr(0, stop));
        if (!unit) return std::nullopt;
        total += number * *unit;
        text.remove_prefix(stop);
        while (text.starts_with(' ')) text.remove_prefix(1);
    }
    return total;
}

std::optional<double> number_of(const config_node& node) {
    if (node.is_number()) return node.real;
    if (!node.is_string() || node.text.empty()) return std::nullopt;
    double number = 0;
    const auto* const last = node.text.data() + node.text.size();
    const auto [end, ec] = std::from_chars(node.text.data(), last, number);
    if (ec != std::errc{} || end != last) return std::nullopt;
    return number;
}

foreign_time of_seconds(double number) {
    if (number <= seconds_plausible_max) return {number, {}};
    return {number / 1000,
            fmt::format("{:.15g} seconds are more than two hours; read as milliseconds", number)};
}

foreign_time of_milliseconds(double number) {
    if (number >= short_milliseconds) return {number / 1000, {}};
    return {number,
            fmt::format("{:.15g} milliseconds would end every call; read as seconds", number)};
}

/// Nobody waits for 10,000 seconds, and no server answers within a second at worst.
foreign_time of_unknown(double number) {
    if (number < short_milliseconds) return {number, {}};
    if (number >= clear_milliseconds) return {number / 1000, {}};
    constexpr double whole_hour = 3'600;
    const bool is_seconds = number <= whole_hour;
    return {is_seconds ? number : number / 1000,
            fmt::format("{:.15g} may be seconds or milliseconds; read as {}", number,
                        is_seconds ? "seconds" : "milliseconds")};
}

foreign_time of_nanoseconds(double number) {
    constexpr double millisecond = 1e6;
    return number >= millisecond ? foreign_time{number / 1e9, {}} : of_unknown(number);
}

} // namespace

std::optional<foreign_time> read_foreign_time(const config_node& node, time_unit unit,
                                              bool is_exact) {
    const auto number = number_of(node);
    if (!number) {
        const auto told = node.is_string() ? read_duration(node.text) : std::nullopt;
        return told ? std::optional{foreign_time{*told, {}}} : std::nullopt;
    }
    if (!std::isfinite(*number)) return std::nullopt;
    if (is_exact) {
        const double seconds = unit == time_unit::milliseconds ? *number / 1000 : *number;
        std::string doubt;
        if (seconds > day) doubt = "more than a day";
        if (seconds > 0 && seconds < 0.1) doubt = "less than a tenth of a second";
        return foreign_time{seconds, std::move(doubt)};
    }
    switch (unit) {
    case time_unit::seconds:
        return of_seconds(*number);
    case time_unit::milliseconds:
        return of_milliseconds(*number);
    case time_unit::nanoseconds:
        return of_nanoseconds(*number);
    case time_unit::unknown:
        break;
    }
    return of_unknown(*number);
}

} // namespace mcpgw
