// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/json_scanner.hpp"

#include "protocol/ascii.hpp"
#include "protocol/json/json_bytes.hpp"

#include <fmt/format.h>

#include <cstring>

namespace mcpgw {

namespace {

/// Value of four hexadecimal digits at `at`, or -1.
int hex4(const char* at, const char* end) {
    if (end - at < 4) return -1;
    int value = 0;
    for (int i = 0; i < 4; ++i) {
        const char c = at[i];
        int digit = 0;
        if (is_digit(c)) {
            digit = c - '0';
        } else if (c >= 'a' && c <= 'f') {
            digit = c - 'a' + 10;
        } else if (c >= 'A' && c <= 'F') {
            digit = c - 'A' + 10;
        } else {
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

bool is_high_surrogate(int unit) {
    return unit >= 0xD800 && unit <= 0xDBFF;
}
bool is_low_surrogate(int unit) {
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

} // namespace

fault refuse_at(errc code, std::size_t offset, std::string_view expected) {
    return {code,
            fmt::format("{} (at byte {}: expected {})", describe(code).message, offset, expected)};
}

// Not inlined: errors are rare, and the callers are the hot path.
[[gnu::noinline, gnu::cold]] bool json_scanner::fail(const char* at, const char* expected,
                                                     errc code) {
    failed_at_ = at;
    expected_ = expected;
    code_ = code;
    return false;
}

fault json_scanner::fault() const {
    const auto offset = static_cast<std::size_t>(failed_at_ - begin_);
    if (code_ == errc::depth_exceeded)
        return refuse_at(code_, offset,
                         fmt::format("at most {} nested arrays and objects", depth_max_));
    return refuse_at(code_, offset, expected_);
}

void json_scanner::skip_blank_run() {
    for (; at_ != end_; ++at_) {
        if (*at_ == '\n' || *at_ == '\r') {
            notes_.has_newline = true;
        } else if (*at_ != ' ' && *at_ != '\t') {
            return;
        }
    }
}

/// `at` is the backslash. Behind the escape (behind both of a surrogate pair), or nullptr.
const char* json_scanner::skip_escape(const char* at) {
    const char* const kind = at + 1;
    if (kind == end_) {
        fail(kind, "the rest of an escape sequence");
        return nullptr;
    }
    if (*kind != 'u') {
        if (*kind != '\0' && std::strchr("\"\\/bfnrt", *kind) != nullptr) return kind + 1;
        fail(at, "an escape sequence that JSON knows");
        return nullptr;
    }
    const int unit = hex4(kind + 1, end_);
    if (unit < 0) {
        fail(at, "four hexadecimal digits after \\u");
        return nullptr;
    }
    const char* const behind = kind + 5;
    if (is_low_surrogate(unit)) {
        fail(at, "a high surrogate before a low one");
        return nullptr;
    }
    if (!is_high_surrogate(unit)) return behind;
    if (end_ - behind >= 6 && behind[0] == '\\' && behind[1] == 'u' &&
        is_low_surrogate(hex4(behind + 2, end_)))
        return behind + 6;
    fail(at, "a low surrogate after a high one");
    return nullptr;
}

bool json_scanner::skip_string(bool& has_escapes) {
    static constexpr std::string_view resource = R"("resource)";
    const char* at = at_ + 1;
    if (static_cast<std::size_t>(end_ - at_) > resource.size() && *at == resource[1] &&
        std::memcmp(at_, resource.data(), resource.size()) == 0)
        notes_.mentions_resources = true;
    for (;;) {
        at = find_special(at, end_);
        if (at == end_) return fail(at, "the closing quote of a string");
        if (*at == '"') {
            at_ = at + 1;
            return true;
        }
        if (*at == '\\') {
            has_escapes = true;
            at = skip_escape(at);
            if (at == nullptr) return false;
            continue;
        }
        if (static_cast<unsigned char>(*at) < 0x20)
            return fail(at, "control characters in strings to be escaped");
        do {
            const std::size_t size = utf8_char_size(at, end_);
            if (size == 0) return fail(at, "valid UTF-8");
            at += size;
        } while (at != end_ && static_cast<unsigned char>(*at) >= 0x80);
    }
}

bool json_scanner::skip_number() {
    const char* at = at_;
    const auto skip_digits = [&at, this] {
        const char* const first = at;
        while (at != end_ && is_digit(*at)) ++at;
        return at != first;
    };
    if (*at == '-') ++at;
    if (at != end_ && *at == '0') {
        ++at;
    } else if (!skip_digits()) {
        return fail(at, "a digit");
    }
    if (at != end_ && *at == '.') {
        ++at;
        if (!skip_digits()) return fail(at, "a digit after the decimal point");
    }
    if (at != end_ && (*at == 'e' || *at == 'E')) {
        ++at;
        if (at != end_ && (*at == '+' || *at == '-')) ++at;
        if (!skip_digits()) return fail(at, "a digit in the exponent");
    }
    at_ = at;
    return true;
}

bool json_scanner::skip_literal(std::string_view word) {
    if (static_cast<std::size_t>(end_ - at_) < word.size() ||
        std::memcmp(at_, word.data(), word.size()) != 0)
        return fail(at_, "a JSON value");
    at_ += word.size();
    return true;
}

bool json_scanner::skip_scalar() {
    if (at_ == end_) return fail(at_, "a JSON value");
    bool has_escapes = false;
    switch (*at_) {
    case '"':
        return skip_string(has_escapes);
    case 't':
        return skip_literal("true");
    case 'f':
        return skip_literal("false");
    case 'n':
        notes_.has_null = true;
        return skip_literal("null");
    default:
        if (*at_ == '-' || is_digit(*at_)) return skip_number();
        return fail(at_, "a JSON value");
    }
}

bool json_scanner::open(bool is_object) {
    if (depth_ == depth_max_) return fail(at_, "no deeper nesting", errc::depth_exceeded);
    const std::uint64_t bit = std::uint64_t{1} << (depth_ % 64);
    std::uint64_t& word = kinds_[depth_ / 64];
    if (depth_ % 64 == 0) word = 0;
    word = is_object ? word | bit : word & ~bit;
    ++depth_;
    ++at_;
    return true;
}

bool json_scanner::skip_name_and_colon() {
    scanned_name name;
    return take_name(name);
}

/// Behind a value: closes what ends here, down to level `base`, or moves on to the next value.
bool json_scanner::leave_values(std::size_t base, bool& is_done) {
    for (;;) {
        if (depth_ == base) {
            is_done = true;
            return true;
        }
        skip_blanks();
        const bool in_object = is_in_object();
        if (is_at(',')) {
            ++at_;
            skip_blanks();
            return !in_object || skip_name_and_colon();
        }
        if (!is_at(in_object ? '}' : ']'))
            return fail(at_, in_object ? "',' or '}'" : "',' or ']'");
        ++at_;
        --depth_;
    }
}

bool json_scanner::skip_value() {
    const std::size_t base = depth_;
    bool is_done = false;
    while (!is_done) {
        const bool is_object = is_at('{');
        if (is_object || is_at('[')) {
            if (!open(is_object)) return false;
            skip_blanks();
            if (!is_at(is_object ? '}' : ']')) {
                if (is_object && !skip_name_and_colon()) return false;
                continue;
            }
            ++at_;
            --depth_;
        } else if (!skip_scalar()) {
            return false;
        }
        if (!leave_values(base, is_done)) return false;
    }
    return true;
}

bool json_scanner::enter_object() {
    if (!is_at('{')) return fail(at_, "'{'");
    is_first_member_ = true;
    return open(true);
}

bool json_scanner::enter_array() {
    if (!is_at('[')) return fail(at_, "'['");
    is_first_member_ = true;
    return open(false);
}

/// Behind a value or a comma stands what cannot stand there.
[[gnu::noinline, gnu::cold]] bool json_scanner::fail_behind(char closing) {
    const bool is_array = closing == ']';
    if (!is_at(closing)) return fail(at_, is_array ? "',' or ']'" : "',' or '}'");
    return fail(at_, is_array ? "a JSON value" : "a member name in quotes");
}

bool json_scanner::take_name(scanned_name& name) {
    if (!is_at('"')) return fail(at_, "a member name in quotes");
    const char* const quote = at_;
    if (!skip_string(name.has_escapes)) return false;
    name.offset = static_cast<std::size_t>(quote - begin_);
    name.text = {quote + 1, static_cast<std::size_t>(at_ - quote - 2)};
    skip_blanks();
    if (!is_at(':')) return fail(at_, "':' after a member name");
    ++at_;
    skip_blanks();
    return true;
}

bool json_scanner::expect_end() {
    skip_blanks();
    return is_at_end() || fail(at_, "nothing after the value");
}

} // namespace mcpgw
