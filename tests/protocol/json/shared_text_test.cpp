// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/message_text.hpp"
#include "protocol/json/message_writer.hpp"
#include "protocol/json/shared_text.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <optional>
#include <string>

using mcpgw::message_text;
using mcpgw::message_writer;
using mcpgw::shared_text;

TEST_CASE("a_part_of_a_shared_text_outlives_it_and_lies_in_the_same_bytes") {
    std::optional<shared_text> whole{std::string(1000, 'x') + "part" + std::string(1000, 'y')};
    const auto* const place = whole->view().data() + 1000;
    const auto part = whole->part(whole->view().substr(1000, 4));
    const auto of_part = part.part(part.view().substr(1, 2));
    whole.reset();
    CHECK(part == "part");
    CHECK(part.view().data() == place);
    CHECK(of_part == "ar");
}

TEST_CASE("a_shared_text_keeps_its_owner_until_the_last_part_is_gone") {
    auto owner = std::make_shared<std::string>("text of somebody");
    std::weak_ptr<std::string> alive = owner;
    std::optional<shared_text> text{std::in_place, owner, *owner};
    std::optional<shared_text> part{std::move(*text).part(std::string_view{*owner}.substr(0, 4))};
    text.reset();
    owner.reset();
    CHECK_FALSE(alive.expired());
    CHECK(*part == "text");
    part.reset();
    CHECK(alive.expired());
}

TEST_CASE("what_must_last_is_copied_if_short_and_shared_if_long") {
    const shared_text text{std::string(100'000, 'x')};
    const auto first = text.part(text.view().substr(0, 10));
    CHECK(first.lasting() == first.view());
    CHECK(first.lasting().view().data() != text.view().data());
    CHECK(text.lasting().view().data() == text.view().data());
    CHECK(shared_text{}.lasting().empty());
}

TEST_CASE("a_message_text_is_appended_to_at_its_end") {
    message_text text{"a"};
    text.append("b");
    CHECK(text.str() == "ab");
    text.middle = shared_text{"c"};
    text.append("d");
    CHECK(text.str() == "abcd");
    CHECK(text.size() == 4);
    text.clear();
    CHECK(text.empty());
}

TEST_CASE("a_writer_leaves_the_first_long_value_where_it_is_and_copies_the_others") {
    const std::string large(shared_text::long_bytes, '1');
    const shared_text source{R"({"a":1,"b":)" + large + R"(,"c":)" + large + "}"};
    const auto text = source.view();
    const auto first = text.substr(text.find(large), large.size());
    const auto second = text.substr(text.rfind(large), large.size());
    message_writer writer{source};
    writer.begin_object();
    writer.keep("a", text.substr(5, 1));
    writer.keep("b", first);
    writer.keep("c", second);
    writer.add("d", "4");
    writer.end_object();
    const auto made = writer.take();
    CHECK(made.middle.view().data() == first.data());
    CHECK(made.str() == R"({"a":1,"b":)" + large + R"(,"c":)" + large + R"(,"d":4})");
}

TEST_CASE("a_writer_makes_members_and_objects_without_any") {
    message_writer empty{shared_text{}};
    CHECK(empty.take().empty());
    message_writer object{shared_text{}};
    object.begin_object();
    object.end_object();
    CHECK(object.take().str() == "{}");
}
