// SPDX-License-Identifier: Apache-2.0
#include "server/search/search_confidence.hpp"

namespace mcpgw {

namespace {

// Parts of the question that the best tool has: below the first it serves nobody; below the second
// only where some of it stands in its name.
constexpr float coverage_min = 0.15F;
constexpr float coverage_min_unnamed = 0.25F;

constexpr float coverage_high = 0.5F;
constexpr float next_high = 0.85F; // what the second has of the first one's score, at most

} // namespace

search_confidence confidence_of(const ranking& found) {
    if (found.best.empty()) return search_confidence::none;
    const auto& first = found.best.front();
    const float next = found.best.size() > 1 ? found.best[1].score / first.score : 0;
    if (first.is_named) {
        const bool is_only = found.best.size() < 2 || !found.best[1].is_named;
        return is_only ? search_confidence::high : search_confidence::ambiguous;
    }
    const bool is_little = first.coverage < coverage_min ||
                           (first.name_coverage <= 0 && first.coverage < coverage_min_unnamed);
    if (is_little) return search_confidence::none;
    const bool is_high = first.coverage >= coverage_high && next <= next_high;
    return is_high ? search_confidence::high : search_confidence::ambiguous;
}

} // namespace mcpgw
