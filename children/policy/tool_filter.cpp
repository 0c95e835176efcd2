// SPDX-License-Identifier: Apache-2.0
#include "children/policy/tool_filter.hpp"

#include <algorithm>

namespace mcpgw {

bool fits_pattern(std::string_view text, std::string_view pattern) {
    // After a mismatch the last `*` takes one more character: no recursion, so no pattern is slow.
    std::size_t at = 0;
    std::size_t part = 0;
    std::size_t star = std::string_view::npos;
    std::size_t taken = 0;
    while (at < text.size()) {
        if (part < pattern.size() && pattern[part] == '*') {
            star = part++;
            taken = at;
        } else if (part < pattern.size() && pattern[part] == text[at]) {
            ++part;
            ++at;
        } else if (star != std::string_view::npos) {
            part = star + 1;
            at = ++taken;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', part) == std::string_view::npos;
}

bool tool_filter::admits(std::string_view tool) const {
    const auto fits = [tool](const std::string& pattern) {
        return fits_pattern(tool, pattern);
    };
    if (only && std::ranges::none_of(*only, fits)) return false;
    return std::ranges::none_of(except, fits);
}

} // namespace mcpgw
