// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/json/text_span.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// One member of a JSON object, as raw text.
struct json_member {
    std::string_view key;   ///< without quotes, escapes untouched
    std::string_view value; ///< raw value
    text_span key_span;     ///< in the object's text, with quotes
    text_span value_span;   ///< in the object's text
};

/// Reads the members of an object whose text was scanned before (scan_envelope, check_json). Does
/// not validate again: on text that was never checked the behaviour is safe but meaningless.
class member_reader {
public:
    /// `object_text` begins with '{' (leading blanks allowed) and must outlive the reader.
    explicit member_reader(std::string_view object_text);
    /// `known`: the value of a member, a view of the same text, which need not be read again.
    member_reader(std::string_view object_text, std::string_view known);
    /// The next member, or nothing after the last one (or if the text is no object).
    std::optional<json_member> next();

private:
    std::string_view text_;
    std::size_t at_ = 0;
    std::string_view known_;
};

/// Reads the elements of an array whose text was scanned before.
class element_reader {
public:
    explicit element_reader(std::string_view array_text);
    std::optional<std::string_view> next();

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

/// Writes an object member by member, the counterpart of member_reader: keys without quotes,
/// escapes as they are; values raw.
class member_writer {
public:
    member_writer() = default;
    /// For a text of about that many bytes.
    explicit member_writer(std::size_t bytes_expected) { members_.reserve(bytes_expected + room); }

    void add(std::string_view key, std::string_view value);
    [[nodiscard]] bool empty() const { return members_.empty(); }
    /// Without braces.
    [[nodiscard]] const std::string& members() const { return members_; }
    [[nodiscard]] std::string object() const { return "{" + members_ + "}"; }
    /// The same without a copy; the writer is of no further use.
    [[nodiscard]] std::string take_members() { return std::move(members_); }
    [[nodiscard]] std::string take_object() {
        members_.insert(0, 1, '{');
        members_ += '}';
        return std::move(members_);
    }

private:
    /// So that what is put around a large text does not make it move.
    static constexpr std::size_t room = 256;

    std::string members_;
};

/// Raw value of member `key` of an object, or empty where it is absent. The last one wins.
std::string_view find_member(std::string_view object_text, std::string_view key);

} // namespace mcpgw
