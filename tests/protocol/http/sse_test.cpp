// SPDX-License-Identifier: Apache-2.0
#include "protocol/http/sse.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

/// One event as text that a failed check can show.
std::string show(const sse_event& event) {
    auto out = "[" + event.event + "|" + event.data + "|" + event.id + "|";
    if (event.retry) out += std::to_string(event.retry->count());
    return out + "]";
}

std::string take_all(sse_decoder& decoder) {
    std::string out;
    while (const auto event = decoder.next()) out += show(*event);
    return out;
}

/// Decodes `text` whole, byte by byte, and cut in two and three parts at all places; says so if
/// they differ.
std::string decode(const std::string& text) {
    sse_decoder whole;
    REQUIRE(whole.feed(text).has_value());
    const auto expected = take_all(whole);
    sse_decoder bytewise;
    std::string found;
    for (const char c : text) {
        REQUIRE(bytewise.feed({&c, 1}).has_value());
        found += take_all(bytewise);
    }
    CHECK(found == expected);
    const std::string_view view = text;
    for (std::size_t i = 0; i <= view.size(); ++i) {
        for (std::size_t j = i; j <= view.size(); ++j) {
            sse_decoder decoder;
            REQUIRE(decoder.feed(view.substr(0, i)).has_value());
            REQUIRE(decoder.feed(view.substr(i, j - i)).has_value());
            REQUIRE(decoder.feed(view.substr(j)).has_value());
            if (take_all(decoder) == expected) continue;
            CAPTURE(text, i, j);
            FAIL_CHECK("the split changes the events");
        }
    }
    return expected;
}

std::string encode(const sse_event& event) {
    std::string out = "before";
    append_sse_event(out, event);
    REQUIRE(out.starts_with("before"));
    return out.substr(6);
}

TEST_CASE("the_examples_of_the_standard_decode") {
    CHECK(decode("data: YHOO\ndata: +2\ndata: 10\n\n") == "[|YHOO\n+2\n10||]");
    CHECK(decode(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\n"
                 "data:  third event\n\n") ==
          "[|first event|1|][|second event||][| third event||]");
    CHECK(decode("data\n\ndata\ndata\n\ndata:") == "[|||][|\n||]");
    CHECK(decode("data:test\n\ndata: test\n\n") == "[|test||][|test||]");
    CHECK(decode("event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n") ==
          "[add|73857293||][remove|2153||]");
}

TEST_CASE("every_line_end_ends_a_line") {
    CHECK(decode("data: a\n\ndata: b\n\n") == "[|a||][|b||]");
    CHECK(decode("data: a\r\rdata: b\r\r") == "[|a||][|b||]");
    CHECK(decode("data: a\r\n\r\ndata: b\r\n\r\n") == "[|a||][|b||]");
    CHECK(decode("data: a\r\n\rdata: b\n\r\n") == "[|a||][|b||]");
    CHECK(decode("data: a\rdata: b\ndata: c\r\n\n") == "[|a\nb\nc||]");
    // CR LF is one line end, LF CR are two.
    CHECK(decode("data: a\r\ndata: b\n\rdata: c\n\n") == "[|a\nb||][|c||]");
    // CR at the very end ends the event without waiting for what comes next.
    CHECK(decode("data: a\n\r") == "[|a||]");
    // Other characters that some libraries take for line ends do not.
    CHECK(decode("data: a\vb\fc\x85"
                 "d\xE2\x80\xA8"
                 "e\n\n") == "[|a\vb\fc\x85"
                             "d\xE2\x80\xA8"
                             "e||]");
}

TEST_CASE("one_byte_order_mark_is_skipped_at_the_start_only") {
    CHECK(decode("\xEF\xBB\xBF"
                 "data: a\n\n") == "[|a||]");
    CHECK(decode("\xEF\xBB\xBF\n\ndata: a\n\n") == "[|a||]");
    CHECK(decode("\xEF\xBB\xBF\xEF\xBB\xBF"
                 "data: a\n\ndata: b\n\n") == "[|b||]");
    CHECK(decode("data: a\n\n\xEF\xBB\xBF"
                 "data: b\n\ndata: c\n\n") == "[|a||][|c||]");
    CHECK(decode("\xEF\xBB"
                 "data: a\n\ndata: b\n\n") == "[|b||]");
}

TEST_CASE("one_space_after_the_colon_is_removed") {
    CHECK(decode("data:a\ndata: b\ndata:  c\ndata:\td\ndata : e\n\n") == "[|a\nb\n c\n\td||]");
    CHECK(decode("data:: a:b\n\n") == "[|: a:b||]");
}

TEST_CASE("comments_and_unknown_fields_are_ignored") {
    CHECK(decode(":\n\n: keep-alive\n\n:data: a\n\n").empty());
    CHECK(decode("Data: a\nDATA: b\n data: c\nfoo: d\nfoo\ndata: e\n:x\n\n") == "[|e||]");
    CHECK(decode("data: a\n: between\ndata: b\n\n") == "[|a\nb||]");
}

TEST_CASE("an_event_without_its_empty_line_is_session_unknown") {
    CHECK(decode("data: a").empty());
    CHECK(decode("data: a\n").empty());
    CHECK(decode("data: a\r\n").empty());
    CHECK(decode("").empty());
    CHECK(decode("\n\n\r\r\n").empty());
}

TEST_CASE("events_without_data_are_delivered_for_their_id_or_retry") {
    CHECK(decode("id: 7\n\n") == "[||7|]");
    CHECK(decode("retry: 10\n\n") == "[|||10]");
    CHECK(decode("event: ping\n\n").empty());
    CHECK(decode("event: ping\n\ndata: a\n\n") == "[|a||]");
    CHECK(decode("event: ping\nid: 7\n\n") == "[||7|]");
    CHECK(decode("id: 1\nretry: 3000\ndata: \n\n") == "[||1|3000]");
    CHECK(decode("event: ping\ndata\n\n") == "[ping|||]");
}

TEST_CASE("the_last_of_a_repeated_field_counts") {
    CHECK(decode("event: a\nevent: b\nid: 1\nid: 2\nretry: 1\nretry: 2\ndata: x\n\n") ==
          "[b|x|2|2]");
    CHECK(decode("event: a\nevent:\nid: 1\nid\ndata: x\n\n") == "[|x||]");
}

TEST_CASE("an_id_with_a_zero_byte_is_ignored") {
    CHECK(decode("id: a\0b\ndata: x\n\n"s) == "[|x||]");
    CHECK(decode("id: 1\nid: a\0b\ndata: x\n\n"s) == "[|x|1|]");
    CHECK(decode("data: a\0b\n\n"s) == "[|a\0b||]"s);
}

TEST_CASE("a_retry_that_is_no_number_is_ignored") {
    for (const auto* const value :
         {"", "-1", "+1", "1.5", "1s", " 1", "0x10", "1 ", "a", "99999999999999999999999"}) {
        CAPTURE(value);
        CHECK(decode("retry: "s + value + "\ndata: x\n\n") == "[|x||]");
    }
    CHECK(decode("retry:0\n\n") == "[|||0]");
    CHECK(decode("retry: 007\n\n") == "[|||7]");
}

TEST_CASE("events_are_written_field_by_field") {
    CHECK(encode({.event = {}, .data = "{}", .id = {}, .retry = {}}) == "data: {}\n\n");
    CHECK(encode({.event = "endpoint", .data = "/m", .id = "5", .retry = 15ms}) ==
          "event: endpoint\nid: 5\nretry: 15\ndata: /m\n\n");
    CHECK(encode({.event = {}, .data = {}, .id = "s_0", .retry = {}}) == "id: s_0\ndata: \n\n");
    CHECK(encode({.event = {}, .data = {}, .id = "s_0", .retry = 3s}) ==
          "id: s_0\nretry: 3000\ndata: \n\n");
    CHECK(encode({.event = {}, .data = {}, .id = {}, .retry = 3s}) == "retry: 3000\n\n");
    CHECK(encode({.event = "ping", .data = {}, .id = {}, .retry = {}}) ==
          "event: ping\ndata: \n\n");
    CHECK(encode({}).empty());
}

TEST_CASE("newlines_in_data_become_lines") {
    const auto data = [](std::string text) {
        return encode({.event = {}, .data = std::move(text), .id = {}, .retry = {}});
    };
    CHECK(data("a\nb") == "data: a\ndata: b\n\n");
    CHECK(data("a\r\nb\rc\n\nd") == "data: a\ndata: b\ndata: c\ndata: \ndata: d\n\n");
    CHECK(data("\n") == "data: \ndata: \n\n");
    CHECK(data("a\n") == "data: a\ndata: \n\n");
}

TEST_CASE("a_line_end_in_an_id_or_a_type_begins_no_field") {
    CHECK(encode({.event = "a\ndata: x", .data = "d", .id = "1\r\nretry: 1\0"s, .retry = {}}) ==
          "event: adata: x\nid: 1retry: 1\ndata: d\n\n");
}

TEST_CASE("what_is_written_is_read_back") {
    const std::vector<sse_event> events{
        {.event = {}, .data = "{\"a\":1}", .id = {}, .retry = {}},
        {.event = "endpoint", .data = "/messages?s=1", .id = "1", .retry = 5ms},
        {.event = {}, .data = "\n a\n\n:b\n", .id = "x y", .retry = {}},
        {.event = {}, .data = {}, .id = "prime", .retry = 100ms},
        {.event = {}, .data = {}, .id = {}, .retry = 7ms},
        {.event = "e", .data = " leading and \xE4\xB8\x96", .id = {}, .retry = {}},
    };
    std::string stream;
    std::string expected;
    for (const auto& event : events) {
        append_sse_comment(stream, "between");
        append_sse_event(stream, event);
        expected += show(event);
    }
    CHECK(decode(stream) == expected);
}

TEST_CASE("lines_and_comments_have_their_short_form") {
    std::string out;
    append_sse_line(out, "{}");
    append_sse_line(out, "{}", "s_1");
    append_sse_comment(out);
    append_sse_comment(out, "two\nlines");
    CHECK(out == "event: message\ndata: {}\n\nevent: message\nid: s_1\ndata: {}\n\n"
                 ":\n\n: twolines\n\n");
    CHECK(decode(out) == "[message|{}||][message|{}|s_1|]");
}

TEST_CASE("an_event_at_the_limit_passes_and_one_byte_more_fails") {
    const sse_limits limits{.event_bytes_max = 100};
    const auto fits = "event: " + std::string(40, 'e') + "\nid: " + std::string(20, 'i') +
                      "\ndata: " + std::string(20, 'd') + "\ndata: " + std::string(19, 'd') +
                      "\n\n";
    const auto too_large = "id: i\n" + fits;
    CHECK(decode(fits).size() == 100 + 5);
    const auto larger = "event: " + std::string(41, 'e') + fits.substr(fits.find('\n'));
    for (std::size_t i = 0; i <= larger.size(); ++i) {
        CAPTURE(i);
        sse_decoder decoder{limits};
        CHECK(decoder.feed(fits.substr(0, std::min(i, fits.size()))).has_value());
        CHECK(decoder.feed(fits.substr(std::min(i, fits.size()))).has_value());
        CHECK(decoder.feed(too_large)
                  .has_value()); // the second id replaces the first: as large as before
        CHECK(decoder.next().has_value());
        CHECK(decoder.next().has_value());

        const auto first = decoder.feed(larger.substr(0, i));
        const auto second = decoder.feed(larger.substr(i));
        REQUIRE(second.has_error());
        CHECK(second.error().code == errc::message_too_large);
        CHECK_FALSE(decoder.next());
        // It stays unusable, also for what would fit.
        CHECK(decoder.feed("data: x\n\n").has_error());
        CHECK_FALSE(decoder.next());
        if (first.has_error()) CHECK(i >= larger.size() - 2);
    }
}

TEST_CASE("a_line_that_never_ends_fails_at_the_limit") {
    for (const std::string_view begin : {"data: ", ": comment ", "unknown: ", ""}) {
        CAPTURE(begin);
        sse_decoder decoder{{.event_bytes_max = 1000}};
        REQUIRE(decoder.feed(begin).has_value());
        std::size_t fed = 0;
        while (fed < 5000 && decoder.feed("0123456789")) fed += 10;
        CHECK(fed >= 990);
        CHECK(fed <= 1020);
    }
}

TEST_CASE("events_before_a_failure_are_still_delivered") {
    sse_decoder decoder{{.event_bytes_max = 10}};
    CHECK(decoder.feed("data: a\n\ndata: 01234567890123456789\n\n").has_error());
    CHECK(take_all(decoder) == "[|a||]");
}

TEST_CASE("a_limit_of_everything_is_no_limit") {
    sse_decoder decoder{{.event_bytes_max = static_cast<std::size_t>(-1)}};
    CHECK(decoder.feed("data: a\n\n").has_value());
    CHECK(take_all(decoder) == "[|a||]");
}

} // namespace
} // namespace mcpgw
