// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace mcpgw {

/// What an expression may be and do. Over a limit it is refused, or its evaluation ends with an
/// error: whoever may write one can cost no more than this.
struct expression_limits {
    std::size_t text_bytes_max = 16'384;
    std::size_t nodes_max = 2'000;
    std::size_t depth_max = 100;                   ///< of the tree
    std::size_t steps_max = 200'000;               ///< of one evaluation
    std::size_t made_bytes_max = 16 * 1024 * 1024; ///< of all values that it makes
};

} // namespace mcpgw
