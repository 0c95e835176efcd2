// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/support/report.hpp"

#include <string>
#include <utility>
#include <vector>

namespace mcpgw::bench {

/// What the parts of the bench have found, in the order of the document.
struct findings {
    struct section {
        std::string title;
        std::string text; ///< Markdown: what is measured and what the figures mean
        std::string tables;
    };
    std::vector<section> sections;
    report targets;
    std::vector<std::string> remarks; ///< what was left out, and why
};

} // namespace mcpgw::bench
