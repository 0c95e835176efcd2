// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace mcpgw {

/// Hash of texts for the standard's unordered containers, together with `std::equal_to<>`: a view
/// is looked up without a text made of it.
struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>{}(text);
    }
};

} // namespace mcpgw
