// SPDX-License-Identifier: Apache-2.0
#include "protocol/text/truncation.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/json/splice.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace mcpgw {

namespace {

bool is_character_start(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, is_character_start));
}

std::size_t count_lines(std::string_view text) {
    if (text.empty()) return 0;
    const auto newlines = static_cast<std::size_t>(std::ranges::count(text, '\n'));
    return newlines + (text.back() == '\n' ? 0U : 1U);
}

/// Where line number `count` begins (counted from 0).
std::size_t skip_lines(std::string_view text, std::size_t count) {
    std::size_t at = 0;
    for (; count > 0; --count) {
        const auto newline = text.find('\n', at);
        if (newline == std::string_view::npos) return text.size();
        at = newline + 1;
    }
    return at;
}

std::size_t skip_characters(std::string_view text, std::size_t count) {
    for (std::size_t at = 0; at < text.size(); ++at)
        if (is_character_start(text[at]) && count-- == 0) return at;
    return text.size();
}

/// A part of the text that goes.
struct gap {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t lines = 0; ///< 0: cut by characters only
};

/// How many of `total` units go, given how many to keep at both ends; 0 if that saves nothing.
std::size_t count_omitted(std::size_t total, std::size_t head, std::size_t tail) {
    if (head >= total || tail >= total - head) return 0;
    return total - head - tail;
}

std::vector<gap> find_gaps(std::string_view text, const truncation& keep) {
    std::vector<gap> gaps;
    gap lines{text.size(), text.size(), 0};
    if (keep.head || keep.tail) {
        const auto total = count_lines(text);
        const auto head = keep.head.value_or(0);
        lines.lines = count_omitted(total, head, keep.tail.value_or(0));
        if (lines.lines != 0) {
            lines.begin = skip_lines(text, head);
            lines.end = lines.begin + skip_lines(text.substr(lines.begin), lines.lines);
            gaps.push_back(lines);
        }
    }
    if (!keep.head_chars && !keep.tail_chars) return gaps;

    // Characters of what the line cut left: `before` and `after` read as one text.
    const auto before = text.substr(0, lines.begin);
    const auto after = text.substr(lines.end);
    const auto before_count = count_characters(before);
    const auto position = [&](std::size_t character) {
        if (character <= before_count) return skip_characters(before, character);
        return lines.end + skip_characters(after, character - before_count);
    };
    const auto head = keep.head_chars.value_or(0);
    const auto omitted =
        count_omitted(before_count + count_characters(after), head, keep.tail_chars.value_or(0));
    if (omitted == 0) return gaps;
    gap characters{position(head), position(head + omitted), 0};
    const bool has_met = characters.begin <= lines.end && characters.end >= lines.begin;
    if (gaps.empty()) return {characters};
    if (has_met)
        return {gap{std::min(characters.begin, lines.begin), std::max(characters.end, lines.end),
                    lines.lines}};
    gaps.insert(characters.begin < lines.begin ? gaps.begin() : gaps.end(), characters);
    return gaps;
}

/// 1234567 -> "1,234,567"; not through the locale, whose separators differ between machines.
std::string group_digits(std::size_t number) {
    auto text = std::to_string(number);
    for (auto at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
    return text;
}

std::string count_of(std::size_t number, std::string_view noun) {
    return group_digits(number) + ' ' + std::string{noun} + (number == 1 ? "" : "s");
}

std::string omission_line(std::size_t lines, std::size_t characters) {
    const auto count = count_of(characters, "character");
    if (lines == 0) return "[... " + count + " omitted ...]";
    return "[... " + count_of(lines, "line") + " (" + count + ") omitted ...]";
}

/// Adds an edit to `out` if the raw JSON string `raw`, a part of `whole`, is to be cut.
bool truncate_string(spliced_text& out, std::string_view whole, std::string_view raw,
                     const truncation& keep, const adaptive_truncation& rule) {
    const auto text = unquote_json(raw);
    if (!text) return false;
    const auto cut = truncate_text(*text, keep.is_set() ? keep : choose_truncation(*text, rule));
    if (!cut.is_truncated()) return false;
    const auto begin = static_cast<std::size_t>(raw.data() - whole.data());
    out.replace({begin, begin + raw.size()}, quote_json(cut.text));
    return true;
}

/// The raw text of a content block that may be cut, or empty.
std::string_view find_block_text(std::string_view block) {
    if (!is_json_object(block)) return {};
    const auto type = unquote_json(find_member(block, "type"));
    if (!type) return {};
    if (*type == "text") return find_member(block, "text");
    if (*type != "resource") return {};
    const auto resource = find_member(block, "resource");
    return is_json_object(resource) ? find_member(resource, "text") : std::string_view{};
}

} // namespace

adaptive_truncation default_adaptive_truncation() {
    truncation summary;
    summary.head = summary.tail = 500;
    truncation short_summary;
    short_summary.head = short_summary.tail = 200;
    return {{1000, summary}, {10000, short_summary}};
}

truncated_text truncate_text(std::string_view text, const truncation& keep) {
    truncated_text out;
    std::size_t at = 0;
    for (const auto& each : find_gaps(text, keep)) {
        const auto characters = count_characters(text.substr(each.begin, each.end - each.begin));
        out.lines_omitted += each.lines;
        out.chars_omitted += characters;
        out.text += text.substr(at, each.begin - at);
        if (!out.text.empty() && out.text.back() != '\n') out.text += '\n';
        out.text += omission_line(each.lines, characters);
        at = each.end;
        // A newline that is left ends our line, unless it is itself a line, an empty one.
        const bool is_line_start = at > 0 && text[at - 1] == '\n';
        if (at < text.size() && (is_line_start || text[at] != '\n')) out.text += '\n';
    }
    out.text += text.substr(at);
    return out;
}

truncation choose_truncation(std::string_view text, const adaptive_truncation& rule) {
    const auto lines = count_lines(text);
    truncation chosen;
    for (const auto& step : rule)
        if (lines >= step.lines_min) chosen = step.keep;
    return chosen;
}

std::string truncate_result(std::string_view result_json, const truncation& keep,
                            const adaptive_truncation& rule, bool* is_truncated) {
    bool has_cut = false;
    spliced_text out{result_json};
    const auto content =
        is_json_object(result_json) ? find_member(result_json, "content") : std::string_view{};
    if ((keep.is_set() || !rule.empty()) && is_json_array(content)) {
        element_reader blocks{content};
        while (const auto block = blocks.next()) {
            const auto raw = find_block_text(*block);
            if (truncate_string(out, result_json, raw, keep, rule)) has_cut = true;
        }
    }
    if (is_truncated != nullptr) *is_truncated = has_cut;
    return has_cut ? out.str() : std::string{result_json};
}

} // namespace mcpgw
