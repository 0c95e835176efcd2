// SPDX-License-Identifier: Apache-2.0
#include "server/config/format/config_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace mcpgw {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::optional<unsigned> hex_value(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10U;
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10U;
    return std::nullopt;
}

void append_utf8(std::string& out, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) {
        out += static_cast<char>(byte);
    };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0U | (code >> 6U));
        put(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
        put(0xE0U | (code >> 12U));
        put(0x80U | ((code >> 6U) & 0x3FU));
        put(0x80U | (code & 0x3FU));
    } else {
        put(0xF0U | (code >> 18U));
        put(0x80U | ((code >> 12U) & 0x3FU));
        put(0x80U | ((code >> 6U) & 0x3FU));
        put(0x80U | (code & 0x3FU));
    }
}

/// Recursive descent; depth is limited. Every function returns false after reporting the one
/// error that ends the reading.
class json_reader {
public:
    json_reader(std::string_view text, problem_log& problems) : text_(text), problems_(problems) {}

    std::optional<config_node> read() {
        config_node root;
        if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
        if (!skip_blanks() || !read_value(root, "", 0) || !skip_blanks()) return std::nullopt;
        if (at_ != text_.size()) {
            fail("something follows after the end of the document");
            return std::nullopt;
        }
        return root;
    }

private:
    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    bool fail(std::string message, std::string hint = {}) {
        problems_.error(line_, "", "not valid JSON: " + std::move(message), std::move(hint));
        return false;
    }

    bool skip_blanks();
    bool skip_block_comment();
    bool read_value(config_node& node, const std::string& path, std::size_t depth);
    bool read_object(config_node& node, const std::string& path, std::size_t depth);
    bool read_array(config_node& node, const std::string& path, std::size_t depth);
    bool read_string(std::string& out);
    bool read_escape(std::string& out);
    bool read_hex4(std::uint32_t& code);
    bool read_number(config_node& node);
    bool read_word(config_node& node);

    std::string_view text_;
    problem_log& problems_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
};

bool json_reader::skip_blanks() {
    for (;; ++at_) {
        const char c = peek();
        if (c == '\n') {
            ++line_;
        } else if (c == '/' && peek(1) == '/') {
            at_ = std::min(text_.find('\n', at_), text_.size());
            if (at_ == text_.size()) return true;
            ++line_;
        } else if (c == '/' && peek(1) == '*') {
            if (!skip_block_comment()) return false;
        } else if (c != ' ' && c != '\t' && c != '\r') {
            return true;
        }
    }
}

bool json_reader::skip_block_comment() {
    const auto end = text_.find("*/", at_ + 2);
    if (end == std::string_view::npos) return fail("a comment is not closed", "add */");
    const auto comment = text_.substr(at_, end - at_);
    line_ += static_cast<std::size_t>(std::count(comment.begin(), comment.end(), '\n'));
    at_ = end + 1; // on the slash; the caller steps over it
    return true;
}

bool json_reader::read_value(config_node& node, const std::string& path, std::size_t depth) {
    node.line = line_;
    if (depth > config_depth_max) return fail("nested too deeply");
    switch (peek()) {
    case '{':
        return read_object(node, path, depth);
    case '[':
        return read_array(node, path, depth);
    case '"':
        node.kind = node_kind::string;
        return read_string(node.text);
    case '\'':
        return fail("a text begins with '", "texts stand in \"double quotes\"");
    default:
        break;
    }
    if (at_ == text_.size()) return fail("it ends too early", "is a closing bracket missing?");
    if (peek() == '-' || is_digit(peek())) return read_number(node);
    return read_word(node);
}

bool json_reader::read_object(config_node& node, const std::string& path, std::size_t depth) {
    node.kind = node_kind::object;
    ++at_;
    for (;;) {
        if (!skip_blanks()) return false;
        if (peek() == '}') break;
        if (peek() != '"') return fail("expected a key in \"double quotes\" or }");
        config_member member;
        member.line = line_;
        if (!read_string(member.key) || !skip_blanks()) return false;
        const auto member_path = key_path(path, member.key);
        if (peek() != ':') return fail(fmt::format("expected : after the key {}", member_path));
        ++at_;
        if (!skip_blanks() || !read_value(member.value, member_path, depth + 1)) return false;
        const auto first =
            std::find_if(node.members.begin(), node.members.end(),
                         [&](const config_member& m) { return m.key == member.key; });
        if (first == node.members.end())
            node.members.push_back(std::move(member));
        else {
            problems_.error(member.line, member_path,
                            fmt::format("this key is given twice, first in line {}", first->line),
                            "keep one of the two");
            *first = std::move(member); // what the parsers of most clients take
        }
        if (!skip_blanks()) return false;
        if (peek() == ',') {
            ++at_;
        } else if (peek() != '}') {
            return fail("expected , or } in a table", "is a comma missing in the line before?");
        }
    }
    ++at_;
    return true;
}

bool json_reader::read_array(config_node& node, const std::string& path, std::size_t depth) {
    node.kind = node_kind::array;
    ++at_;
    for (;;) {
        if (!skip_blanks()) return false;
        if (peek() == ']') break;
        config_node item;
        if (!read_value(item, key_path(path, node.items.size()), depth + 1)) return false;
        node.items.push_back(std::move(item));
        if (!skip_blanks()) return false;
        if (peek() == ',') {
            ++at_;
        } else if (peek() != ']') {
            return fail("expected , or ] in a list", "is a comma missing in the line before?");
        }
    }
    ++at_;
    return true;
}

bool json_reader::read_string(std::string& out) {
    ++at_;
    for (;;) {
        if (at_ == text_.size()) return fail("a text is not closed", "add \"");
        const char c = text_[at_];
        if (c == '"') break;
        if (c == '\\') {
            if (!read_escape(out)) return false;
            continue;
        }
        if (c == '\n') return fail("a text is not closed in its line", "add \", or write \\n");
        if (static_cast<unsigned char>(c) < 0x20) return fail("a text has a control character");
        out += c;
        ++at_;
    }
    ++at_;
    return true;
}

bool json_reader::read_escape(std::string& out) {
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    const auto letter = letters.find(peek(1));
    if (peek(1) != '\0' && letter != std::string_view::npos) {
        out += meanings[letter];
        at_ += 2;
        return true;
    }
    if (peek(1) != 'u') return fail("a text has an unknown \\ escape", "write \\\\ for one \\");
    std::uint32_t code = 0;
    if (!read_hex4(code)) return false;
    if (code >= 0xD800 && code < 0xDC00 && peek() == '\\' && peek(1) == 'u') {
        std::uint32_t low = 0;
        if (!read_hex4(low)) return false;
        if (low < 0xDC00 || low > 0xDFFF) return fail("a text has half of a surrogate pair");
        code = 0x10000U + ((code - 0xD800U) << 10U) + (low - 0xDC00U);
    }
    if (code >= 0xD800 && code <= 0xDFFF) return fail("a text has half of a surrogate pair");
    append_utf8(out, code);
    return true;
}

bool json_reader::read_hex4(std::uint32_t& code) {
    at_ += 2;
    for (int i = 0; i < 4; ++i, ++at_) {
        const auto digit = hex_value(peek());
        if (!digit) return fail("\\u needs four hexadecimal digits");
        code = code * 16U + *digit;
    }
    return true;
}

bool json_reader::read_number(config_node& node) {
    const auto begin = at_;
    if (peek() == '-') ++at_;
    if (peek() == '0' && is_digit(peek(1))) return fail("a number begins with 0");
    while (is_digit(peek())) ++at_;
    bool is_real = false;
    if (peek() == '.') {
        is_real = true;
        ++at_;
        if (!is_digit(peek())) return fail("a number ends with a point");
        while (is_digit(peek())) ++at_;
    }
    if (peek() == 'e' || peek() == 'E') {
        is_real = true;
        ++at_;
        if (peek() == '+' || peek() == '-') ++at_;
        if (!is_digit(peek())) return fail("a number's exponent is missing");
        while (is_digit(peek())) ++at_;
    }
    node.text = text_.substr(begin, at_ - begin);
    const char* const first = node.text.data();
    const char* const last = first + node.text.size();
    if (node.text == "-") return fail("a number has no digits");
    if (std::from_chars(first, last, node.real).ec != std::errc{})
        return fail("a number is out of range");
    node.kind = node_kind::real;
    if (!is_real && std::from_chars(first, last, node.integer).ec == std::errc{})
        node.kind = node_kind::integer;
    return true;
}

bool json_reader::read_word(config_node& node) {
    const auto rest = text_.substr(at_);
    for (const std::string_view word : {"true", "false", "null"}) {
        if (!rest.starts_with(word)) continue;
        at_ += word.size();
        node.text = word;
        node.kind = word == "null" ? node_kind::null : node_kind::boolean;
        node.boolean = word == "true";
        return true;
    }
    return fail("expected a value", "texts stand in \"double quotes\"");
}

} // namespace

std::optional<config_node> read_json_document(std::string_view text, problem_log& problems) {
    return json_reader{text, problems}.read();
}

} // namespace mcpgw
