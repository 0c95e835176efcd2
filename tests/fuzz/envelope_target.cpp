// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/json/splice.hpp"
#include "protocol/message/envelope.hpp"
#include "protocol/message/meta_cache.hpp"
#include "tests/fuzz/json_oracle.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace mcpgw::test {

namespace {

namespace json = boost::json;

constexpr scan_limits limits{.depth_max = 64};

std::optional<json::value> parse(std::string_view text) {
    return parse_json(text, limits.depth_max);
}

/// Every span of an envelope with the path of the member that it must cover.
struct labelled_span {
    std::string_view level, name;
    text_span span;
};

std::vector<labelled_span> spans_of(const envelope& e) {
    const auto& p = e.in_params;
    const auto& m = e.in_meta;
    const auto& r = e.in_result;
    return {
        {"", "id", e.id},
        {"", "params", e.params},
        {"", "result", e.result},
        {"", "error", e.error},
        {"params", "name", p.name},
        {"params", "uri", p.uri},
        {"params", "arguments", p.arguments},
        {"params", "cursor", p.cursor},
        {"params", "ref", p.ref},
        {"params", "level", p.level},
        {"params", "progressToken", p.progress_token},
        {"params", "requestId", p.request_id},
        {"params", "inputResponses", p.input_responses},
        {"params", "requestState", p.request_state},
        {"params", "taskId", p.task_id},
        {"params", "_meta", p.meta},
        {"_meta", "progressToken", m.progress_token},
        {"_meta", "io.modelcontextprotocol/protocolVersion", m.protocol_version},
        {"_meta", "io.modelcontextprotocol/clientInfo", m.client_info},
        {"_meta", "io.modelcontextprotocol/clientCapabilities", m.client_capabilities},
        {"_meta", "io.modelcontextprotocol/logLevel", m.log_level},
        {"_meta", "io.modelcontextprotocol/subscriptionId", m.subscription_id},
        {"result", "resultType", r.result_type},
        {"result", "_meta", r.meta},
        {"result", "nextCursor", r.next_cursor},
        {"result", "structuredContent", r.structured_content},
        {"result", "isError", r.is_error},
    };
}

const json::object* find_level(const json::object& top, std::string_view level) {
    if (level.empty()) return &top;
    if (level != "_meta") return find_object(top, level);
    const json::object* const params = find_object(top, "params");
    return params == nullptr ? nullptr : find_object(*params, "_meta");
}

/// Whether an object at a level that the envelope reads has plain names, the named ones only once.
bool has_clear_names(std::string_view object, std::string_view level) {
    std::set<std::string_view> named;
    if (level.empty()) named = {"jsonrpc", "method"};
    for (const auto& labelled : spans_of({}))
        if (labelled.level == level) named.insert(labelled.name);
    std::set<std::string_view> seen;
    member_reader members{object};
    while (const auto member = members.next()) {
        // Another way to spell a name of ours; what else is spelt like that is no business of ours.
        if (member->key.find('\\') != member->key.npos) {
            const auto spelt = unquote_json('"' + std::string{member->key} + '"');
            if (named.contains(spelt.value_or(""))) return false;
            continue;
        }
        if (named.contains(member->key) && !seen.insert(member->key).second) return false;
    }
    return true;
}

bool is_plain_id(std::string_view raw) {
    return is_json_string(raw) || raw.find_first_not_of("-0123456789") == raw.npos;
}

/// The rules of scan_envelope() for valid JSON, told another way: over the readers and the tree.
bool is_message(std::string_view text, const json::value& tree) {
    const json::object* const top = tree.if_object();
    if (top == nullptr || !has_clear_names(text, "")) return false;
    if (find_member(text, "jsonrpc") != R"("2.0")") return false;
    if (top->contains("params")) {
        const std::string_view params = find_member(text, "params");
        if (!is_json_object(params) || !has_clear_names(params, "params")) return false;
        const std::string_view meta = find_member(params, "_meta");
        if (!meta.empty() && (!is_json_object(meta) || !has_clear_names(meta, "_meta")))
            return false;
    }
    const std::string_view result = find_member(text, "result");
    if (is_json_object(result)) {
        const std::string_view meta = find_member(result, "_meta");
        if (!has_clear_names(result, "result") || (!meta.empty() && !is_json_object(meta)))
            return false;
    }
    const std::string_view id = find_member(text, "id");
    const std::string_view error = find_member(text, "error");
    if (const json::value* const method = top->if_contains("method")) {
        if (!method->is_string() || method->get_string().empty()) return false;
        if (find_member(text, "method").find('\\') != text.npos) return false;
        return result.empty() && error.empty() && (id.empty() || is_plain_id(id));
    }
    if (!error.empty())
        return result.empty() && is_json_object(error) &&
               (id.empty() || id == "null" || is_plain_id(id));
    return !result.empty() && !id.empty() && is_plain_id(id);
}

/// Every span covers the member that Boost.JSON finds under that name, and none is missing.
std::string check_spans(std::string_view text, const envelope& found, const json::object& top) {
    for (const auto& [level, name, span] : spans_of(found)) {
        const json::object* const around = find_level(top, level);
        const json::value* const expected = around == nullptr ? nullptr : around->if_contains(name);
        if ((expected != nullptr) != static_cast<bool>(span))
            return "presence of " + std::string{name};
        if (expected != nullptr && parse(span.of(text)) != *expected)
            return "span of " + std::string{name};
    }
    const json::value* const method = top.if_contains("method");
    if ((method != nullptr) != static_cast<bool>(found.method)) return "presence of method";
    if (method != nullptr && found.method.of(text) != std::string_view{method->get_string()})
        return "span of method";
    if (found.is_error != top.contains("error")) return "is_error";
    const message_kind expected = method == nullptr    ? message_kind::response
                                  : top.contains("id") ? message_kind::request
                                                       : message_kind::notification;
    return found.kind == expected ? "" : "kind";
}

bool is_same_structure(const envelope& a, const envelope& b) {
    const auto left = spans_of(a);
    const auto right = spans_of(b);
    return a.kind == b.kind && a.is_error == b.is_error &&
           std::ranges::equal(left, right, [](const labelled_span& l, const labelled_span& r) {
               return static_cast<bool>(l.span) == static_cast<bool>(r.span);
           });
}

/// Replacing ids and tokens changes these bytes and no others.
std::string check_splices(std::string_view text, const envelope& found) {
    std::vector<std::pair<text_span, std::string>> edits;
    if (found.id) edits.emplace_back(found.id, "18446744073709551617");
    if (const text_span token = found.in_meta.progress_token) edits.emplace_back(token, "7");
    if (const text_span token = found.in_params.progress_token)
        edits.emplace_back(token, R"("another")");
    std::ranges::sort(edits, {}, [](const auto& e) { return e.first.begin; });

    spliced_text spliced{text};
    std::string expected;
    std::size_t at = 0;
    for (auto e = edits.rbegin(); e != edits.rend(); ++e) spliced.replace(e->first, e->second);
    for (const auto& [where, replacement] : edits) {
        expected.append(text.substr(at, where.begin - at)).append(replacement);
        at = where.end;
    }
    expected.append(text.substr(at));
    const std::string out = spliced.str();
    if (out != expected) return "bytes around a splice";
    if (out.size() != spliced.size()) return "size of a splice";

    const auto again = scan_envelope(out, limits);
    if (!again) return "a spliced message is refused";
    if (!is_same_structure(found, *again)) return "structure of a spliced message";
    if (found.id && again->id.of(out) != "18446744073709551617") return "spliced id";
    if (found.in_meta.progress_token && again->in_meta.progress_token.of(out) != "7")
        return "spliced token";
    return {};
}

std::string check_flattening(std::string_view text, const envelope& found) {
    const auto flat = flatten_newlines(text);
    if (flat.find_first_of("\r\n") != flat.npos) return "newline left";
    if (found.has_newline != (flat != text)) return "has_newline";
    const auto again = scan_envelope(flat, limits);
    if (!again || again->has_newline) return "a flattened message is refused";
    const auto before = spans_of(found);
    const auto after = spans_of(*again);
    const bool is_same = std::ranges::equal(
        before, after, [](const auto& l, const auto& r) { return l.span == r.span; });
    return is_same && found.method == again->method ? "" : "spans moved by flattening";
}

/// That nothing changes for the second and the third of the same messages.
std::string check_known_meta(std::string_view text, const result<envelope>& message) {
    meta_cache known;
    for (int round = 0; round < 3; ++round) {
        const auto again = scan_envelope(text, limits, known);
        if (again.has_value() != message.has_value()) return "a known _meta decides";
        if (again.has_error() && again.error().message() != message.error().message())
            return "why a message with a known _meta is refused";
        if (again && *again != *message) return "spans of a message with a known _meta";
    }
    return {};
}

/// Reads the members of a valid object, and erases some of them.
std::string check_members(std::string_view text, const json::object& tree) {
    json::object read;
    member_reader reader{text};
    while (const auto member = reader.next()) {
        const auto key = unquote_json(member->key_span.of(text));
        const auto value = parse(member->value);
        if (!key || !value || member->value_span.of(text) != member->value)
            return "a member's text";
        read[*key] = *value;
    }
    return read == tree ? "" : "members of an object";
}

std::string check_elements(std::string_view text, const json::array& tree) {
    json::array read;
    element_reader reader{text};
    while (const auto element = reader.next()) {
        const auto value = parse(*element);
        if (!value) return "an element's text";
        read.push_back(*value);
    }
    return read == tree ? "" : "elements of an array";
}

/// Functions that take any bytes.
std::string check_text(std::string_view text) {
    const std::string clean = sanitize_utf8(text);
    const std::string quoted = quote_json(text);
    const auto parsed = parse(quoted);
    if (!parsed || !parsed->is_string()) return "quoted text is refused";
    if (std::string_view{parsed->get_string()} != clean) return "quoted text";
    if (unquote_json(quoted) != clean) return "unquoted text";
    if (sanitize_utf8(clean) != clean) return "sanitized text";
    for (std::size_t bytes = 0; bytes <= std::min<std::size_t>(clean.size(), 40); ++bytes) {
        const std::size_t size = utf8_prefix(clean, bytes);
        if (size > bytes || bytes - size > 3) return "length of a prefix";
        if (const auto prefix = std::string_view{clean}.substr(0, size);
            sanitize_utf8(prefix) != prefix)
            return "prefix cuts a character";
    }
    member_reader members{text}; // unchecked text: must end, and stay inside
    for (std::size_t count = 0; members.next(); ++count)
        if (count > text.size()) return "endless members";
    element_reader elements{text};
    for (std::size_t count = 0; elements.next(); ++count)
        if (count > text.size()) return "endless elements";
    return {};
}

std::string check_value(std::string_view text, const json::value& tree) {
    const std::string small = minify_json(text);
    if (parse(small) != tree || minify_json(small) != small) return "minified text";
    if (const auto* const string = tree.if_string()) {
        const auto blanks = text.find_first_not_of(" \t\r\n");
        const auto end = text.find_last_not_of(" \t\r\n");
        const auto read = unquote_json(text.substr(blanks, end - blanks + 1));
        if (!read || *read != std::string_view{*string}) return "an unquoted string";
    }
    if (const auto* const object = tree.if_object()) return check_members(text, *object);
    if (const auto* const array = tree.if_array()) return check_elements(text, *array);
    return {};
}

} // namespace

std::string check_envelope_invariants(std::string_view text) {
    if (auto problem = check_text(text); !problem.empty()) return problem;

    boost::system::error_code ec;
    const auto tree = parse_json(text, ec, limits.depth_max);
    const auto checked = check_json(text, limits);
    const auto message = scan_envelope(text, limits);
    const std::string_view id = find_id(text, limits);
    if (auto problem = check_known_meta(text, message); !problem.empty()) return problem;
    if (!checked) {
        if (tree) return "valid JSON is refused: " + checked.error().detail;
        const errc code = checked.error().code;
        if (code != errc::parse_error && code != errc::depth_exceeded) return "code of a refusal";
        if (message) return "a message that is no JSON is accepted";
        if (!id.empty()) return "an id is found in what is no JSON";
        const errc told = message.error().code;
        return told == code || told == errc::batch_not_supported ? "" : "codes of a refusal differ";
    }
    // Boost.JSON cannot represent some numbers; their text is valid and stays as it is.
    if (!tree) return ec == json::error::exponent_overflow ? "" : "invalid JSON is accepted";

    // Boost.JSON reads 0e999 as not-a-number, which equals nothing, so trees tell no more.
    if (const json::value copy = *tree; copy != *tree) return {};

    if (auto problem = check_value(text, *tree); !problem.empty()) return problem;
    if (message.has_value() != is_message(text, *tree)) return "rules of a message";
    if (!id.empty() && (!is_plain_id(id) || parse(id) != tree->at("id"))) return "the id found";
    if (!message) {
        const errc told = message.error().code;
        const errc expected = tree->is_array() ? errc::batch_not_supported : errc::invalid_request;
        return told == expected ? "" : "code of a refused message";
    }
    if (id != (is_plain_id(message->id.of(text)) ? message->id.of(text) : "")) return "find_id";
    if (auto problem = check_spans(text, *message, tree->get_object()); !problem.empty())
        return problem;
    if (auto problem = check_splices(text, *message); !problem.empty()) return problem;
    return check_flattening(text, *message);
}

} // namespace mcpgw::test
