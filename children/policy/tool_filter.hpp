// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// Which tools of a server exist for clients. One that is hidden is neither listed nor called: for
/// them it is as if the server did not have it. Entries are names, or patterns in which `*` stands
/// for any text.
struct tool_filter {
    std::optional<std::vector<std::string>> only; ///< nothing: all of them
    std::vector<std::string> except;              ///< taken away from those

    [[nodiscard]] bool is_open() const { return !only && except.empty(); }
    [[nodiscard]] bool admits(std::string_view tool) const;
};

/// Whether `text` fits `pattern`, in which `*` stands for any text, also none.
bool fits_pattern(std::string_view text, std::string_view pattern);

} // namespace mcpgw
