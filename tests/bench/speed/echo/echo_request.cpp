// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/speed/echo/echo_request.hpp"

#include <cstddef>
#include <cstring>

namespace mcpgw::bench {

namespace {

/// Moves over JSON that is taken to be valid. At its end it stays there.
class cursor {
public:
    explicit cursor(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

    char peek() {
        while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
        return at_ == end_ ? '\0' : *at_;
    }
    bool take(char wanted) {
        if (peek() != wanted) return false;
        ++at_;
        return true;
    }
    /// A string with its quotes; empty: there is none.
    std::string_view string() {
        if (peek() != '"') return {};
        const char* const begin = at_++;
        while (at_ != end_) {
            const auto left = static_cast<std::size_t>(end_ - at_);
            const auto* const quote = static_cast<const char*>(std::memchr(at_, '"', left));
            if (quote == nullptr) break;
            at_ = quote + 1;
            const char* before = quote;
            while (before[-1] == '\\') --before; // stops at the opening quote
            if ((quote - before) % 2 == 0) return from(begin);
        }
        at_ = end_;
        return {};
    }
    /// Any value, raw.
    std::string_view value() {
        const char first = peek();
        if (first == '"') return string();
        const char* const begin = at_;
        if (first != '{' && first != '[') {
            while (at_ != end_ && std::strchr(",]} \n\r\t", *at_) == nullptr) ++at_;
            return from(begin);
        }
        int depth = 0;
        do {
            const char c = peek();
            if (c == '\0') return {};
            if (c == '"') {
                string();
                continue;
            }
            if (c == '{' || c == '[') ++depth;
            if (c == '}' || c == ']') --depth;
            ++at_;
        } while (depth > 0);
        return from(begin);
    }

private:
    [[nodiscard]] std::string_view from(const char* begin) const {
        return {begin, static_cast<std::size_t>(at_ - begin)};
    }

    const char* at_;
    const char* end_;
};

std::string_view inside(std::string_view quoted) {
    return quoted.size() < 2 || quoted.front() != '"' ? quoted
                                                      : quoted.substr(1, quoted.size() - 2);
}

/// Calls `on_member(name)` for each member of the object at the cursor, which has to take its
/// value.
template <class OnMember>
bool read_object(cursor& at, OnMember on_member) {
    if (!at.take('{')) return at.value(), false;
    if (at.take('}')) return true;
    do {
        const auto name = inside(at.string());
        if (!at.take(':')) return false;
        on_member(name);
    } while (at.take(','));
    return at.take('}');
}

void read_meta(cursor& at, echo_request& out) {
    read_object(at, [&](std::string_view name) {
        const auto value = at.value();
        if (name == "progressToken") out.progress_token = value;
        if (name == "io.modelcontextprotocol/protocolVersion") out.is_modern = true;
    });
}

void read_params(cursor& at, echo_request& out) {
    read_object(at, [&](std::string_view name) {
        if (name == "_meta") return read_meta(at, out);
        if (name == "arguments") {
            read_object(at, [&](std::string_view argument) {
                const auto value = at.value();
                if (argument == "text") out.text = value;
            });
            return;
        }
        const auto value = at.value();
        if (name == "name") out.tool = inside(value);
        if (name == "protocolVersion") out.revision = inside(value);
    });
}

} // namespace

bool read_echo_request(std::string_view message, echo_request& out) {
    cursor at{message};
    return read_object(at, [&](std::string_view name) {
        if (name == "params") return read_params(at, out);
        const auto value = at.value();
        if (name == "id") out.id = value;
        if (name == "method") out.method = inside(value);
    });
}

} // namespace mcpgw::bench
