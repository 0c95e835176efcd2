// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// How much of a text to keep. Lines are cut where `head`/`tail` are set, then characters (Unicode
/// code points) where `head_chars`/`tail_chars` are set. With only one of a pair set, the other
/// counts as 0. Nothing set: the text stays whole.
///
/// head 100, tail 0 = preview; 50/50 = summary; 0/200 = recent.
struct truncation {
    std::optional<std::size_t> head, tail;             ///< lines
    std::optional<std::size_t> head_chars, tail_chars; ///< code points

    [[nodiscard]] bool is_set() const { return head || tail || head_chars || tail_chars; }
    friend bool operator==(const truncation&, const truncation&) = default;
};

/// One step of an adaptive rule: applies to texts of at least `lines_min` lines.
struct truncation_step {
    std::size_t lines_min = 0;
    truncation keep;

    bool operator==(const truncation_step&) const = default;
};

/// Steps in ascending order of lines_min; the last one that applies wins.
using adaptive_truncation = std::vector<truncation_step>;

/// The rule used for `truncate = "adaptive"`: whole below 1,000 lines, 500/500 below 10,000,
/// 200/200 from there on.
adaptive_truncation default_adaptive_truncation();

struct truncated_text {
    std::string text;
    std::size_t lines_omitted = 0;
    std::size_t chars_omitted = 0;
    [[nodiscard]] bool is_truncated() const { return lines_omitted != 0 || chars_omitted != 0; }
};

/// Cuts `text`. A line in place of what is missing says how much it was, e.g.
/// "[... 1,234 lines (56,789 characters) omitted ...]". Where nothing would be saved
/// (head + tail >= lines), the text stays as it is. Never cuts inside a UTF-8 character. A newline
/// at the end does not begin another line. Where lines and characters are cut, the characters are
/// those that the lines left; cuts that meet get one line for both.
truncated_text truncate_text(std::string_view text, const truncation& keep);

/// The step of `rule` for `text`, or nothing set.
truncation choose_truncation(std::string_view text, const adaptive_truncation& rule);

/// A tools/call result (raw JSON object that was scanned before) with its text content blocks cut;
/// embedded text resources are cut too. Every other byte stays: images, structuredContent, isError,
/// _meta. `rule` decides, text by text, where `keep` is not set. Returns the text unchanged where
/// there is nothing to cut. `is_truncated` (optional) tells.
std::string truncate_result(std::string_view result_json, const truncation& keep,
                            const adaptive_truncation& rule, bool* is_truncated = nullptr);

} // namespace mcpgw
