// SPDX-License-Identifier: Apache-2.0
#include "server/config/format/config_json.hpp"

#include "protocol/ascii.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace mcpgw {

namespace {

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
    const auto begin = at_++;
    for (; peek() != '"'; ++at_) {
        if (at_ >= text_.size()) return fail("a text is not closed", "add \"");
        if (peek() == '\n') return fail("a text is not closed in its line", "add \", or write \\n");
        if (static_cast<unsigned char>(peek()) < 0x20)
            return fail("a text has a control character");
        if (peek() != '\\') continue;
        ++at_;
        if (std::string_view{"\"\\/bfnrtu"}.find(peek()) == std::string_view::npos)
            return fail("a text has an unknown \\ escape", "write \\\\ for one \\");
    }
    ++at_;
    auto text = unquote_json(text_.substr(begin, at_ - begin));
    if (!text)
        return fail("\\u needs four hexadecimal digits, and half a surrogate pair the other");
    out = std::move(*text);
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
