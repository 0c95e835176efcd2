// SPDX-License-Identifier: Apache-2.0
#include "transports/buffers/byte_block.hpp"

#include <cassert>
#include <cstdlib>
#include <new>

namespace mcpgw {

byte_block::memory::~memory() {
    std::free(bytes);
}

void byte_block::grow(std::size_t capacity) {
    assert(!is_shared() && "texts made of it would move");
    if (!memory_) memory_ = std::make_shared<memory>();
    auto* const grown = static_cast<char*>(std::realloc(memory_->bytes, capacity));
    if (grown == nullptr) throw std::bad_alloc{};
    memory_->bytes = grown;
    memory_->capacity = capacity;
}

void byte_block::count(const std::shared_ptr<memory_budget>& budget, std::size_t bytes) {
    if (!memory_ || !budget || bytes == memory_->counted.bytes()) return;
    if (memory_->counted.budget() == nullptr) memory_->counted = memory_share{budget};
    memory_->counted.resize(bytes);
}

} // namespace mcpgw
