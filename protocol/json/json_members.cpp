// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/json_members.hpp"

#include <cstddef>

namespace mcpgw {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
    while (at < text.size() && is_blank(text[at])) ++at;
    return at;
}

/// `at` is an opening quote. Behind the closing one, or the end of the text.
std::size_t skip_string(std::string_view text, std::size_t at) {
    const std::size_t first = at + 1;
    for (std::size_t quote = text.find('"', first); quote != text.npos;
         quote = text.find('"', quote + 1)) {
        // A quote is escaped if an odd number of backslashes stands before it.
        std::size_t before = quote;
        while (before > first && text[before - 1] == '\\') --before;
        if ((quote - before) % 2 == 0) return quote + 1;
    }
    return text.size();
}

/// Behind the value at `at`. Counts brackets without telling them apart: the text was checked.
std::size_t skip_value(std::string_view text, std::size_t at) {
    std::size_t depth = 0;
    while (at < text.size()) {
        switch (text[at]) {
        case '"':
            at = skip_string(text, at);
            if (depth == 0) return at;
            continue;
        case '{':
        case '[':
            ++depth;
            break;
        case '}':
        case ']':
            if (depth == 0) return at; // the end of what is around a scalar
            if (--depth == 0) return at + 1;
            break;
        case ',':
        case ' ':
        case '\t':
        case '\n':
        case '\r':
            if (depth == 0) return at;
            break;
        default:
            break;
        }
        ++at;
    }
    return at;
}

/// Behind the opening bracket, or the end of the text where there is none.
std::size_t enter(std::string_view text, char bracket) {
    const std::size_t at = skip_blanks(text, 0);
    return at < text.size() && text[at] == bracket ? at + 1 : text.size();
}

/// The next name or value: over blanks and the comma between two members.
std::size_t skip_separator(std::string_view text, std::size_t at) {
    at = skip_blanks(text, at);
    if (at < text.size() && text[at] == ',') at = skip_blanks(text, at + 1);
    return at;
}

} // namespace

member_reader::member_reader(std::string_view object_text)
    : text_(object_text), at_(enter(object_text, '{')) {}

member_reader::member_reader(std::string_view object_text, std::string_view known)
    : member_reader(object_text) {
    known_ = known;
}

std::optional<json_member> member_reader::next() {
    const std::size_t key_begin = skip_separator(text_, at_);
    at_ = text_.size(); // stays there unless a whole member follows
    if (key_begin >= text_.size() || text_[key_begin] != '"') return std::nullopt;
    const std::size_t key_end = skip_string(text_, key_begin);
    const std::size_t colon = skip_blanks(text_, key_end);
    if (key_end - key_begin < 2 || colon >= text_.size() || text_[colon] != ':')
        return std::nullopt;
    const std::size_t value_begin = skip_blanks(text_, colon + 1);
    const bool is_known = !known_.empty() && text_.data() + value_begin == known_.data();
    const std::size_t value_end =
        is_known ? value_begin + known_.size() : skip_value(text_, value_begin);
    if (value_begin >= value_end) return std::nullopt;
    at_ = value_end;

    json_member member;
    member.key_span = {key_begin, key_end};
    member.value_span = {value_begin, value_end};
    member.key = text_.substr(key_begin + 1, key_end - key_begin - 2);
    member.value = member.value_span.of(text_);
    return member;
}

element_reader::element_reader(std::string_view array_text)
    : text_(array_text), at_(enter(array_text, '[')) {}

std::optional<std::string_view> element_reader::next() {
    const std::size_t begin = skip_separator(text_, at_);
    const std::size_t end = skip_value(text_, begin);
    at_ = text_.size();
    if (begin >= end) return std::nullopt;
    at_ = end;
    return text_.substr(begin, end - begin);
}

void member_writer::add(std::string_view key, std::string_view value) {
    if (!empty()) members_ += ',';
    members_ += '"';
    members_ += key;
    members_ += "\":";
    members_ += value;
}

std::string_view find_member(std::string_view object_text, std::string_view key) {
    std::string_view found;
    if (object_text.size() < key.size() + 5) return found; // has no room for it, as `{}` has not
    member_reader members{object_text};
    while (const auto member = members.next())
        if (member->key == key) found = member->value;
    return found;
}

} // namespace mcpgw
