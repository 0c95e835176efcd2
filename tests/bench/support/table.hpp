// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace mcpgw::bench {

/// A table for people: reads well in a terminal, and is Markdown. Columns of which every cell
/// begins with a digit or is "-" or empty are of numbers, and stand to the right.
class table {
public:
    explicit table(std::vector<std::string> head) { rows_.push_back(std::move(head)); }
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    [[nodiscard]] bool is_empty() const { return rows_.size() < 2; }
    [[nodiscard]] std::string text() const;

private:
    [[nodiscard]] bool is_of_numbers(std::size_t column) const;

    std::vector<std::vector<std::string>> rows_;
};

/// 12,345
std::string with_commas(double value);
/// A time with a unit that fits: 850 ns, 12.3 µs, 4.56 ms, 1.2 s.
std::string time_text(double nanoseconds);

} // namespace mcpgw::bench
