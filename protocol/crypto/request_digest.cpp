// SPDX-License-Identifier: Apache-2.0
#include "protocol/crypto/request_digest.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/envelope.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace mcpgw {

namespace {

constexpr scan_limits limits{};

void append_canonical(std::string& out, std::string_view value);

void append_canonical_members(std::string& out, std::string_view object) {
    // Appended as they come, and put in order only where they are not: requests and their retries
    // mostly come from one serialiser.
    struct member {
        std::string key;
        text_span where;
    };
    std::vector<member> members;
    const std::size_t first = out.size();
    member_reader reader{object};
    while (const auto read = reader.next()) {
        const std::size_t begin = out.size();
        auto key = unquote_json(read->key_span.of(object)).value_or("");
        out += quote_json(key);
        out += ':';
        append_canonical(out, read->value);
        out += ',';
        members.push_back({std::move(key), {begin, out.size()}});
    }
    // Stable: the order of members with equal names matters to readers that take the last one.
    if (std::ranges::is_sorted(members, {}, &member::key)) return;
    std::ranges::stable_sort(members, {}, &member::key);
    std::string sorted;
    sorted.reserve(out.size() - first);
    for (const auto& m : members) sorted += m.where.of(out);
    out.replace(first, out.npos, sorted);
}

/// One spelling for all texts of a JSON value that was checked. Not JSON: commas follow every
/// member and element. Recursion is bounded by the depth that the check allowed.
void append_canonical(std::string& out, std::string_view value) {
    if (is_json_object(value)) {
        out += '{';
        append_canonical_members(out, value);
        out += '}';
    } else if (is_json_array(value)) {
        out += '[';
        element_reader elements{value};
        while (const auto element = elements.next()) {
            append_canonical(out, *element);
            out += ',';
        }
        out += ']';
    } else if (is_json_string(value)) {
        out += quote_json(unquote_json(value).value_or(""));
    } else {
        out += value;
    }
}

std::string canonical_arguments(std::string_view arguments_json) {
    if (arguments_json.empty()) return "{}";
    if (!check_json(arguments_json, limits)) return std::string{arguments_json};
    const auto begin = arguments_json.find_first_not_of(" \t\r\n");
    const auto end = arguments_json.find_last_not_of(" \t\r\n") + 1;
    std::string out;
    out.reserve(arguments_json.size());
    append_canonical(out, arguments_json.substr(begin, end - begin));
    return out;
}

/// Length first, so that no two lists of fields give the same bytes.
void append_field(std::string& out, std::string_view field) {
    for (std::uint64_t size = field.size(), i = 0; i < sizeof size; ++i)
        out += static_cast<char>((size >> (8 * i)) & 255U);
    out += field;
}

} // namespace

std::string request_digest(std::string_view method, std::string_view name,
                           std::string_view arguments_json) {
    std::string text;
    append_field(text, method);
    append_field(text, name);
    append_field(text, canonical_arguments(arguments_json));

    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const unsigned char byte : digest) {
        out += digits[byte >> 4U];
        out += digits[byte & 15U];
    }
    return out;
}

} // namespace mcpgw
