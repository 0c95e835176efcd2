// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// What readers of JSON values insist on beside the type. Raw values, scanned before; those that
/// are of another type are refused. None of these allocates, but mended_base64().

/// A number that a reader with doubles knows: 1e999 would be infinite.
bool is_finite_number(std::string_view raw);
/// The same of each number in a value of any type, at any depth.
bool are_numbers_finite(std::string_view raw);
/// A number without a fraction, exact in a double: libraries in JavaScript take no others.
bool is_whole_number(std::string_view raw);
/// A number from 0 to 1 (schema, Annotations.priority).
bool is_share(std::string_view raw);
/// A text in Base64 (RFC 4648, section 4), padded or not.
bool is_base64_text(std::string_view raw);
/// A date and a time of day with its offset from UTC (RFC 3339; schema, Annotations.lastModified).
bool is_timestamp(std::string_view raw);
/// A text that begins with the scheme of a URI (RFC 3986, section 3.1) and has no control
/// characters. Other characters are let through: many servers do not escape them.
bool is_absolute_uri(std::string_view raw);
/// A URI template (RFC 6570) as far as readers of it insist: its braces match, none is empty, and
/// it has no control characters.
bool is_uri_template(std::string_view raw);

/// Base64 in the one spelling that all readers take: lines joined, the other alphabet (section 5)
/// and a data URL (RFC 2397) undone. Nothing: it is none.
std::optional<std::string> mended_base64(std::string_view raw);

} // namespace mcpgw
