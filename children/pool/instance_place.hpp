// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/call_kind.hpp"
#include "children/pool/pool_entry.hpp"

#include <cstdint>
#include <utility>

namespace mcpgw {

class pool_upkeep;

/// A hold on one instance of a pool: while it lives, nothing stops the instance in good order. The
/// pool outlives it.
class instance_place {
public:
    enum class use : std::uint8_t {
        hold,    ///< it must not be forgotten; whether it is stopped is not our business
        nothing, ///< it must not be stopped
        call,
        asked_call, ///< a call whose client the server may ask
    };

    instance_place() = default;
    instance_place(pool_upkeep& pool, pool_entry& on, use what, bool is_unproven = false,
                   bool can_answer = false);
    ~instance_place() { give_back(); }
    instance_place(instance_place&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr))
        , on_(other.on_)
        , use_(other.use_)
        , is_unproven_(other.is_unproven_)
        , can_answer_(other.can_answer_) {}
    instance_place& operator=(instance_place&& other) noexcept;

    [[nodiscard]] instance& on() const { return *on_->who; }
    /// False: on nothing.
    explicit operator bool() const { return pool_ != nullptr; }
    /// Another one on the same instance, for what comes after a call. It takes no place away from
    /// others.
    [[nodiscard]] instance_place follow() const { return {*pool_, *on_, use::nothing}; }
    /// Of the calls that are made on it.
    [[nodiscard]] call_kind kind() const {
        return use_ < use::call ? call_kind::follow_up : call_kind::client;
    }

private:
    void give_back();

    pool_upkeep* pool_ = nullptr;
    pool_entry* on_ = nullptr;
    use use_ = use::hold;
    bool is_unproven_ = false;
    bool can_answer_ = false;
};

} // namespace mcpgw
