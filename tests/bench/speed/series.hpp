// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace mcpgw::bench {

/// One figure, measured in each round.
class series {
public:
    void add(double value) { values_.push_back(value); }
    [[nodiscard]] bool is_empty() const { return values_.empty(); }
    [[nodiscard]] double min() const { return is_empty() ? 0 : std::ranges::min(values_); }
    [[nodiscard]] double max() const { return is_empty() ? 0 : std::ranges::max(values_); }
    [[nodiscard]] double median() const {
        if (is_empty()) return 0;
        auto sorted = values_;
        std::ranges::sort(sorted);
        const auto half = sorted.size() / 2;
        const auto upper = sorted[half];
        return sorted.size() % 2 == 1 ? upper : (sorted[half - 1] + upper) / 2;
    }
    /// This figure as a multiple of another, round by round: what disturbs the machine for longer
    /// than a round disturbs both. Empty where they have not been measured in the same rounds.
    [[nodiscard]] series ratios_to(const series& other) const {
        series made;
        if (values_.size() != other.values_.size()) return made;
        for (std::size_t i = 0; i < values_.size(); ++i)
            made.add(other.values_[i] > 0 ? values_[i] / other.values_[i] : 0);
        return made;
    }

private:
    std::vector<double> values_; ///< by round
};

} // namespace mcpgw::bench
