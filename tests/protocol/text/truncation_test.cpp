// SPDX-License-Identifier: Apache-2.0
#include "protocol/text/truncation.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/envelope.hpp"

#include <catch2/catch_test_macros.hpp>

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpgw {
namespace {

using size = std::optional<std::size_t>;

truncation by_lines(size head, size tail) {
    truncation keep;
    keep.head = head;
    keep.tail = tail;
    return keep;
}

truncation by_characters(size head, size tail) {
    truncation keep;
    keep.head_chars = head;
    keep.tail_chars = tail;
    return keep;
}

std::string cut(std::string_view text, const truncation& keep) {
    return truncate_text(text, keep).text;
}

/// "1\n2\n…count" and a newline at the end if asked for.
std::string make_lines(std::size_t count, bool has_last_newline = false) {
    std::string out;
    for (std::size_t i = 1; i <= count; ++i) {
        out += std::to_string(i);
        if (i < count || has_last_newline) out += '\n';
    }
    return out;
}

TEST_CASE("lines_in_the_middle_are_omitted") {
    const auto found = truncate_text("one\ntwo\nthree\nfour\nfive", by_lines(1, 2));
    CHECK(found.text == "one\n[... 2 lines (10 characters) omitted ...]\nfour\nfive");
    CHECK(found.lines_omitted == 2);
    CHECK(found.chars_omitted == 10);
    CHECK(found.is_truncated());
}

TEST_CASE("one_end_may_be_given_up") {
    CHECK(cut("a\nb\nc\nd", by_lines(2, 0)) == "a\nb\n[... 2 lines (3 characters) omitted ...]");
    CHECK(cut("a\nb\nc\nd", by_lines(0, 2)) == "[... 2 lines (4 characters) omitted ...]\nc\nd");
    CHECK(cut("a\nb\nc\nd", by_lines(2, {})) == cut("a\nb\nc\nd", by_lines(2, 0)));
    CHECK(cut("a\nb\nc\nd", by_lines({}, 2)) == cut("a\nb\nc\nd", by_lines(0, 2)));
    CHECK(cut("a\nb", by_lines(0, 0)) == "[... 2 lines (3 characters) omitted ...]");
}

TEST_CASE("a_newline_at_the_end_is_no_line") {
    CHECK(cut("a\nb\nc\n", by_lines(1, 1)) == "a\n[... 1 line (2 characters) omitted ...]\nc\n");
    CHECK(cut("a\nb\nc\n", by_lines(1, 0)) == "a\n[... 2 lines (4 characters) omitted ...]");
    CHECK(cut("a\nb\n", by_lines(1, 1)) == "a\nb\n");
    CHECK(cut("a\nb\nc\n\n", by_lines(1, 1)) == "a\n[... 2 lines (4 characters) omitted ...]\n\n");
    CHECK(cut("\n\n\n", by_lines(1, 1)) == "\n[... 1 line (1 character) omitted ...]\n\n");
}

TEST_CASE("nothing_is_cut_where_nothing_is_saved") {
    const auto max = std::numeric_limits<std::size_t>::max();
    for (const auto& text : {std::string{}, std::string{"a"}, std::string{"a\nb\nc"},
                             std::string{"a\nb\nc\n"}, std::string{"\n"}}) {
        for (const auto& keep :
             {truncation{}, by_lines(3, 0), by_lines(0, 3), by_lines(2, 1), by_lines(max, max),
              by_lines(max, 0), by_lines({}, max), by_characters(6, 0), by_characters(0, 6),
              by_characters(3, 3), by_characters(max, max), by_characters(max, {})}) {
            CAPTURE(text);
            const auto found = truncate_text(text, keep);
            CHECK(found.text == text);
            CHECK_FALSE(found.is_truncated());
        }
    }
    CHECK(cut("", by_lines(0, 0)).empty());
    CHECK(cut("", by_characters(0, 0)).empty());
}

TEST_CASE("numbers_have_separators") {
    const auto text = make_lines(2000, true);
    CHECK(cut(text, by_lines(0, 0)) == "[... 2,000 lines (8,893 characters) omitted ...]");
    CHECK(cut(std::string(1'234'567, 'x'), by_characters(0, 0)) ==
          "[... 1,234,567 characters omitted ...]");
    CHECK(cut(std::string(999, 'x'), by_characters(0, 0)) == "[... 999 characters omitted ...]");
    CHECK(cut(std::string(1000, 'x'), by_characters(0, 0)) == "[... 1,000 characters omitted ...]");
}

TEST_CASE("characters_in_the_middle_are_omitted") {
    const auto found = truncate_text("abcdefghij", by_characters(3, 2));
    CHECK(found.text == "abc\n[... 5 characters omitted ...]\nij");
    CHECK(found.lines_omitted == 0);
    CHECK(found.chars_omitted == 5);
    CHECK(cut("abcdefghij", by_characters(3, {})) == "abc\n[... 7 characters omitted ...]");
    CHECK(cut("abcdefghij", by_characters({}, 3)) == "[... 7 characters omitted ...]\nhij");
    // Newlines that are there already are not doubled.
    CHECK(cut("ab\ncdef\ngh", by_characters(3, 3)) == "ab\n[... 4 characters omitted ...]\ngh");
}

TEST_CASE("characters_are_code_points_and_stay_whole") {
    CHECK(cut("äöüßé", by_characters(2, 1)) == "äö\n[... 2 characters omitted ...]\né");
    CHECK(cut("世界🙂🙃世", by_characters(3, 1)) ==
          "世界🙂\n[... 1 character omitted ...]\n世");
    CHECK(cut("äöü", by_characters(2, 1)) == "äöü");
    CHECK(cut("ä\nö\nü", by_lines(1, 1)) == "ä\n[... 1 line (2 characters) omitted ...]\nü");
    const std::string text = "a世🙂é\nzß🙃\n\n世b";
    for (std::size_t head = 0; head < 14; ++head) {
        for (std::size_t tail = 0; tail < 14; ++tail) {
            CAPTURE(head, tail);
            const auto found = truncate_text(text, by_characters(head, tail));
            CHECK(sanitize_utf8(found.text) == found.text);
            CHECK(found.chars_omitted == (head + tail >= 12 ? 0 : 12 - head - tail));
        }
    }
}

TEST_CASE("characters_are_cut_from_what_the_lines_left") {
    auto keep = by_lines(2, 2);
    const std::string text = "aaaaa\nbbbbb\nccccc\nddddd\neeeee\nfffff";
    const std::string lines_only =
        "aaaaa\nbbbbb\n[... 2 lines (12 characters) omitted ...]\neeeee\nfffff";
    CHECK(cut(text, keep) == lines_only);

    // Enough room for the 23 characters that are left.
    keep.head_chars = 12;
    keep.tail_chars = 11;
    CHECK(cut(text, keep) == lines_only);

    // Both cuts meet: one line tells of both.
    keep.head_chars = 8;
    keep.tail_chars = 3;
    const auto met = truncate_text(text, keep);
    CHECK(met.text == "aaaaa\nbb\n[... 2 lines (24 characters) omitted ...]\nfff");
    CHECK(met.lines_omitted == 2);
    CHECK(met.chars_omitted == 24);
    keep.tail_chars = 11;
    CHECK(cut(text, keep) == "aaaaa\nbb\n[... 2 lines (16 characters) omitted ...]\neeeee\nfffff");

    // The character cut lies before, or after, the lines that went.
    keep.head_chars = 3;
    keep.tail_chars = 15;
    const auto before = truncate_text(text, keep);
    CHECK(before.text == "aaa\n[... 5 characters omitted ...]\nbbb\n"
                         "[... 2 lines (12 characters) omitted ...]\neeeee\nfffff");
    CHECK(before.chars_omitted == 17);
    keep.head_chars = 15;
    keep.tail_chars = 3;
    CHECK(cut(text, keep) == "aaaaa\nbbbbb\n[... 2 lines (12 characters) omitted ...]\neee\n"
                             "[... 5 characters omitted ...]\nfff");

    // Too few lines for a line cut: only characters.
    keep.head = keep.tail = 3;
    keep.head_chars = keep.tail_chars = 1;
    CHECK(cut(text, keep) == "a\n[... 33 characters omitted ...]\nf");
}

TEST_CASE("kept_and_omitted_parts_make_the_whole") {
    for (const bool has_last_newline : {false, true}) {
        const auto text = make_lines(30, has_last_newline);
        for (std::size_t head = 0; head <= 31; ++head) {
            for (std::size_t tail = 0; tail <= 31; ++tail) {
                CAPTURE(head, tail);
                const auto found = truncate_text(text, by_lines(head, tail));
                CHECK(found.lines_omitted == (head + tail >= 30 ? 0 : 30 - head - tail));
                if (!found.is_truncated()) continue;
                const auto mark = found.text.find("[...");
                const auto mark_end = found.text.find("...]", mark + 4) + 4;
                const auto first = found.text.substr(0, mark);
                auto last = found.text.substr(mark_end);
                CHECK(text.starts_with(first));
                if (tail == 0) {
                    CHECK(last.empty());
                } else {
                    REQUIRE(last.front() == '\n');
                    last.erase(0, 1);
                    CHECK(text.ends_with(last));
                }
                CHECK(first.size() + last.size() + found.chars_omitted == text.size());
            }
        }
    }
}

TEST_CASE("the_last_step_that_applies_is_chosen") {
    const auto rule = default_adaptive_truncation();
    const auto chosen = [&](std::size_t lines) {
        const auto keep = choose_truncation(make_lines(lines, true), rule);
        CHECK(choose_truncation(make_lines(lines), rule) == keep);
        return keep;
    };
    CHECK_FALSE(chosen(0).is_set());
    CHECK_FALSE(chosen(999).is_set());
    CHECK(chosen(1000) == by_lines(500, 500));
    CHECK(chosen(9999) == by_lines(500, 500));
    CHECK(chosen(10000) == by_lines(200, 200));
    CHECK_FALSE(choose_truncation("a\nb", {}).is_set());
    CHECK(choose_truncation("", {{0, by_lines(1, 1)}}) == by_lines(1, 1));
    // At 1,000 lines exactly, 500 and 500 are everything.
    CHECK_FALSE(truncate_text(make_lines(1000), chosen(1000)).is_truncated());
}

TEST_CASE("only_text_of_a_result_is_cut") {
    const std::string result =
        R"({ "content" : [ {"type":"text","text":"a\nb\nc\nd","annotations":{"priority":1.0}},)"
        R"({"type":"image","data":"YQpiCmMKZA==","mimeType":"image/png","text":"a\nb\nc\nd"},)"
        R"( {"text":"x\ny\nz\u00e9","type":"text"}, {"type":"resource","resource":)"
        R"({"uri":"file:///a","mimeType":"text/plain","text":"1\n2\n3\n4"},"text":"a\nb\nc\nd"},)"
        R"({"type":"resource","resource":{"uri":"file:///b","blob":"YQpiCmMKZA=="}},)"
        R"({"type":"resource_link","uri":"file:///c","text":"a\nb\nc\nd"}],)"
        R"("structuredContent":{"text":"a\nb\nc\nd","n":12345678901234567890,"content":)"
        R"([{"type":"text","text":"a\nb\nc\nd"}]},"isError":false,"_meta":{"x":"a\nb\nc\nd"}})";
    REQUIRE(check_json(result).has_value());
    bool is_truncated = false;
    const auto found = truncate_result(result, by_lines(1, 1), {}, &is_truncated);
    CHECK(is_truncated);
    REQUIRE(check_json(found).has_value());

    auto expected = result;
    const auto replace_first = [&](std::string_view from, std::string_view to) {
        const auto at = expected.find(from);
        REQUIRE(at != std::string::npos);
        expected.replace(at, from.size(), to);
    };
    replace_first(R"("a\nb\nc\nd")", R"("a\n[... 2 lines (4 characters) omitted ...]\nd")");
    replace_first(R"("x\ny\nz\u00e9")", "\"x\\n[... 1 line (2 characters) omitted ...]\\nzé\"");
    replace_first(R"("1\n2\n3\n4")", R"("1\n[... 2 lines (4 characters) omitted ...]\n4")");
    CHECK(found == expected);
}

TEST_CASE("a_result_without_anything_to_cut_keeps_its_bytes") {
    for (const std::string_view result :
         {R"({"content":[{"type":"text","text":"a\u0062\/"}] })", R"({"content":[]})", R"({})",
          R"({"content":{"type":"text","text":"a\nb\nc"}})", R"({"content":null})",
          R"({"content":["a\nb\nc",1,null,[],{}]})", R"({"content":[{"type":"text"}]})",
          R"({"content":[{"type":"text","text":["a\nb\nc"]}]})",
          R"({"content":[{"text":"a\nb\nc"}]})",
          R"({"content":[{"type":["text"],"text":"a\nb\nc"}]})",
          R"({"content":[{"type":"resource","resource":"a\nb\nc"}]})",
          R"({"content":[{"type":"resource","resource":{"text":7}}]})",
          R"({"contents":[{"type":"text","text":"a\nb\nc"}]})", R"("a\nb\nc")", "null", "[]"}) {
        CAPTURE(result);
        REQUIRE(check_json(result).has_value());
        bool is_truncated = true;
        CHECK(truncate_result(result, by_lines(1, 0), {}, &is_truncated) == result);
        CHECK_FALSE(is_truncated);
    }
    const std::string whole = R"({"content":[{"type":"text","text":"a\nb\nc"}]})";
    CHECK(truncate_result(whole, {}, {}) == whole);
}

TEST_CASE("a_rule_decides_text_by_text_unless_the_call_says_more") {
    const adaptive_truncation rule{{3, by_lines(1, 1)}, {5, by_lines(1, 0)}};
    const std::string result = R"({"content":[{"type":"text","text":"a\nb"},)"
                               R"({"type":"text","text":"a\nb\nc"},)"
                               R"({"type":"text","text":"a\nb\nc\nd\ne"}]})";
    CHECK(truncate_result(result, {}, rule) ==
          R"({"content":[{"type":"text","text":"a\nb"},)"
          R"({"type":"text","text":"a\n[... 1 line (2 characters) omitted ...]\nc"},)"
          R"({"type":"text","text":"a\n[... 4 lines (7 characters) omitted ...]"}]})");
    CHECK(truncate_result(result, by_lines(4, 0), rule) ==
          R"({"content":[{"type":"text","text":"a\nb"},)"
          R"({"type":"text","text":"a\nb\nc"},)"
          R"({"type":"text","text":"a\nb\nc\nd\n[... 1 line (1 character) omitted ...]"}]})");
}

} // namespace
} // namespace mcpgw
