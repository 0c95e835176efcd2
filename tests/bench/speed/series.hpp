#pragma once

#include <algorithm>
#include <vector>

namespace mcpgw::bench {

/// One figure, measured in each round.
class series {
public:
    void add(double value) { values_.insert(std::ranges::upper_bound(values_, value), value); }
    [[nodiscard]] bool is_empty() const { return values_.empty(); }
    [[nodiscard]] double min() const { return is_empty() ? 0 : values_.front(); }
    [[nodiscard]] double max() const { return is_empty() ? 0 : values_.back(); }
    [[nodiscard]] double median() const {
        if (is_empty()) return 0;
        const auto half = values_.size() / 2;
        const auto upper = values_[half];
        return values_.size() % 2 == 1 ? upper : (values_[half - 1] + upper) / 2;
    }

private:
    std::vector<double> values_; ///< sorted
};

} // namespace mcpgw::bench
