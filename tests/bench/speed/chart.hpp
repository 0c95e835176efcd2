// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace mcpgw::bench {

/// Bars in groups, as an SVG that reads well on light and on dark ground.
struct bar_chart {
    struct bars {
        std::string name;
        std::vector<double> values; ///< one for each group; 0: none
    };
    std::string title;
    std::vector<std::string> groups;
    std::vector<bars> series; ///< four at most

    [[nodiscard]] std::string svg() const;
};

} // namespace mcpgw::bench
