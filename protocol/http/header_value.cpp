// SPDX-License-Identifier: Apache-2.0
#include "protocol/http/header_value.hpp"

#include "protocol/json/json_text.hpp"
#include "protocol/text/base64.hpp"

#include <algorithm>

namespace mcpgw {

namespace {

constexpr std::string_view sentinel_begin = "=?base64?";
constexpr std::string_view sentinel_end = "?=";

} // namespace

bool is_plain_header_value(std::string_view value) {
    return std::ranges::all_of(value, [](char c) { return (c >= 0x20 && c <= 0x7E) || c == '\t'; });
}

std::optional<std::string> decode_header_value(std::string_view value) {
    if (!is_plain_header_value(value)) return std::nullopt;
    if (!value.starts_with(sentinel_begin) || !value.ends_with(sentinel_end))
        return std::string{value};
    // "=?base64?=" begins and ends right, but has no room for both marks.
    if (value.size() < sentinel_begin.size() + sentinel_end.size()) return std::nullopt;
    value.remove_prefix(sentinel_begin.size());
    value.remove_suffix(sentinel_end.size());
    auto decoded = decode_base64(value, base64_form::padded);
    if (!decoded || sanitize_utf8(*decoded) != *decoded) return std::nullopt;
    return decoded;
}

std::string encode_header_value(std::string_view value) {
    const bool has_outer_space = !value.empty() && (value.front() == ' ' || value.back() == ' ');
    const bool looks_encoded = value.starts_with(sentinel_begin) && value.ends_with(sentinel_end);
    // A tab is legal in a header, but some proxies make it a space.
    const bool has_tab = value.find('\t') != std::string_view::npos;
    if (is_plain_header_value(value) && !has_outer_space && !has_tab && !looks_encoded)
        return std::string{value};
    return std::string{sentinel_begin} + encode_base64(value, base64_form::padded) +
           std::string{sentinel_end};
}

} // namespace mcpgw
