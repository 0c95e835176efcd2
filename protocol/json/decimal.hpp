// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mcpgw {

/// A number as text, in memory of its own: for what is appended at once to another text.
class decimal {
public:
    explicit decimal(std::uint64_t number)
        : end_(std::to_chars(digits_.data(), digits_.data() + digits_.size(), number).ptr) {}
    decimal(const decimal&) = delete;
    decimal& operator=(const decimal&) = delete;

    operator std::string_view() const {
        return {digits_.data(), static_cast<std::size_t>(end_ - digits_.data())};
    }

private:
    std::array<char, 20> digits_; ///< as many as the largest number has
    const char* end_;
};

} // namespace mcpgw
