// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mcpgw {

/// Half-open range of bytes in a message. begin == end means: not there. Small, because an envelope
/// has many and travels with each call: no message has more than 4 GiB (scan_envelope refuses it).
struct text_span {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;

    constexpr text_span() = default;
    constexpr text_span(std::size_t first, std::size_t last)
        : begin(static_cast<std::uint32_t>(first)), end(static_cast<std::uint32_t>(last)) {}

    [[nodiscard]] bool empty() const { return begin == end; }
    explicit operator bool() const { return begin != end; }
    [[nodiscard]] std::size_t size() const { return end - begin; }
    /// Empty where `text` is not the message that it is a range of.
    [[nodiscard]] std::string_view of(std::string_view text) const {
        if (end > text.size() || begin > end) return {};
        return {text.data() + begin, size()}; // inline, as substr() is not: it can throw
    }
    friend bool operator==(const text_span&, const text_span&) = default;
};

/// Limits of the scanner.
struct scan_limits {
    std::size_t depth_max = 256; ///< nested arrays and objects; values above 4096 mean 4096
};

} // namespace mcpgw
