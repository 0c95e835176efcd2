// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

namespace mcpgw {

/// Limits what all clients together make the gateway hold: bodies that come, messages that wait to
/// go out or to be fetched again (`limits.memory_max`). Each holder counts its part by a
/// memory_share, so that one limit stands over the limits of each. Used on one thread; shared with
/// the holders, which may outlive the listener.
///
/// Large bodies leave the last eighth to small ones, so that a client that fills the memory does
/// not keep small requests out.
class memory_budget {
public:
    static constexpr std::size_t small_bytes_max = 256U * 1024;

    explicit memory_budget(std::size_t bytes_max) : bytes_max_(bytes_max) {}
    memory_budget(const memory_budget&) = delete;
    memory_budget& operator=(const memory_budget&) = delete;

    /// For so many bytes more, of something that will have `whole` bytes.
    [[nodiscard]] bool has_room(std::size_t bytes, std::size_t whole) const {
        constexpr std::size_t reserved_part = 8;
        const auto reserved = whole > small_bytes_max ? bytes_max_ / reserved_part : 0;
        return used_ + bytes + reserved <= bytes_max_;
    }
    [[nodiscard]] bool has_room(std::size_t bytes) const { return has_room(bytes, bytes); }
    /// The same, but where there is none, `relieve` is asked first.
    [[nodiscard]] bool make_room(std::size_t bytes, std::size_t whole) {
        if (has_room(bytes, whole)) return true;
        return relieve && relieve(bytes);
    }
    [[nodiscard]] bool make_room(std::size_t bytes) { return make_room(bytes, bytes); }

    /// Another limit, for what comes: nothing that is held is given up.
    void set_bytes_max(std::size_t bytes_max) { bytes_max_ = bytes_max; }
    [[nodiscard]] std::size_t used() const { return used_; }
    [[nodiscard]] std::size_t bytes_max() const { return bytes_max_; }

    /// Ends waits that hold memory. True: so many bytes are free now, or will be in a moment.
    std::function<bool(std::size_t bytes)> relieve;

private:
    friend class memory_share;
    std::size_t bytes_max_;
    std::size_t used_ = 0;
};

/// The part of a budget that one holder uses; given back with its end.
class memory_share {
public:
    memory_share() = default; ///< counts nothing
    explicit memory_share(std::shared_ptr<memory_budget> of) : budget_(std::move(of)) {}
    ~memory_share() { resize(0); }
    memory_share(memory_share&& other) noexcept
        : budget_(std::move(other.budget_)), bytes_(std::exchange(other.bytes_, 0)) {}
    memory_share& operator=(memory_share&& other) noexcept {
        std::swap(budget_, other.budget_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    memory_share(const memory_share&) = delete;
    memory_share& operator=(const memory_share&) = delete;

    /// Holds so many bytes from now on, whatever the limit.
    void resize(std::size_t bytes) {
        if (!budget_) return;
        budget_->used_ = budget_->used_ - bytes_ + bytes;
        bytes_ = bytes;
    }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] memory_budget* budget() const { return budget_.get(); }

private:
    std::shared_ptr<memory_budget> budget_;
    std::size_t bytes_ = 0;
};

} // namespace mcpgw
