// SPDX-License-Identifier: Apache-2.0
#include "transports/buffers/byte_block.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstring>
#include <optional>
#include <string>

using mcpgw::byte_block;
using mcpgw::shared_text;

TEST_CASE("a_block_keeps_what_was_read_when_it_grows") {
    byte_block block;
    CHECK(block.capacity() == 0);
    block.grow(10);
    std::memcpy(block.space(0).data(), "0123456789", 10);
    block.grow(1'000'000);
    CHECK(block.capacity() == 1'000'000);
    CHECK(block.space(10).size() == 999'990);
    CHECK(std::string_view{block.data(), 10} == "0123456789");
}

TEST_CASE("a_text_of_a_block_outlives_it") {
    std::optional<byte_block> block{std::in_place, 100};
    std::memcpy(block->data(), "some text", 9);
    CHECK_FALSE(block->is_shared());
    std::optional<shared_text> text = block->share({block->data() + 5, 4});
    CHECK(block->is_shared());
    block.reset();
    CHECK(*text == "text");
}

TEST_CASE("a_block_whose_texts_are_gone_is_its_owners_alone") {
    byte_block block{100};
    std::memcpy(block.data(), "text", 4);
    std::optional<shared_text> text = block.share({block.data(), 4});
    auto part = std::optional{text->part(text->view().substr(1, 2))};
    text.reset();
    CHECK(block.is_shared());
    part.reset();
    CHECK_FALSE(block.is_shared());
    block.grow(200);
    CHECK(block.capacity() == 200);
}
