// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace mcpgw::bench {

/// Times in nanoseconds, kept with an error below 1 %: 128 steps for each power of two. Never
/// allocates.
class latency_histogram {
public:
    void add(std::int64_t nanoseconds) {
        const auto value = static_cast<std::uint64_t>(nanoseconds < 0 ? 0 : nanoseconds);
        const auto index = index_of(value);
        ++counts_.at(index < counts_.size() ? index : counts_.size() - 1);
        ++count_;
        if (value > max_) max_ = value;
    }
    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] double max() const { return static_cast<double>(max_); }
    /// The time that the share `part` (0 to 1) does not exceed; 0: nothing was added.
    [[nodiscard]] double quantile(double part) const {
        const auto wanted = static_cast<double>(count_) * part;
        double seen = 0;
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            seen += static_cast<double>(counts_[i]);
            if (counts_[i] != 0 && seen >= wanted) return middle_of(i);
        }
        return 0;
    }
    void clear() { *this = latency_histogram{}; }

private:
    static constexpr unsigned step_bits = 7;
    static constexpr unsigned powers = 33; ///< up to 2^40 ns, 18 minutes

    static std::size_t index_of(std::uint64_t value) {
        const auto width = static_cast<unsigned>(std::bit_width(value));
        if (width <= step_bits) return value;
        const unsigned shift = width - step_bits - 1;
        return (std::size_t{shift} << step_bits) + static_cast<std::size_t>(value >> shift);
    }
    static double middle_of(std::size_t index) {
        constexpr std::size_t steps = 1U << step_bits;
        if (index < 2 * steps) return static_cast<double>(index);
        const auto shift = index / steps - 1;
        const auto low = (index - shift * steps) << shift;
        return static_cast<double>(low) + static_cast<double>(std::size_t{1} << shift) / 2;
    }

    std::array<std::uint64_t, (powers + 1) << step_bits> counts_{};
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
};

} // namespace mcpgw::bench
