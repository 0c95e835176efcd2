// SPDX-License-Identifier: Apache-2.0
#include "children/pool/instance_place.hpp"

#include "children/pool/pool_upkeep.hpp"

namespace mcpgw {

instance_place::instance_place(pool_upkeep& pool, pool_entry& on, use what, bool is_unproven,
                               bool can_answer)
    : pool_(&pool), on_(&on), use_(what), is_unproven_(is_unproven), can_answer_(can_answer) {
    if (what == use::hold) {
        ++on.holds;
        return;
    }
    ++on.leases;
    if (what == use::nothing) return;
    ++on.calls;
    if (what != use::asked_call) return;
    ++on.askers;
    if (is_unproven) ++on.unproven;
    if (can_answer) ++on.answerers;
}

instance_place& instance_place::operator=(instance_place&& other) noexcept {
    if (this == &other) return *this;
    give_back();
    pool_ = std::exchange(other.pool_, nullptr);
    on_ = other.on_;
    use_ = other.use_;
    is_unproven_ = other.is_unproven_;
    can_answer_ = other.can_answer_;
    return *this;
}

void instance_place::give_back() {
    if (pool_ == nullptr) return;
    auto& pool = *std::exchange(pool_, nullptr);
    auto& from = *on_;
    if (use_ == use::hold) {
        if (--from.holds == 0 && from.has_closed) pool.look();
        return;
    }
    --from.leases;
    if (use_ != use::nothing) --from.calls;
    if (use_ == use::asked_call) {
        if (is_unproven_) --from.unproven;
        if (can_answer_) --from.answerers;
        if (--from.askers == 0) from.owner = 0;
    }
    pool.on_given_back(from);
}

} // namespace mcpgw
