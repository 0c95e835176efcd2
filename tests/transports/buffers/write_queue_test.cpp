// SPDX-License-Identifier: Apache-2.0
#include "transports/buffers/write_queue.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <utility>
#include <vector>

using mcpgw::write_queue;

namespace {

std::string bytes_of(const write_queue::batch& batch) {
    std::string all;
    for (const auto& buffer : batch.buffers())
        all.append(static_cast<const char*>(buffer.data()), buffer.size());
    return all;
}

} // namespace

TEST_CASE("a_batch_holds_everything_queued_in_order") {
    write_queue queue{10'000'000};
    std::string expected;
    for (int i = 0; i < 100; ++i) {
        const std::string line(static_cast<std::size_t>(i) * 500, static_cast<char>('a' + i % 26));
        REQUIRE(queue.try_push_line(line));
        expected += line + "\n";
    }
    CHECK(queue.bytes() == expected.size());
    const auto batch = queue.take_batch();
    CHECK(bytes_of(batch) == expected);
    CHECK(queue.empty());
    CHECK(queue.bytes() == 0);
    CHECK(bytes_of(queue.take_batch()).empty());
}

TEST_CASE("a_list_of_buffers_is_made_in_memory_that_is_there") {
    write_queue queue{10'000'000};
    REQUIRE(queue.try_push_line("one"));
    std::vector<mcpgw::asio::const_buffer> list;
    auto batch = queue.take_batch();
    batch.list_buffers(list);
    REQUIRE(list.size() == 1);
    CHECK(list[0].size() == 4);
    const auto* const place = list.data();
    queue.give_back(std::move(batch));
    REQUIRE(queue.try_push_line("other"));
    batch = queue.take_batch();
    batch.list_buffers(list);
    REQUIRE(list.size() == 1);
    CHECK(list[0].size() == 6);
    CHECK(list.data() == place);
}

TEST_CASE("small_lines_share_a_chunk_and_large_ones_are_moved") {
    write_queue queue{10'000'000};
    for (int i = 0; i < 50; ++i) REQUIRE(queue.try_push_line("a small line"));
    std::string large(1'000'000, 'x');
    const char* const address = large.data();
    REQUIRE(queue.try_push(std::move(large)));
    REQUIRE(queue.try_push_line("small again"));
    const auto batch = queue.take_batch();
    REQUIRE(batch.chunks.size() == 3);
    CHECK(batch.chunks[1].view().data() == address);
    CHECK(batch.chunks[2].view() == "small again\n");
}

TEST_CASE("a_line_around_a_shared_text_is_written_in_order_and_does_not_copy_it") {
    write_queue queue{10'000'000};
    const mcpgw::shared_text text{std::string(100'000, 'x')};
    REQUIRE(queue.try_push_line("first"));
    REQUIRE(queue.try_push_line({"before ", text, " after"}));
    REQUIRE(queue.try_push_line("last"));
    const auto expected = "first\nbefore " + std::string{text.view()} + " after\nlast\n";
    CHECK(queue.bytes() == expected.size());
    const auto batch = queue.take_batch();
    CHECK(bytes_of(batch) == expected);
    REQUIRE(batch.chunks.size() == 3);
    CHECK(batch.chunks[1].view().data() == text.view().data());
}

TEST_CASE("a_line_around_a_shared_text_is_refused_as_a_whole_by_a_full_queue") {
    write_queue queue{10};
    REQUIRE(queue.try_push_line("1234"));
    CHECK_FALSE(queue.try_push_line({"a", std::string(3, 'x'), "b"}));
    CHECK(bytes_of(queue.take_batch()) == "1234\n");
}

TEST_CASE("a_batch_that_was_given_back_leaves_shared_texts_alone") {
    write_queue queue{10'000'000};
    const mcpgw::shared_text text{std::string(100'000, 'x')};
    REQUIRE(queue.try_push_line({"", text, ""}));
    queue.give_back(queue.take_batch());
    CHECK(text.view() == std::string(100'000, 'x'));
    REQUIRE(queue.try_push_line("next"));
    CHECK(bytes_of(queue.take_batch()) == "next\n");
}

TEST_CASE("a_full_queue_refuses_and_keeps_what_it_has") {
    write_queue queue{10};
    CHECK(queue.try_push_line("12345"));
    CHECK(queue.try_push("6789"));
    CHECK_FALSE(queue.try_push("x"));
    CHECK_FALSE(queue.try_push_line(""));
    CHECK(bytes_of(queue.take_batch()) == "12345\n6789");
    CHECK(queue.try_push("x"));
}

TEST_CASE("one_message_larger_than_the_limit_passes_an_empty_queue") {
    write_queue queue{10};
    CHECK(queue.try_push_line("more than ten bytes"));
    CHECK_FALSE(queue.try_push_line("x"));
}

TEST_CASE("what_must_not_be_lost_is_queued_whatever_the_limit") {
    write_queue queue{4};
    queue.push("answer");
    queue.push("another");
    CHECK(queue.bytes() == 13);
    CHECK(bytes_of(queue.take_batch()) == "answeranother");
}

TEST_CASE("a_cleared_queue_is_empty_and_has_room_again") {
    write_queue queue{4};
    queue.push("answer");
    queue.clear();
    CHECK(queue.empty());
    CHECK(queue.bytes() == 0);
    CHECK(queue.try_push("abcd"));
}
