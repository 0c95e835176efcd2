// SPDX-License-Identifier: Apache-2.0
#include "transports/buffers/line_buffer.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>
#include <vector>

using mcpgw::line_buffer;

namespace {

void feed(line_buffer& buffer, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto space = buffer.space();
        const auto n = std::min(space.size(), bytes.size());
        std::copy_n(bytes.begin(), n, space.begin());
        buffer.commit(n);
        bytes.remove_prefix(n);
    }
}

std::vector<std::string> take_lines(line_buffer& buffer) {
    std::vector<std::string> lines;
    for (;;) {
        const auto line = buffer.next_line();
        REQUIRE(line.has_value());
        if (!*line) return lines;
        lines.emplace_back(**line);
    }
}

} // namespace

TEST_CASE("lines_are_the_same_at_every_split_point") {
    const std::string text = "first\n\r\nsecond\r\n\n{\"x\":1}\n";
    const std::vector<std::string> expected{"first", "second", "{\"x\":1}"};
    for (std::size_t split = 0; split <= text.size(); ++split) {
        line_buffer buffer{100};
        feed(buffer, std::string_view{text}.substr(0, split));
        auto lines = take_lines(buffer);
        feed(buffer, std::string_view{text}.substr(split));
        const auto more = take_lines(buffer);
        lines.insert(lines.end(), more.begin(), more.end());
        CHECK(lines == expected);
        CHECK(buffer.rest().empty());
    }
}

TEST_CASE("an_unfinished_line_is_the_rest") {
    line_buffer buffer{100};
    feed(buffer, "done\nhalf");
    CHECK(take_lines(buffer) == std::vector<std::string>{"done"});
    CHECK(buffer.rest() == "half");
}

TEST_CASE("a_line_of_the_maximum_length_passes_and_one_byte_more_is_refused") {
    const std::string longest(1000, 'x');
    line_buffer fits{longest.size()};
    feed(fits, longest + "\n");
    CHECK(take_lines(fits) == std::vector{longest});

    line_buffer too_small{longest.size() - 1};
    feed(too_small, longest + "\n");
    CHECK(too_small.next_line().error().code == mcpgw::errc::message_too_large);
}

TEST_CASE("line_of_the_maximum_length_passes_though_its_end_comes_in_two_parts") {
    line_buffer buffer{10};
    feed(buffer, std::string(10, 'x') + "\r");
    CHECK(take_lines(buffer).empty());
    feed(buffer, "\n");
    CHECK(take_lines(buffer) == std::vector<std::string>{std::string(10, 'x')});
    feed(buffer, std::string(11, 'x') + "\r");
    CHECK(buffer.next_line().has_error());
}

TEST_CASE("behind_a_line_that_is_too_long_comes_the_next_at_every_split_point") {
    const std::string begin = R"({"id":7,"x":")";
    const std::string end = R"("})";
    for (const std::size_t filler : {101U, 5'000U, 40'000U}) {
        const auto large = begin + std::string(filler, 'x') + end;
        const auto text = "one\n" + large + "\r\ntwo\n\n" + large + "\nthree\n";
        const std::size_t step = text.size() / 97 + 1;
        for (std::size_t split = 0; split <= text.size(); split += step) {
            INFO(filler << ", split at " << split);
            line_buffer buffer{100};
            std::vector<std::string> seen;
            for (const auto part :
                 {std::string_view{text}.substr(0, split), std::string_view{text}.substr(split)}) {
                feed(buffer, part);
                for (;;) {
                    const auto line = buffer.next_line();
                    if (line.has_value() && !*line) break;
                    if (line.has_value()) {
                        seen.emplace_back((*line)->view());
                    } else if (const auto skipped = buffer.take_oversized()) {
                        seen.push_back(skipped->beginning.substr(0, begin.size()) + "..." +
                                       skipped->ending.substr(skipped->ending.size() - end.size()));
                    }
                }
            }
            const auto shown = begin + "..." + end;
            CHECK(seen == std::vector<std::string>{"one", shown, "two", shown, "three"});
        }
    }
}

TEST_CASE("a_stream_that_ends_in_a_line_that_is_too_long_still_tells_what_it_was") {
    line_buffer buffer{100};
    feed(buffer, R"({"id":1,)" + std::string(200, 'x'));
    CHECK(buffer.next_line().has_error());
    CHECK_FALSE(buffer.take_oversized().has_value());
    CHECK(buffer.rest().empty());
    const auto skipped = buffer.take_oversized(true);
    REQUIRE(skipped.has_value());
    CHECK(skipped->beginning.starts_with(R"({"id":1,)"));
    CHECK_FALSE(buffer.take_oversized(true).has_value());
}

TEST_CASE("a_line_that_never_ends_is_refused_before_its_newline") {
    line_buffer buffer{1000};
    feed(buffer, std::string(1001, 'x'));
    CHECK(buffer.next_line().error().code == mcpgw::errc::message_too_large);
}

TEST_CASE("memory_of_a_huge_line_is_given_back") {
    line_buffer buffer{10'000'000};
    feed(buffer, std::string(8'000'000, 'x') + "\n");
    CHECK(take_lines(buffer).size() == 1);
    CHECK(buffer.space().size() < 1'000'000);
}

TEST_CASE("lines_that_are_kept_stay_as_they_are_while_others_come") {
    line_buffer buffer{10'000'000};
    std::vector<mcpgw::shared_text> kept;
    std::vector<std::string> expected;
    for (std::size_t i = 0; i < 60; ++i) {
        const std::size_t bytes = i % 3 == 0 ? 10 : i * 3'000;
        expected.emplace_back(bytes + 1, static_cast<char>('a' + i % 26));
        // The next line has begun already: it must move to where there is room.
        feed(buffer, expected.back() + "\n" + std::string(i % 2, '\n'));
        for (;;) {
            const auto line = buffer.next_line();
            REQUIRE(line.has_value());
            if (!*line) break;
            kept.push_back((*line)->lasting());
        }
    }
    REQUIRE(kept.size() == expected.size());
    for (std::size_t i = 0; i < kept.size(); ++i) CHECK(kept[i] == expected[i]);
}

TEST_CASE("a_line_that_is_kept_does_not_take_the_beginning_of_the_next_with_it") {
    line_buffer buffer{1'000'000};
    const std::string first(50'000, 'a');
    const std::string second(70'000, 'b');
    feed(buffer, first + "\n" + second.substr(0, 20'000));
    auto line = buffer.next_line();
    REQUIRE((line.has_value() && *line));
    const auto kept = (*line)->lasting();
    CHECK_FALSE(buffer.next_line().value());
    feed(buffer, second.substr(20'000) + "\n");
    CHECK(take_lines(buffer) == std::vector<std::string>{second});
    CHECK(kept == first);
}

TEST_CASE("the_next_read_has_room_for_more_than_came_last") {
    line_buffer buffer{1'000'000};
    const std::string first(50'000, 'a');
    feed(buffer, first + "\n");
    const auto line = buffer.next_line();
    REQUIRE((line.has_value() && *line));
    const auto kept = (*line)->lasting();
    CHECK(buffer.space().size() >= 2 * first.size());
    CHECK(kept == first);
}

TEST_CASE("a_short_line_that_is_kept_holds_no_buffer") {
    line_buffer buffer{1'000'000};
    feed(buffer, "short\n");
    const auto line = buffer.next_line();
    REQUIRE((line.has_value() && *line));
    const auto kept = (*line)->lasting();
    CHECK(kept == "short");
    CHECK(kept.view().data() != (*line)->view().data());
}
