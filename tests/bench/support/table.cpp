// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/support/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mcpgw::bench {

namespace {

/// Columns of a text in UTF-8, for the few signs that we use.
std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

} // namespace

bool table::is_of_numbers(std::size_t column) const {
    return std::all_of(rows_.begin() + 1, rows_.end(), [column](const auto& row) {
        if (column >= row.size() || row[column].empty() || row[column] == "-") return true;
        return row[column].front() >= '0' && row[column].front() <= '9' && column > 0;
    });
}

std::string table::text() const {
    std::vector<std::size_t> widths(rows_.front().size(), 3);
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width_of(row[i]));
    std::vector<bool> is_right;
    for (std::size_t i = 0; i < widths.size(); ++i) is_right.push_back(is_of_numbers(i));
    std::string made;
    const auto add_row = [&](const std::vector<std::string>& row) {
        for (std::size_t i = 0; i < widths.size(); ++i) {
            const auto& cell = i < row.size() ? row[i] : "";
            const std::string blanks(widths[i] - width_of(cell), ' ');
            made += is_right[i] ? "| " + blanks + cell + " " : "| " + cell + blanks + " ";
        }
        made += "|\n";
    };
    add_row(rows_.front());
    for (std::size_t i = 0; i < widths.size(); ++i)
        made += "|" + std::string(widths[i] + 1, '-') + (is_right[i] ? ":" : "-");
    made += "|\n";
    for (std::size_t i = 1; i < rows_.size(); ++i) add_row(rows_[i]);
    return made;
}

std::string with_commas(double value) {
    auto text = std::to_string(std::llround(value));
    for (auto at = static_cast<int>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), ",");
    return text;
}

std::string time_text(double nanoseconds) {
    if (nanoseconds < 1e3) return fmt::format("{:.0f} ns", nanoseconds);
    struct unit {
        double size;
        const char* name;
    };
    unit fitting{1e3, "µs"};
    if (nanoseconds >= 1e6) fitting = {1e6, "ms"};
    if (nanoseconds >= 1e9) fitting = {1e9, "s"};
    const auto value = nanoseconds / fitting.size;
    return fmt::format("{:.{}f} {}", value, value < 10 ? 2 : value < 100 ? 1 : 0, fitting.name);
}

} // namespace mcpgw::bench
