// SPDX-License-Identifier: Apache-2.0
#include "protocol/repair/message_repair.hpp"

#include "protocol/json/json_bytes.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/mcp.hpp"
#include "protocol/text/value_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view internal_error_code = "-32603";

/// Objects whose members are the user's own, or a schema's. Null is a value there.
constexpr std::array free_form{
    "arguments",    "structuredContent", "inputSchema", "outputSchema", "requestedSchema",
    "experimental", "extensions",        "input",       "metadata",     "data",
    "settings"};
/// Members for which null is a value of the schema: Task.ttl, any JSON as data or content.
constexpr std::array nullable{"ttl", "data", "structuredContent"};

template <class Names>
bool has_name(const Names& names, std::string_view key) {
    return std::ranges::find(names, key) != names.end();
}

/// The content of an answer to an elicitation is the user's; a block of content has a type.
bool is_free_form(std::string_view key, std::string_view value) {
    if (!is_json_object(value)) return false;
    if (has_name(free_form, key)) return true;
    return key == "content" && find_member(value, "type").empty();
}

bool is_reserved_meta(std::string_view key) {
    return key == meta_key::progress_token || key.starts_with("io.modelcontextprotocol/");
}

/// A string or a name in its one spelling: escapes where they are needed.
std::string respelt(std::string_view quoted) {
    if (quoted.find('\\') == quoted.npos) return std::string{quoted};
    const auto spelt = unquote_json(quoted);
    return spelt ? quote_json(*spelt) : std::string{quoted};
}

std::string without_reserved_nulls(std::string_view meta) {
    member_writer kept;
    member_reader members{meta};
    while (const auto member = members.next()) {
        const auto key = respelt_key(member->key);
        if (member->value != "null" || !is_reserved_meta(key)) kept.add(key, member->value);
    }
    return kept.take_object();
}

/// An id of ours in the spelling of a program that knows no whole numbers: 7.0 is 7.
std::string respelt_id(std::string_view id, message_origin from) {
    const bool is_fraction = from == message_origin::server && !is_json_string(id) &&
                             is_whole_number(id) && id.find_first_of(".eE") != id.npos;
    if (!is_fraction) return respelt(id);
    double value = 0;
    std::from_chars(id.data(), id.data() + id.size(), value);
    return fmt::format("{}", static_cast<std::int64_t>(value));
}

/// An error as JSON-RPC 2.0, section 5.1 wants it. Whatever the server said stays readable.
std::string repaired_error(std::string_view error) {
    if (!is_json_object(error))
        return fmt::format(R"({{"code":{},"message":{}}})", internal_error_code,
                           is_json_string(error) ? respelt(error) : quote_json(error));
    const auto code = find_member(error, "code");
    const auto message = find_member(error, "message");
    const bool has_code = is_whole_number(code) && code.find_first_of(".eE") == code.npos;
    if (has_code && is_json_string(message)) return std::string{error};
    member_writer mended;
    mended.add("code", has_code ? code : internal_error_code);
    mended.add("message", is_json_string(message) ? message
                          : message.empty()       ? R"("no message")"
                                                  : quote_json(message));
    member_reader members{error};
    while (const auto member = members.next())
        if (member->key != "code" && member->key != "message")
            mended.add(member->key, member->value);
    return mended.take_object();
}

/// Parameters or a result whose `_meta` is no object: optional, and of no use.
std::string without_odd_meta(std::string object) {
    const auto meta = find_member(object, "_meta");
    if (!is_json_object(object) || meta.empty() || is_json_object(meta)) return object;
    member_writer kept;
    member_reader members{object};
    while (const auto member = members.next())
        if (member->key != "_meta") kept.add(member->key, member->value);
    return kept.take_object();
}

/// Like without_nulls(); of servers also what is of the wrong type and optional.
std::string repaired_body(std::string_view value, message_origin from) {
    auto body = without_nulls(value);
    return from == message_origin::server ? without_odd_meta(std::move(body)) : body;
}

/// What has the members of an answer and no others is one, whatever it says of its version. A line
/// of a log may have the same ones, but hardly alone.
bool is_answer_alone(std::string_view text) {
    bool has_id = false;
    bool has_outcome = false;
    member_reader members{text};
    while (const auto member = members.next()) {
        const auto key = respelt_key(member->key);
        has_id = has_id || (key == "id" && member->value != "null");
        has_outcome = has_outcome || key == "result" || (key == "error" && member->value != "null");
        const bool is_known = key == "jsonrpc" || key == "id" || key == "result" ||
                              key == "error" || member->value == "null";
        if (!is_known) return false;
    }
    return has_id && has_outcome;
}

/// The members of the message itself: which of them count decides what the others mean.
std::string repaired_top(std::string_view text, message_origin from) {
    const auto value_of = [text](std::string_view key) -> std::string_view {
        member_reader members{text};
        while (const auto member = members.next())
            if (respelt_key(member->key) == key) return member->value;
        return {};
    };
    const auto is_given = [&value_of](std::string_view key) {
        const auto value = value_of(key);
        return !value.empty() && value != "null";
    };
    const bool has_method = is_given("method");
    const bool is_notification =
        unquote_json(value_of("method")).value_or("").starts_with("notifications/");
    const bool has_error = is_given("error");
    const bool is_of_server = from == message_origin::server;
    const bool is_answer = is_of_server && !has_method && is_answer_alone(text);
    member_writer kept;
    if (is_answer) kept.add("jsonrpc", R"("2.0")");
    member_reader members{text};
    while (const auto member = members.next()) {
        const auto key = respelt_key(member->key);
        const auto value = member->value;
        const bool is_null = value == "null";
        if (key == "jsonrpc" && is_answer) {
            continue;
        } else if (key == "id") {
            // Null is the id of an error that belongs to no request (JSON-RPC 2.0, section 5). A
            // request must not have it: taken for a notification, it would never be answered.
            if (!is_null || !is_notification) kept.add(key, respelt_id(value, from));
        } else if (key == "result") {
            // Null is an answer of a kind, and has to be told from none.
            if (!is_null || (!has_error && !has_method)) kept.add(key, repaired_body(value, from));
        } else if (key == "params" && is_of_server && !is_json_object(value)) {
            continue;
        } else if (is_null && (key == "method" || key == "params" || key == "error")) {
            continue;
        } else if (key == "error") {
            kept.add(key, repaired_error(without_nulls(value)));
        } else if (key == "method" || key == "jsonrpc") {
            kept.add(key, respelt(value));
        } else {
            kept.add(key, repaired_body(value, from));
        }
    }
    return kept.take_object();
}

/// Rewrites bytes of JSON text, in one pass that knows whether it is inside a string.
class byte_repair {
public:
    explicit byte_repair(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {
        out_.reserve(text.size() + 16);
    }

    std::string run() {
        while (at_ != end_) is_in_string_ ? take_in_string() : take_outside();
        return std::move(out_);
    }

private:
    [[nodiscard]] std::string_view rest() const {
        return {at_, static_cast<std::size_t>(end_ - at_)};
    }

    void take_outside() {
        for (const std::string_view word : {"-Infinity", "Infinity", "NaN"}) {
            if (!rest().starts_with(word)) continue;
            out_ += "null"; // as JSON.stringify() writes them
            at_ += word.size();
            return;
        }
        is_in_string_ = *at_ == '"';
        out_ += *at_++;
    }

    void take_in_string() {
        const char c = *at_;
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\\') {
            take_escape();
        } else if (byte < 0x20) {
            out_ += fmt::format("\\u{:04x}", byte);
            ++at_;
        } else if (byte < 0x80) {
            is_in_string_ = c != '"';
            out_ += c;
            ++at_;
        } else if (const auto size = utf8_char_size(at_, end_); size != 0) {
            out_.append(at_, size);
            at_ += size;
        } else {
            out_ += "\\ufffd";
            ++at_;
        }
    }

    /// Half a surrogate pair is replaced, whole ones and other escapes stay.
    void take_escape() {
        const int unit = escaped_unit(rest());
        const bool is_high = unit >= 0xD800 && unit <= 0xDBFF;
        const bool is_low = unit >= 0xDC00 && unit <= 0xDFFF;
        std::size_t size = unit >= 0 ? 6 : std::min<std::size_t>(2, rest().size());
        bool is_whole = !is_low;
        if (is_high) {
            const int next = escaped_unit(rest().substr(6));
            is_whole = next >= 0xDC00 && next <= 0xDFFF;
            if (is_whole) size = 12;
        }
        out_ += is_whole ? rest().substr(0, size) : std::string_view{"\\ufffd"};
        at_ += size;
    }

    /// The unit of \uXXXX at the beginning of `text`, or -1.
    static int escaped_unit(std::string_view text) {
        if (text.size() < 6 || !text.starts_with("\\u")) return -1;
        int unit = 0;
        for (const char c : text.substr(2, 4)) {
            const auto at = std::string_view{"0123456789abcdefABCDEF"}.find(c);
            if (at == std::string_view::npos) return -1;
            unit = unit * 16 + static_cast<int>(at < 16 ? at : at - 6);
        }
        return unit;
    }

    const char* at_;
    const char* end_;
    bool is_in_string_ = false;
    std::string out_;
};

} // namespace

std::string repair_bytes(std::string_view text) {
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    return byte_repair{text}.run();
}

// Recursion is bounded by the depth that the scanner let through.
std::string without_nulls(std::string_view value) {
    if (value.find("null") == value.npos && value.find('\\') == value.npos)
        return std::string{value};
    if (is_json_array(value)) {
        std::string elements;
        element_reader reader{value};
        while (const auto element = reader.next()) {
            if (!elements.empty()) elements += ',';
            elements += without_nulls(*element);
        }
        return fmt::format("[{}]", elements);
    }
    if (!is_json_object(value)) return std::string{value};
    member_writer kept;
    member_reader members{value};
    while (const auto member = members.next()) {
        const auto key = respelt_key(member->key);
        if (member->value == "null" && !has_name(nullable, key)) continue;
        if (key == "requestId")
            kept.add(key, respelt(member->value));
        else if (key == "_meta" && is_json_object(member->value))
            kept.add(key, without_reserved_nulls(member->value));
        else if (is_free_form(key, member->value))
            kept.add(key, member->value);
        else
            kept.add(key, without_nulls(member->value));
    }
    return kept.take_object();
}

result<std::string> repair_message(std::string_view text, const scan_limits& limits,
                                   message_origin from) {
    std::string bytes;
    if (from == message_origin::server && check_json(text, limits).has_error()) {
        bytes = repair_bytes(text);
        text = bytes;
    }
    if (auto checked = check_json(text, limits); checked.has_error()) return checked.error();
    if (!is_json_object(text)) return fault{errc::invalid_request, "it is no object"};
    return repaired_top(text, from);
}

result<envelope> scan_message(shared_text& text, const scan_limits& limits, meta_cache* known,
                              message_origin from) {
    const auto scan = [&](std::string_view message) {
        return known != nullptr ? scan_envelope(message, limits, *known)
                                : scan_envelope(message, limits);
    };
    auto scanned = scan(text);
    if (scanned.has_value() && is_plain(*scanned, text)) return scanned;
    if (scanned.has_error() && scanned.error().code != errc::parse_error &&
        scanned.error().code != errc::invalid_request)
        return scanned;
    auto repaired = repair_message(text, limits, from);
    if (repaired.has_error()) return scanned;
    auto again = scan(*repaired);
    if (again.has_error()) return scanned.has_error() ? scanned : again;
    text = std::move(*repaired);
    return again;
}

} // namespace mcpgw
