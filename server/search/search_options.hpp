// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace mcpgw {

/// How tools are found, as the configuration has it.
struct search_options {
    std::size_t results_max = 10;  ///< tools of one answer
    std::size_t schemas = 1;       ///< the best so many come with their whole inputSchema
    std::size_t tokens_max = 1500; ///< of one answer, about
    /// Tools that are listed beside the search: patterns as views have them.
    std::vector<std::string> pinned;
    std::vector<std::string> synonyms; ///< groups of words that mean the same

    bool operator==(const search_options&) const = default;
};

} // namespace mcpgw
