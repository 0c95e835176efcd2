// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/json/shared_text.hpp"

#include <string_view>

namespace mcpgw {

/// The mark that some writers of UTF-8 put before everything. JSON must not begin with one, and a
/// reader may ignore it (RFC 8259, 8.1).
inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

inline bool has_byte_order_mark(std::string_view text) {
    return text.starts_with(byte_order_mark);
}

/// `text` has one.
inline shared_text without_byte_order_mark(shared_text text) {
    const auto rest = text.view().substr(byte_order_mark.size());
    return std::move(text).part(rest);
}

} // namespace mcpgw
