// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// `text` as a JSON string with quotes. Invalid UTF-8 is replaced (U+FFFD): text from a child's
/// stderr may be anything, and what we emit must be valid.
std::string quote_json(std::string_view text);

/// The text of a raw JSON string (with quotes), escapes resolved. Nothing if it is no string.
std::optional<std::string> unquote_json(std::string_view raw);

/// The name of a member, as it stands between its quotes, in its one spelling: with escapes where
/// they are needed. Every reader takes `a\/b` and `a/b` for the same one.
std::string respelt_key(std::string_view key);
/// The same without a copy where nothing is escaped: a part of `raw`, or else of `room`.
std::optional<std::string_view> unquote_json(std::string_view raw, std::string& room);

/// Whether a raw JSON value is of that kind, by its first character.
bool is_json_string(std::string_view raw);
bool is_json_object(std::string_view raw);
bool is_json_array(std::string_view raw);

/// Removes blanks between tokens of valid JSON.
std::string minify_json(std::string_view text);

/// Length of the longest prefix of `text` that has at most `bytes` bytes and ends on a UTF-8
/// character boundary.
std::size_t utf8_prefix(std::string_view text, std::size_t bytes);

/// `text` with every invalid UTF-8 byte replaced by U+FFFD.
std::string sanitize_utf8(std::string_view text);

} // namespace mcpgw
