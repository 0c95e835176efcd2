// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "protocol/json/text_span.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace mcpgw {

/// A member name as the scanner saw it.
struct scanned_name {
    std::string_view text;  ///< without quotes, escapes untouched
    std::size_t offset = 0; ///< of the opening quote
    bool has_escapes = false;
};

/// What the scanner has seen so far, in passing.
struct json_notes {
    bool has_newline = false; ///< a raw \n or \r among the blanks
    /// A string or name that begins with "resource", as in all that links to one.
    bool mentions_resources = false;
    bool has_null = false; ///< a value that is null
};

/// Walks over JSON text once and checks it (RFC 8259, UTF-8, paired surrogate escapes). Internal to
/// this folder: envelope.cpp drives it over the objects it looks into, and lets it skip the rest.
///
/// No recursion and no allocation: one bit per open array or object, at most levels_max of them,
/// whatever scan_limits say. Functions return false on failure; then fault() tells, and the scanner
/// is of no further use. Views the text, which must outlive it.
class json_scanner {
public:
    /// Ceiling of scan_limits::depth_max.
    static constexpr std::size_t levels_max = 4096;

    json_scanner(std::string_view text, const scan_limits& limits)
        : begin_(text.data())
        , at_(text.data())
        , end_(text.data() + text.size())
        , depth_max_(limits.depth_max < levels_max ? limits.depth_max : levels_max) {}

    [[nodiscard]] std::size_t offset() const { return static_cast<std::size_t>(at_ - begin_); }
    [[nodiscard]] bool is_at_end() const { return at_ == end_; }
    [[nodiscard]] bool is_at(char c) const { return at_ != end_ && *at_ == c; }
    [[nodiscard]] const json_notes& notes() const { return notes_; }
    void set_notes(const json_notes& notes) { notes_ = notes; }

    void skip_blanks() {
        if (at_ != end_ && static_cast<unsigned char>(*at_) <= ' ') skip_blank_run();
    }

    /// One value of any kind, from its first byte to behind its last.
    bool skip_value();
    /// The same for a value that was skipped before, and has so many bytes.
    void skip_known_value(std::size_t bytes) { at_ += bytes; }

    /// The members of an object, in this order: enter_object(), then per member take_name() and one
    /// value, as long as has_member() says so. `{` and `}` are consumed.
    bool enter_object();
    bool has_member(bool& answer) { return has_next('}', answer); }
    bool take_name(scanned_name& name);

    /// The elements of an array: enter_array(), then a value as long as has_element() says so.
    bool enter_array();
    bool has_element(bool& answer) { return has_next(']', answer); }

    /// Nothing but blanks up to the end of the text.
    bool expect_end();

    /// What went wrong; only after a function returned false.
    [[nodiscard]] mcpgw::fault fault() const;

private:
    void skip_blank_run();
    bool skip_string(bool& has_escapes);
    const char* skip_escape(const char* at);
    bool skip_number();
    bool skip_literal(std::string_view word);
    bool skip_scalar();
    bool fail_behind(char closing);
    /// Inline, as each member and element of each message passes here.
    bool has_next(char closing, bool& answer) {
        skip_blanks();
        answer = !is_at(closing);
        const bool is_first = std::exchange(is_first_member_, false);
        if (!answer) {
            ++at_;
            --depth_;
            return true;
        }
        if (is_first) return true;
        if (!is_at(',')) return fail_behind(closing);
        ++at_;
        skip_blanks();
        // A comma promises one more, which would pass for the end: [1,] is refused, as the value
        // is.
        return !is_at(closing) || fail_behind(closing);
    }
    bool skip_name_and_colon();
    bool leave_values(std::size_t base, bool& is_done);
    bool open(bool is_object);
    [[nodiscard]] bool is_in_object() const {
        const std::size_t level = depth_ - 1;
        return ((kinds_[level / 64] >> (level % 64)) & 1U) != 0;
    }
    bool fail(const char* at, const char* expected, errc code = errc::parse_error);

    const char* begin_;
    const char* at_;
    const char* end_;
    std::size_t depth_ = 0;
    std::size_t depth_max_;
    json_notes notes_;
    bool is_first_member_ = false;
    errc code_ = errc::parse_error;
    const char* failed_at_ = nullptr;
    const char* expected_ = nullptr;
    // One bit per open level, set for objects. Written when a level opens, so not cleared here.
    std::array<std::uint64_t, levels_max / 64> kinds_;
};

/// Calls `on_member(name)` for each member of the object at the scanner; it must consume the value.
template <class OnMember>
bool scan_members(json_scanner& in, OnMember on_member) {
    if (!in.enter_object()) return false;
    for (;;) {
        bool has_member = false;
        if (!in.has_member(has_member)) return false;
        if (!has_member) return true;
        scanned_name name;
        if (!in.take_name(name) || !on_member(name)) return false;
    }
}

/// The fault of a message refused at a byte, in words that its sender can use.
fault refuse_at(errc code, std::size_t offset, std::string_view expected);

} // namespace mcpgw
