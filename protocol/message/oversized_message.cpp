// SPDX-License-Identifier: Apache-2.0
#include "protocol/message/oversized_message.hpp"

#include "protocol/ascii.hpp"
#include "protocol/json/json_scanner.hpp"

namespace mcpgw {

namespace {

constexpr std::string_view blanks = " \t\r\n";

bool is_id(std::string_view value) {
    const scan_limits limits;
    json_scanner in{value, limits};
    const bool is_kind =
        !value.empty() && (value.front() == '"' || value.front() == '-' || is_digit(value.front()));
    return is_kind && in.skip_value() && in.is_at_end();
}

struct found_id {
    std::string_view id;
    bool is_answer = false;
};

/// Of the members that are whole.
found_id find_in_beginning(std::string_view text) {
    const scan_limits limits;
    json_scanner in{text, limits};
    found_id found;
    in.skip_blanks();
    if (!in.enter_object()) return found;
    for (bool has_member = false; in.has_member(has_member) && has_member;) {
        scanned_name name;
        if (!in.take_name(name)) break;
        found.is_answer |= name.text == "result" || name.text == "error";
        const auto begin = in.offset();
        // A number at the end of the text may have further digits.
        if (!in.skip_value() || in.is_at_end()) break;
        const auto value = text.substr(begin, in.offset() - begin);
        if (name.text == "id" && is_id(value)) found.id = value;
    }
    return found;
}

/// The last member of the message itself: behind its value only one brace is closed.
std::string_view find_in_ending(std::string_view text) {
    const auto end = text.find_last_not_of(blanks);
    if (end == std::string_view::npos || text[end] != '}') return {};
    text = text.substr(0, end);
    constexpr std::string_view key = "\"id\"";
    const auto at = text.rfind(key);
    if (at == std::string_view::npos || at == 0) return {};
    const auto before = text.find_last_not_of(blanks, at - 1);
    if (before == std::string_view::npos || text[before] != ',') return {};
    auto value = text.substr(at + key.size());
    const auto colon = value.find_first_not_of(blanks);
    if (colon == std::string_view::npos || value[colon] != ':') return {};
    value.remove_prefix(colon + 1);
    const auto first = value.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    value = value.substr(first, value.find_last_not_of(blanks) + 1 - first);
    return is_id(value) ? value : std::string_view{};
}

} // namespace

std::string_view id_of_oversized(std::string_view beginning, std::string_view ending) {
    const auto first = find_in_beginning(beginning);
    if (first.is_answer) return {};
    const auto last = find_in_ending(ending);
    if (first.id.empty() || last.empty()) return first.id.empty() ? last : first.id;
    return first.id == last ? first.id : std::string_view{};
}

} // namespace mcpgw
