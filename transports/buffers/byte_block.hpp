// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/json/shared_text.hpp"
#include "transports/buffers/memory_budget.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace mcpgw {

/// Memory into which bytes are read and in which they stay, as texts. It is not filled beforehand,
/// so unused parts are not resident; a large block grows without a copy. Owned by its reader; the
/// texts made of it share its memory and outlive it.
class byte_block {
public:
    byte_block() = default; ///< none yet: capacity 0
    explicit byte_block(std::size_t capacity) { grow(capacity); }

    [[nodiscard]] char* data() const { return memory_ ? memory_->bytes : nullptr; }
    [[nodiscard]] std::size_t capacity() const { return memory_ ? memory_->capacity : 0; }
    [[nodiscard]] std::span<char> space(std::size_t from) const {
        return {data() + from, capacity() - from};
    }
    /// Keeps what was read. Not while it is shared: the texts would move.
    void grow(std::size_t capacity);

    [[nodiscard]] std::size_t counted() const { return memory_ ? memory_->counted.bytes() : 0; }
    /// That many of its bytes are in use, and count in `budget` until the last text of it is gone.
    void count(const std::shared_ptr<memory_budget>& budget, std::size_t bytes);

    /// A text made of it is still alive.
    [[nodiscard]] bool is_shared() const { return memory_.use_count() > 1; }
    /// `inside`: bytes of this block, which must not change any more.
    [[nodiscard]] shared_text share(std::string_view inside) const { return {memory_, inside}; }

private:
    struct memory {
        memory() = default;
        ~memory();
        memory(const memory&) = delete;
        memory& operator=(const memory&) = delete;

        char* bytes = nullptr; ///< from malloc()
        std::size_t capacity = 0;
        memory_share counted;
    };
    std::shared_ptr<memory> memory_;
};

} // namespace mcpgw
