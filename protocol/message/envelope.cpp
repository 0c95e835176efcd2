// SPDX-License-Identifier: Apache-2.0
#include "protocol/message/envelope.hpp"

#include "protocol/ascii.hpp"
#include "protocol/json/json_scanner.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/content_block.hpp"
#include "protocol/message/mcp.hpp"
#include "protocol/message/meta_cache.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace mcpgw {

namespace {

/// Members of the message itself; `method` with its quotes until the message is complete.
struct top_spans {
    text_span jsonrpc, id, method, params, result, error;
};

using params_spans = envelope::params_spans;
using meta_spans = envelope::meta_spans;
using result_spans = envelope::result_spans;

constexpr std::size_t text_bytes_max = std::numeric_limits<decltype(text_span::end)>::max();

constexpr std::array top_members{
    named_member<top_spans>{"jsonrpc", &top_spans::jsonrpc},
    named_member<top_spans>{"id", &top_spans::id},
    named_member<top_spans>{"method", &top_spans::method},
    named_member<top_spans>{"params", &top_spans::params},
    named_member<top_spans>{"result", &top_spans::result},
    named_member<top_spans>{"error", &top_spans::error},
};

constexpr std::array params_members{
    named_member<params_spans>{"name", &params_spans::name},
    named_member<params_spans>{"arguments", &params_spans::arguments},
    named_member<params_spans>{"_meta", &params_spans::meta},
    named_member<params_spans>{"uri", &params_spans::uri},
    named_member<params_spans>{"cursor", &params_spans::cursor},
    named_member<params_spans>{"ref", &params_spans::ref},
    named_member<params_spans>{"level", &params_spans::level},
    named_member<params_spans>{"progressToken", &params_spans::progress_token},
    named_member<params_spans>{"requestId", &params_spans::request_id},
    named_member<params_spans>{"inputResponses", &params_spans::input_responses},
    named_member<params_spans>{"requestState", &params_spans::request_state},
    named_member<params_spans>{"taskId", &params_spans::task_id},
    named_member<params_spans>{"task", &params_spans::task},
};

constexpr std::array meta_members{
    named_member<meta_spans>{meta_key::progress_token, &meta_spans::progress_token},
    named_member<meta_spans>{meta_key::protocol_version, &meta_spans::protocol_version},
    named_member<meta_spans>{meta_key::client_info, &meta_spans::client_info},
    named_member<meta_spans>{meta_key::client_capabilities, &meta_spans::client_capabilities},
    named_member<meta_spans>{meta_key::log_level, &meta_spans::log_level},
    named_member<meta_spans>{meta_key::subscription_id, &meta_spans::subscription_id},
};

constexpr std::array result_members{
    named_member<result_spans>{"resultType", &result_spans::result_type},
    named_member<result_spans>{"_meta", &result_spans::meta},
    named_member<result_spans>{"nextCursor", &result_spans::next_cursor},
    named_member<result_spans>{"structuredContent", &result_spans::structured_content},
    named_member<result_spans>{"isError", &result_spans::is_error},
    named_member<result_spans>{"task", &result_spans::task},
    named_member<result_spans>{"content", &result_spans::content},
};

/// An id, given that it is valid JSON: a string, or digits alone (1.0 and 1e3 are no integers,
/// since readers disagree on what they equal).
bool is_id(std::string_view raw) {
    if (raw.front() == '"') return true;
    return std::ranges::all_of(raw, [](char c) { return c == '-' || is_digit(c); });
}

/// Scans one message. Malformed JSON ends the scan at once; a message that is only no JSON-RPC is
/// read to its end first, so that broken JSON is always told as such.
class message_scanner {
public:
    message_scanner(std::string_view text, const scan_limits& limits, meta_cache* known)
        : text_(text), in_(text, limits), known_(known) {}

    result<envelope> run();

private:
    bool scan_message();
    bool scan_top_value(text_span* slot);
    bool scan_params();
    bool scan_meta();
    bool scan_result();
    template <class Scan>
    bool scan_unless_known(meta_cache::place where, Scan scan);
    void check_message();
    void check_response();

    template <class Table, class Spans>
    text_span* claim(const Table& table, Spans& spans, const scanned_name& name);
    bool scan_value(text_span* slot);
    bool scan_value(text_span* slot, text_span& longest);
    template <class Table>
    void check_escaped(const Table& table, const scanned_name& name);
    bool scan_content();
    bool scan_block();
    void complain(std::size_t offset, const char* expected);

    std::string_view text_;
    json_scanner in_;
    meta_cache* known_; ///< null: none
    top_spans top_;
    envelope found_;
    const char* complaint_ = nullptr; ///< the first thing that is no JSON-RPC
    std::size_t complaint_offset_ = 0;
};

result<envelope> message_scanner::run() {
    in_.skip_blanks();
    if (in_.is_at('['))
        return fault{errc::batch_not_supported}; // not read further: nothing in it can matter
    if (!scan_message() || !in_.expect_end()) return in_.fault();
    if (complaint_ == nullptr) check_message();
    if (complaint_ != nullptr)
        return refuse_at(errc::invalid_request, complaint_offset_, complaint_);
    found_.has_newline = in_.notes().has_newline;
    found_.mentions_resources = in_.notes().mentions_resources;
    found_.has_null = in_.notes().has_null;
    return found_;
}

[[gnu::noinline, gnu::cold]] void message_scanner::complain(std::size_t offset,
                                                            const char* expected) {
    if (complaint_ != nullptr) return;
    complaint_ = expected;
    complaint_offset_ = offset;
}

/// A name with escapes is another way to spell one of the table, or none of our business.
template <class Table>
[[gnu::noinline, gnu::cold]] void message_scanner::check_escaped(const Table& table,
                                                                 const scanned_name& name) {
    const auto spelt = unquote_json(text_.substr(name.offset, name.text.size() + 2));
    for (const auto& member : table)
        if (member.name == spelt)
            complain(name.offset, "a member name without escape sequences");
}

/// The span for a member of that name; nothing if the table does not name it or has it already.
template <class Table, class Spans>
text_span* message_scanner::claim(const Table& table, Spans& spans, const scanned_name& name) {
    if (name.has_escapes) {
        check_escaped(table, name);
        return nullptr;
    }
    for (const auto& member : table) {
        if (!member.is_called(name.text)) continue;
        text_span& slot = spans.*member.slot;
        if (!slot) return &slot;
        complain(name.offset, "each member only once");
        return nullptr;
    }
    return nullptr;
}

bool message_scanner::scan_value(text_span* slot) {
    const std::size_t begin = in_.offset();
    if (!in_.skip_value()) return false;
    if (slot != nullptr) *slot = {begin, in_.offset()};
    return true;
}

bool message_scanner::scan_value(text_span* slot, text_span& longest) {
    const std::size_t begin = in_.offset();
    if (!in_.skip_value()) return false;
    const text_span value{begin, in_.offset()};
    if (slot != nullptr) *slot = value;
    if (value.size() > longest.size()) longest = value;
    return true;
}

bool message_scanner::scan_message() {
    if (!in_.is_at('{')) {
        complain(in_.offset(), "an object");
        return in_.skip_value();
    }
    return scan_members(in_, [this](const scanned_name& name) {
        return scan_top_value(claim(top_members, top_, name));
    });
}

bool message_scanner::scan_top_value(text_span* slot) {
    const std::size_t begin = in_.offset();
    const bool is_object = in_.is_at('{');
    if (is_object && slot == &top_.params) {
        if (!scan_params()) return false;
    } else if (is_object && slot == &top_.result) {
        if (!scan_result()) return false;
    } else if (!in_.skip_value()) {
        return false;
    }
    if (slot != nullptr) *slot = {begin, in_.offset()};
    return true;
}

bool message_scanner::scan_params() {
    return scan_members(in_, [this](const scanned_name& name) {
        params_spans& spans = found_.in_params;
        text_span* const slot = claim(params_members, spans, name);
        if (slot != &spans.meta) return scan_value(slot);
        if (!in_.is_at('{')) {
            complain(in_.offset(), "an object as _meta");
            return scan_value(slot);
        }
        const std::size_t begin = in_.offset();
        if (!scan_unless_known(meta_cache::place::params, [this] { return scan_meta(); }))
            return false;
        *slot = {begin, in_.offset()};
        return true;
    });
}

bool message_scanner::scan_meta() {
    return scan_members(in_, [this](const scanned_name& name) {
        text_span* const slot = claim(meta_members, found_.in_meta, name);
        if (slot == nullptr) found_.has_foreign_meta = true;
        return scan_value(slot);
    });
}

bool message_scanner::scan_result() {
    return scan_members(in_, [this](const scanned_name& name) {
        text_span* const slot = claim(result_members, found_.in_result, name);
        text_span& longest = found_.in_result.longest;
        const bool is_content = slot == &found_.in_result.content;
        if (!is_content && slot != &found_.in_result.meta) return scan_value(slot, longest);
        if (!is_content && !in_.is_at('{')) {
            complain(in_.offset(), "an object as _meta");
            return scan_value(slot);
        }
        const std::size_t begin = in_.offset();
        const auto skip = [this] { return in_.skip_value(); };
        if (is_content ? !scan_content() : !scan_unless_known(meta_cache::place::result, skip))
            return false;
        *slot = {begin, in_.offset()};
        if (slot->size() > longest.size()) longest = *slot;
        return true;
    });
}

/// Notes in passing whether the blocks are plain, so that no second look at them is needed.
bool message_scanner::scan_content() {
    if (!in_.is_at('[')) {
        found_.in_result.has_odd_content = true;
        return in_.skip_value();
    }
    if (!in_.enter_array()) return false;
    for (;;) {
        bool has_element = false;
        if (!in_.has_element(has_element)) return false;
        if (!has_element) return true;
        if (!scan_block()) return false;
    }
}

bool message_scanner::scan_block() {
    bool& is_odd = found_.in_result.has_odd_content;
    if (!in_.is_at('{')) {
        is_odd = true;
        return in_.skip_value();
    }
    block_spans block;
    const bool is_read = scan_members(in_, [&](const scanned_name& name) {
        text_span* slot = nullptr;
        for (const auto& member : block_members)
            if (member.is_called(name.text)) slot = &(block.*member.slot);
        // Rarer members (annotations, icons) have shapes of their own; twice is odd as well.
        is_odd |= slot == nullptr || *slot;
        return scan_value(slot);
    });
    is_odd |= is_read && !is_plain_block(block, text_);
    return is_read;
}

/// An object `_meta`: scan() reads it, if it is another one than the last.
template <class Scan>
bool message_scanner::scan_unless_known(meta_cache::place where, Scan scan) {
    const std::size_t begin = in_.offset();
    if (known_ != nullptr && known_->begins(text_.substr(begin), where)) {
        in_.skip_known_value(known_->size());
        if (where == meta_cache::place::params) {
            found_.in_meta = known_->spans(begin);
            found_.has_foreign_meta = known_->has_foreign();
        }
        return true;
    }
    const auto before = in_.notes();
    in_.set_notes({before.has_newline, before.mentions_resources, false});
    if (!scan()) return false;
    const auto after = in_.notes();
    const bool is_good = complaint_ == nullptr && !after.has_newline && !after.has_null;
    // What links to resources does not count in there, whether it is known already or not.
    in_.set_notes(
        {after.has_newline, before.mentions_resources, before.has_null || after.has_null});
    if (known_ != nullptr && is_good) known_->keep({begin, in_.offset()}, text_, where, found_);
    return true;
}

/// The rules that need the whole message (JSON-RPC 2.0, sections 4 and 5; 2026-07-28, basic/index,
/// "Messages").
void message_scanner::check_message() {
    const std::size_t end = text_.size();
    if (!top_.jsonrpc) return complain(end, "a member jsonrpc");
    if (top_.jsonrpc.of(text_) != "\"2.0\"")
        return complain(top_.jsonrpc.begin, "\"2.0\" as jsonrpc");
    if (top_.params && text_[top_.params.begin] != '{')
        return complain(top_.params.begin, "an object as params");
    found_.id = top_.id;
    found_.params = top_.params;
    if (!top_.method) return check_response();

    if (top_.result) return complain(top_.result.begin, "no result beside a method");
    if (top_.error) return complain(top_.error.begin, "no error beside a method");
    const std::string_view method = top_.method.of(text_);
    if (method.front() != '"' || method.size() == 2 || method.find('\\') != method.npos)
        return complain(top_.method.begin,
                        "a string without escape sequences, and not empty, as method");
    if (top_.id && !is_id(top_.id.of(text_)))
        return complain(top_.id.begin, "a string or an integer as id");
    found_.method = {top_.method.begin + 1, top_.method.end - 1};
    found_.kind = top_.id ? message_kind::request : message_kind::notification;
}

void message_scanner::check_response() {
    if (top_.result && top_.error) return complain(top_.error.begin, "either result or error");
    if (!top_.result && !top_.error)
        return complain(text_.size(), "a member method, result or error");
    if (top_.error && text_[top_.error.begin] != '{')
        return complain(top_.error.begin, "an object as error");
    if (!top_.id && top_.result) return complain(text_.size(), "the id of a result");
    const bool is_null_allowed = static_cast<bool>(top_.error);
    if (top_.id && !is_id(top_.id.of(text_)) && !(is_null_allowed && top_.id.of(text_) == "null"))
        return complain(top_.id.begin, "a string or an integer as id");
    found_.kind = message_kind::response;
    found_.is_error = static_cast<bool>(top_.error);
    found_.result = top_.result;
    found_.error = top_.error;
}

} // namespace

result<envelope> scan_envelope(std::string_view text, const scan_limits& limits) {
    if (text.size() > text_bytes_max) return errc::message_too_large;
    return message_scanner{text, limits, nullptr}.run();
}

result<envelope> scan_envelope(std::string_view text, const scan_limits& limits,
                               meta_cache& known) {
    if (text.size() > text_bytes_max) return errc::message_too_large;
    return message_scanner{text, limits, &known}.run();
}

std::string_view find_id(std::string_view text, const scan_limits& limits) {
    json_scanner in{text, limits};
    std::string_view id;
    bool is_ambiguous = false;
    in.skip_blanks();
    const bool is_read = scan_members(in, [&](const scanned_name& name) {
        const std::size_t begin = in.offset();
        if (!in.skip_value()) return false;
        if (name.has_escapes) {
            // Another reader would take "\u0069d" for the id as well.
            const std::size_t quoted = name.text.size() + 2;
            is_ambiguous |= unquote_json(text.substr(name.offset, quoted)) == "id";
        } else if (name.text == "id") {
            is_ambiguous |= !id.empty();
            id = text.substr(begin, in.offset() - begin);
        }
        return true;
    });
    if (!is_read || !in.expect_end() || is_ambiguous || id.empty() || !is_id(id)) return {};
    return id;
}

std::string flatten_newlines(std::string_view text) {
    std::string flat{text};
    std::ranges::replace_if(flat, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return flat;
}

result<void> check_json(std::string_view text, const scan_limits& limits) {
    json_scanner in{text, limits};
    in.skip_blanks();
    if (!in.skip_value() || !in.expect_end()) return in.fault();
    return {};
}

} // namespace mcpgw
