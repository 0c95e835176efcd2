// SPDX-License-Identifier: Apache-2.0
#include "server/cli/status_table.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace mcpgw {

namespace json = boost::json;

namespace {

constexpr std::size_t stderr_lines_shown_max = 5;

struct column {
    std::string_view heading;
    bool is_number = false;
};

constexpr std::array columns{column{"SERVER"},     column{"STATE"},        column{"PID", true},
                             column{"PROTOCOL"},   column{"UPTIME", true}, column{"RESTARTS", true},
                             column{"CALLS", true}};
using row = std::array<std::string, columns.size()>;

std::string text_of(const json::object& status, std::string_view key) {
    const auto* const value = status.if_contains(key);
    if (value == nullptr || value->is_null()) return {};
    if (value->is_string()) return std::string{value->as_string()};
    return json::serialize(*value);
}

std::int64_t number_of(const json::object& status, std::string_view key) {
    const auto* const value = status.if_contains(key);
    boost::system::error_code ec;
    const auto number = value == nullptr ? 0 : value->to_number<std::int64_t>(ec);
    return ec ? 0 : number;
}

std::string or_dash(std::string text) {
    return text.empty() ? "-" : text;
}

row row_of(const json::object& status) {
    const bool runs = text_of(status, "status") == "running";
    return {text_of(status, "server_id"),
            text_of(status, "status"),
            or_dash(text_of(status, "pid")),
            or_dash(text_of(status, "protocol_version")),
            runs ? shown_duration(std::chrono::seconds{number_of(status, "uptime_seconds")}) : "-",
            std::to_string(number_of(status, "restarts")),
            std::to_string(number_of(status, "calls_in_flight"))};
}

/// Characters, not bytes: names may have others than ASCII.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

void append_row(std::string& out, const row& cells,
                const std::array<std::size_t, columns.size()>& widths) {
    std::string line;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::string padding(widths[i] - width_of(cells[i]), ' ');
        if (i > 0) line += "  ";
        line += columns[i].is_number ? padding + cells[i] : cells[i] + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
}

void append_trouble(std::string& out, const json::object& status) {
    const auto error = text_of(status, "last_error");
    const auto garbage = number_of(status, "garbage_lines");
    if (error.empty() && garbage == 0) return;
    const auto name = text_of(status, "server_id");
    out += "\n";
    if (!error.empty()) out += fmt::format("{}: {}\n", name, error);
    if (garbage > 0)
        out += fmt::format("{}: {} line{} on stdout that {} no message\n", name, garbage,
                           garbage == 1 ? "" : "s", garbage == 1 ? "was" : "were");
    if (text_of(status, "status") == "running") return;
    if (const auto wait = number_of(status, "retry_in_ms"); wait > 0)
        out += fmt::format("  next try in {}\n",
                           shown_duration(std::chrono::ceil<std::chrono::seconds>(
                               std::chrono::milliseconds{wait})));
    const auto* const lines = status.if_contains("stderr_tail");
    if (lines == nullptr || !lines->is_array()) return;
    const auto& all = lines->as_array();
    const auto skipped = all.size() - std::min(all.size(), stderr_lines_shown_max);
    for (auto i = skipped; i < all.size(); ++i)
        if (all[i].is_string())
            out += fmt::format("  | {}\n", std::string_view{all[i].as_string()});
}

} // namespace

std::string shown_duration(std::chrono::seconds time) {
    const auto all = std::max<std::int64_t>(time.count(), 0);
    constexpr std::int64_t minute = 60;
    constexpr std::int64_t hour = 60 * minute;
    constexpr std::int64_t day = 24 * hour;
    if (all < minute) return fmt::format("{} s", all);
    if (all < hour) return fmt::format("{} min {} s", all / minute, all % minute);
    if (all < day) return fmt::format("{} h {} min", all / hour, all % hour / minute);
    return fmt::format("{} d {} h", all / day, all % day / hour);
}

std::string status_table(const json::array& statuses) {
    if (statuses.empty()) return "No servers are configured.\n";
    std::vector<row> rows(1);
    for (std::size_t i = 0; i < columns.size(); ++i) rows[0][i] = columns[i].heading;
    for (const auto& status : statuses) rows.push_back(row_of(status.as_object()));
    std::array<std::size_t, columns.size()> widths{};
    for (const auto& cells : rows)
        for (std::size_t i = 0; i < columns.size(); ++i)
            widths[i] = std::max(widths[i], width_of(cells[i]));
    std::string out;
    for (const auto& cells : rows) append_row(out, cells, widths);
    for (const auto& status : statuses) append_trouble(out, status.as_object());
    return out;
}

} // namespace mcpgw
