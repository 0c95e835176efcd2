// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mcpgw::bench {

/// What was measured, against its targets. Owned by main().
class report {
public:
    /// One row; `is_met`: the target is.
    void add(std::string what, std::string target, std::string measured, bool is_met);
    /// A row that decides nothing.
    void note(std::string what, std::string measured, std::string target = "-");
    [[nodiscard]] bool is_good() const { return misses_ == 0; }
    /// A table for people, which is Markdown too, and the verdict.
    [[nodiscard]] std::string text() const;
    /// The same, with the machine above it.
    void print(std::string_view binary) const;

private:
    struct row {
        std::string what, target, measured, verdict;
    };
    std::vector<row> rows_;
    int misses_ = 0;
};

} // namespace mcpgw::bench
