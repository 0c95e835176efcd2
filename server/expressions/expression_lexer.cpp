// SPDX-License-Identifier: Apache-2.0
#include "server/expressions/expression_lexer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace mcpgw {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_name_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

void append_utf8(std::string& out, std::uint32_t code) {
    const auto add = [&out](std::uint32_t byte) {
        out += static_cast<char>(byte);
    };
    if (code < 0x80) return add(code);
    if (code < 0x800) {
        add(0xC0U | code >> 6U);
        return add(0x80U | (code & 0x3FU));
    }
    if (code < 0x10000) {
        add(0xE0U | code >> 12U);
    } else {
        add(0xF0U | code >> 18U);
        add(0x80U | (code >> 12U & 0x3FU));
    }
    add(0x80U | (code >> 6U & 0x3FU));
    add(0x80U | (code & 0x3FU));
}

/// Digits of \x, \u, \U; 0: no such escape.
std::size_t hex_digits_of(char kind) {
    return kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
}

expression_fault syntax(std::size_t place, std::string message) {
    return {expression_error::syntax, place, std::move(message)};
}

constexpr std::array<std::string_view, 24> signs{"&&", "||", "==", "!=", "<=", ">=", "<", ">",
                                                 "+",  "-",  "*",  "/",  "%",  "!",  "?", ":",
                                                 ".",  ",",  "(",  ")",  "[",  "]",  "{", "}"};

} // namespace

expression_result<expression_token> expression_lexer::next() {
    while (at_ < text_.size() && std::string_view{" \t\r\n"}.find(text_[at_]) != std::string::npos)
        ++at_;
    const auto from = at_;
    if (from == text_.size()) return expression_token{token_kind::end, from, {}};
    const char c = text_[from];
    if (is_digit(c)) return number(from);
    if (c == '"' || c == '\'') return quoted(from, false);
    const char after = peek(from + 1);
    if ((c == 'r' || c == 'R') && (after == '"' || after == '\'')) {
        ++at_;
        return quoted(from, true);
    }
    if (is_name_start(c)) {
        while (at_ < text_.size() && (is_name_start(text_[at_]) || is_digit(text_[at_]))) ++at_;
        return expression_token{token_kind::name, from, text_.substr(from, at_ - from)};
    }
    const auto rest = text_.substr(from);
    const auto sign =
        std::ranges::find_if(signs, [rest](auto each) { return rest.starts_with(each); });
    if (sign == signs.end()) {
        if (c == '=') return syntax(from, "a single = is nothing; == compares");
        if (static_cast<unsigned char>(c) >= 0x80)
            return syntax(from, "letters beyond ASCII stand in texts only");
        return syntax(from, fmt::format("the character {} has no place here",
                                        c > ' ' && c != 0x7F ? fmt::format("'{}'", c)
                                                             : std::string{"that stands here"}));
    }
    at_ += sign->size();
    return expression_token{token_kind::sign, from, rest.substr(0, sign->size())};
}

expression_result<expression_token> expression_lexer::number(std::size_t from) {
    expression_token token{token_kind::integer, from, {}};
    const char* const begin = text_.data() + from;
    const char* const end = text_.data() + text_.size();
    const char* after = begin;
    std::errc error{};
    const char second = peek(from + 1);
    if (*begin == '0' && (second == 'x' || second == 'X')) {
        constexpr int hexadecimal = 16;
        const auto read = std::from_chars(begin + 2, end, token.integer, hexadecimal);
        after = read.ptr;
        error = read.ec;
    } else {
        const auto read = std::from_chars(begin, end, token.integer);
        after = read.ptr;
        error = read.ec;
        const auto at = static_cast<std::size_t>(after - text_.data());
        const char next = peek(at);
        const bool has_fraction = next == '.' && is_digit(peek(at + 1));
        if (has_fraction || next == 'e' || next == 'E') {
            const auto real = std::from_chars(begin, end, token.real);
            token.kind = token_kind::real;
            after = real.ptr;
            error = real.ec;
        }
    }
    if (error == std::errc::result_out_of_range)
        return expression_fault{expression_error::no_value, from, "the number is too large"};
    at_ = static_cast<std::size_t>(after - text_.data());
    const char next = peek(at_);
    if (error != std::errc{} || is_name_start(next) || is_digit(next))
        return syntax(from, "this is no number");
    token.raw = text_.substr(from, at_ - from);
    return token;
}

expression_result<std::size_t> expression_lexer::escape(std::size_t at, std::string& into) const {
    const char kind = peek(at + 1);
    if (const auto digits = hex_digits_of(kind); digits > 0) {
        const auto raw = text_.substr(std::min(at + 2, text_.size()), digits);
        std::uint32_t code = 0;
        constexpr int hexadecimal = 16;
        const auto read = std::from_chars(raw.data(), raw.data() + raw.size(), code, hexadecimal);
        const bool is_whole = raw.size() == digits && read.ptr == raw.data() + raw.size();
        const bool is_surrogate = code >= 0xD800 && code < 0xE000;
        if (!is_whole || is_surrogate || code > 0x10FFFF)
            return syntax(at, "this escape stands for no character");
        append_utf8(into, code);
        return at + 2 + digits;
    }
    constexpr std::string_view kinds = "nrtbf0\\'\"`?/";
    constexpr std::string_view meant{"\n\r\t\b\f\0\\'\"`?/", 12};
    const auto found = kind == '\0' ? std::string_view::npos : kinds.find(kind);
    if (found == std::string_view::npos)
        return syntax(at, "unknown escape; \\\\ is a backslash, and r'…' has no escapes");
    into += meant[found];
    return at + 2;
}

expression_result<expression_token> expression_lexer::quoted(std::size_t from, bool is_raw) {
    const char quote = text_[at_++];
    expression_token token{token_kind::text, from, {}};
    while (at_ < text_.size() && text_[at_] != quote) {
        if (text_[at_] != '\\' || is_raw) {
            token.text += text_[at_++];
            continue;
        }
        const auto after = escape(at_, token.text);
        if (after.has_error()) return after.error();
        at_ = *after;
    }
    if (at_ == text_.size()) return syntax(from, "the text that begins here does not end");
    ++at_;
    token.raw = text_.substr(from, at_ - from);
    return token;
}

} // namespace mcpgw
