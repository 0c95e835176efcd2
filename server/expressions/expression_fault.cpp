// SPDX-License-Identifier: Apache-2.0
#include "server/expressions/expression_fault.hpp"

#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mcpgw {

std::string expression_fault::in(std::string_view text) const {
    constexpr std::size_t shown_bytes_max = 120;
    const auto before = text.substr(0, std::min(place, text.size()));
    const auto characters = std::ranges::count_if(
        before, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
    const bool is_cut = text.size() > shown_bytes_max;
    return fmt::format("{}, at character {} of {}{}", message, characters + 1,
                       text.substr(0, utf8_prefix(text, shown_bytes_max)), is_cut ? "…" : "");
}

} // namespace mcpgw
