// SPDX-License-Identifier: Apache-2.0
#include "protocol/http/modern_headers.hpp"

#include "protocol/http/header_value.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/mcp.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace mcpgw {

namespace {

// How much of a header or body value an error text repeats.
constexpr std::size_t shown_bytes_max = 80;

std::string shown(std::string_view value) {
    auto text = sanitize_utf8(value.substr(0, shown_bytes_max * 4));
    const auto kept = utf8_prefix(text, shown_bytes_max);
    if (kept == text.size() && value.size() <= shown_bytes_max * 4) return text;
    text.resize(kept);
    return text + "...";
}

fault mismatch(std::string_view what) {
    return {errc::header_mismatch, "Header mismatch: " + std::string{what}};
}

fault unequal(std::string_view header, std::string_view sent, std::string_view expected) {
    return mismatch(std::string{header} + " header value '" + shown(sent) +
                    "' does not match body value '" + shown(expected) + "'");
}

fault missing_header(std::string_view header) {
    return mismatch("the " + std::string{header} + " header is missing");
}

fault invalid_header(std::string_view header) {
    return mismatch("the " + std::string{header} + " header contains invalid characters");
}

fault invalid_meta(std::string_view key, std::string_view problem) {
    return {errc::invalid_params,
            "Invalid params: _meta[\"" + std::string{key} + "\"] " + std::string{problem}};
}

// Types and presence only (basic/index, "Per-request protocol fields").
result<void> check_meta_complete(const envelope& message, std::string_view text) {
    const auto& meta = message.in_meta;
    if (!message.in_params.meta)
        return fault{errc::invalid_params,
                     "Invalid params: params._meta is missing; it must carry \"" +
                         std::string{meta_key::protocol_version} + "\" and \"" +
                         std::string{meta_key::client_capabilities} + "\""};
    if (!meta.protocol_version) return invalid_meta(meta_key::protocol_version, "is missing");
    if (!is_json_string(meta.protocol_version.of(text)))
        return invalid_meta(meta_key::protocol_version, "must be a string");
    if (!meta.client_capabilities) return invalid_meta(meta_key::client_capabilities, "is missing");
    if (!is_json_object(meta.client_capabilities.of(text)))
        return invalid_meta(meta_key::client_capabilities, "must be an object");
    if (meta.client_info && !is_json_object(meta.client_info.of(text)))
        return invalid_meta(meta_key::client_info, "must be an object");
    return {};
}

fault unsupported_version(std::string_view requested) {
    std::string supported;
    for (const auto each : all_revisions) {
        if (!supported.empty()) supported += ',';
        supported += '"';
        supported += to_string(each);
        supported += '"';
    }
    std::string detail = "Unsupported protocol version: '" + shown(requested) + "'";
    if (parse_revision(requested))
        detail +=
            "; this revision is spoken after initialize, not with a protocol version in _meta";
    return {errc::unsupported_protocol_version, std::move(detail),
            "{\"supported\":[" + supported + "],\"requested\":" + quote_json(shown(requested)) +
                "}"};
}

result<void> check_version_known(std::string_view version) {
    const auto known = parse_revision(version);
    if (known && era_of(*known) == era::modern) return {};
    return unsupported_version(version);
}

result<void> check_log_level(const envelope& message, std::string_view text) {
    if (!message.in_meta.log_level) return {};
    const auto level = unquote_json(message.in_meta.log_level.of(text));
    if (!level) return invalid_meta(meta_key::log_level, "must be a string");
    if (!parse_log_level(*level))
        return invalid_meta(meta_key::log_level, "is no log level: '" + shown(*level) + "'");
    return {};
}

// What a retry brings: refused here if no schema allows it, so that no server has to cope with it.
// (basic/patterns/mrtr)
result<void> check_retry(const envelope& message, std::string_view text) {
    const auto& params = message.in_params;
    const auto state = params.request_state.of(text);
    if (params.request_state && !is_json_string(state))
        return fault{errc::invalid_params, "Invalid params: 'requestState' must be a string"};
    if (!params.input_responses) return {};
    const auto responses = params.input_responses.of(text);
    bool is_good = is_json_object(responses);
    member_reader reader{responses};
    while (const auto answer = reader.next()) is_good = is_good && is_json_object(answer->value);
    if (is_good) return {};
    return fault{errc::invalid_params,
                 "Invalid params: 'inputResponses' must be an object whose values are objects"};
}

/// `room`: as for unquote_json().
std::string_view protocol_version_of(const envelope& message, std::string_view text,
                                     std::string& room) {
    return unquote_json(message.in_meta.protocol_version.of(text), room)
        .value_or(std::string_view{});
}

result<void> check_method(const request_head& head, std::string_view method_name) {
    const auto sent = head.find(header_name::mcp_method);
    if (!sent) return missing_header(header_name::mcp_method);
    if (!is_plain_header_value(*sent)) return invalid_header(header_name::mcp_method);
    if (*sent != method_name) return unequal(header_name::mcp_method, *sent, method_name);
    if (!is_client_method(method_name, era::modern))
        return fault{errc::method_not_found, "Method not found: '" + shown(method_name) + "'"};
    return {};
}

result<void> check_name(const request_head& head, const envelope& message, std::string_view text) {
    const auto member = mirrored_param(message.method.of(text));
    if (member.empty()) return {};
    const auto sent = head.find(header_name::mcp_name);
    if (!sent) return missing_header(header_name::mcp_name);
    const auto decoded = decode_header_value(*sent);
    if (!decoded) return invalid_header(header_name::mcp_name);
    const auto& params = message.in_params;
    const auto span = member == "uri"    ? params.uri
                      : member == "name" ? params.name
                                         : params.task_id;
    std::string room;
    const auto expected = unquote_json(span.of(text), room);
    if (!expected)
        return mismatch(std::string{header_name::mcp_name} + " header value '" + shown(*decoded) +
                        "' has no string params." + std::string{member} + " in the body");
    if (*decoded != *expected) return unequal(header_name::mcp_name, *decoded, *expected);
    return {};
}

// The revision defines no header rules for notifications, so only contradictions are refused.
result<void> check_notification(const request_head& head, const envelope& message,
                                std::string_view text) {
    const auto named = head.find(header_name::mcp_method);
    const auto method_name = message.method.of(text);
    if (named && *named != method_name)
        return unequal(header_name::mcp_method, *named, method_name);
    const auto sent = head.find(header_name::protocol_version);
    if (!message.in_meta.protocol_version)
        return sent ? check_version_known(*sent) : result<void>{};
    const auto version = unquote_json(message.in_meta.protocol_version.of(text));
    if (!version) return invalid_meta(meta_key::protocol_version, "must be a string");
    if (sent && *sent != *version) return unequal(header_name::protocol_version, *sent, *version);
    return check_version_known(*version);
}

} // namespace

bool claims_modern(const request_head& head, const envelope& message, std::string_view text) {
    if (message.in_meta.protocol_version) return true;
    if (head.find(header_name::session_id)) return false;
    // initialize opens a legacy session; clients of both eras send their headers with it, too.
    const bool is_opening = message.method.of(text) == method::initialize;
    if (is_opening) return false;
    if (head.find(header_name::mcp_method)) return true;
    const auto sent = head.find(header_name::protocol_version);
    if (!sent) return false;
    const auto known = parse_revision(*sent);
    return !known || era_of(*known) == era::modern;
}

result<void> check_modern(const request_head& head, const envelope& message,
                          std::string_view text) {
    if (message.kind == message_kind::response)
        return fault{
            errc::invalid_request,
            "Clients send no responses in this revision; answer input requests by retrying"};
    if (message.kind == message_kind::notification) return check_notification(head, message, text);

    const auto sent = head.find(header_name::protocol_version);
    if (!sent) return missing_header(header_name::protocol_version);
    if (auto checked = check_meta_complete(message, text); !checked) return checked;
    std::string room;
    const auto version = protocol_version_of(message, text, room);
    if (!is_plain_header_value(*sent)) return invalid_header(header_name::protocol_version);
    if (*sent != version) return unequal(header_name::protocol_version, *sent, version);
    if (auto checked = check_version_known(version); !checked) return checked;
    if (auto checked = check_log_level(message, text); !checked) return checked;
    if (auto checked = check_method(head, message.method.of(text)); !checked) return checked;
    if (auto checked = check_name(head, message, text); !checked) return checked;
    return check_retry(message, text);
}

result<void> check_modern_meta(const envelope& message, std::string_view text) {
    if (auto checked = check_meta_complete(message, text); !checked) return checked;
    std::string room;
    if (auto checked = check_version_known(protocol_version_of(message, text, room)); !checked)
        return checked;
    if (auto checked = check_log_level(message, text); !checked) return checked;
    return check_retry(message, text);
}

} // namespace mcpgw
