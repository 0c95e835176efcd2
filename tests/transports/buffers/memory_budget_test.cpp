// SPDX-License-Identifier: Apache-2.0
#include "transports/buffers/memory_budget.hpp"

#include "transports/buffers/byte_block.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

using mcpgw::byte_block;
using mcpgw::memory_budget;
using mcpgw::memory_share;
using mcpgw::shared_text;

namespace {
constexpr std::size_t mib = 1024 * 1024;
}

TEST_CASE("shares_are_counted_while_they_live_and_move_with_their_holder") {
    const auto budget = std::make_shared<memory_budget>(16 * mib);
    {
        memory_share one{budget};
        one.resize(100);
        memory_share other{budget};
        other.resize(1000);
        CHECK(budget->used() == 1100);
        one.resize(50);
        CHECK(budget->used() == 1050);
        memory_share moved{std::move(other)};
        CHECK(budget->used() == 1050);
        std::vector<memory_share> several;
        several.push_back(std::move(moved));
        several.push_back(std::move(one));
        CHECK(budget->used() == 1050);
        several.erase(several.begin());
        CHECK(budget->used() == 50);
    }
    CHECK(budget->used() == 0);
    memory_share nowhere;
    nowhere.resize(100);
    CHECK(nowhere.bytes() == 0);
}

TEST_CASE("large_holders_leave_an_eighth_to_small_ones") {
    const auto budget = std::make_shared<memory_budget>(16 * mib);
    memory_share large{budget};
    CHECK(budget->has_room(14 * mib));
    CHECK_FALSE(budget->has_room(14 * mib + 1));
    large.resize(14 * mib);
    CHECK_FALSE(budget->has_room(1, 16 * mib)); // a part of something large
    CHECK(budget->has_room(100'000));
    large.resize(16 * mib - 10);
    CHECK(budget->has_room(10));
    CHECK_FALSE(budget->has_room(11));
    large.resize(20 * mib); // what must be held is held
    CHECK_FALSE(budget->has_room(1));
}

TEST_CASE("who_holds_memory_is_asked_only_when_there_is_no_room") {
    const auto budget = std::make_shared<memory_budget>(mib);
    std::vector<std::size_t> asked;
    CHECK(budget->make_room(1000));
    CHECK_FALSE(budget->make_room(2 * mib)); // nobody to ask
    budget->relieve = [&asked](std::size_t bytes) {
        asked.push_back(bytes);
        return bytes < 3 * mib;
    };
    CHECK(budget->make_room(1000));
    CHECK(asked.empty());
    CHECK(budget->make_room(2 * mib));
    CHECK_FALSE(budget->make_room(3 * mib));
    CHECK(asked == std::vector<std::size_t>{2 * mib, 3 * mib});
}

TEST_CASE("a_text_counts_until_its_last_copy_is_gone_even_after_the_owner_of_the_budget") {
    auto budget = std::make_shared<memory_budget>(mib);
    std::optional<shared_text> text;
    {
        byte_block block{100'000};
        std::memset(block.data(), 'x', 50'000);
        block.count(budget, 50'000);
        CHECK(block.counted() == 50'000);
        text = block.share({block.data(), 50'000});
    }
    CHECK(budget->used() == 50'000);
    const std::weak_ptr<memory_budget> watched = budget;
    auto copy = *text;
    text.reset();
    CHECK(budget->used() == 50'000);
    budget.reset();
    CHECK_FALSE(watched.expired());
    copy = {};
    CHECK(watched.expired());
}
