// SPDX-License-Identifier: Apache-2.0
#include "children/remote/remote_headers.hpp"

#include "protocol/ascii.hpp"
#include "protocol/http/header_value.hpp"
#include "protocol/http/http_rules.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <algorithm>
#include <array>

namespace mcpgw {

namespace {

constexpr std::string_view json_type = "application/json";
constexpr std::string_view event_type = "text/event-stream";

void add(field_list& fields, std::string_view name, std::string_view value) {
    fields.emplace_back(name, value);
}

void add_session(field_list& fields, const remote_session& session) {
    if (!session.id.empty()) add(fields, header_name::session_id, session.id);
    if (session.spoken) add(fields, header_name::protocol_version, to_string(*session.spoken));
}

} // namespace

field_list authorization_fields(const remote_options& options) {
    field_list fields;
    for (const auto& [name, value] : options.headers) add(fields, name, value);
    if (!options.bearer_token.empty())
        add(fields, "Authorization", "Bearer " + options.bearer_token);
    return fields;
}

field_list request_fields(const upstream_call& request, std::optional<revision> spoken,
                          const remote_session& session) {
    field_list fields;
    add(fields, header_name::content_type, json_type);
    add(fields, header_name::accept, "application/json, text/event-stream");
    const bool is_modern = spoken && era_of(*spoken) == era::modern;
    if (!is_modern) {
        add_session(fields, session);
        for (const auto& [name, text] : request.headers) add(fields, name, text);
        return fields;
    }
    add(fields, header_name::protocol_version, to_string(*spoken));
    add(fields, header_name::mcp_method, encode_header_value(request.method));
    const auto mirrored = mirrored_param(request.method);
    const std::string params = "{" + request.members.str() + "}";
    const auto value =
        mirrored.empty() ? std::nullopt : unquote_json(find_member(params, mirrored));
    if (value) add(fields, header_name::mcp_name, encode_header_value(*value));
    for (const auto& [name, text] : request.headers) add(fields, name, text);
    return fields;
}

field_list message_fields(const remote_session& session) {
    field_list fields;
    add(fields, header_name::content_type, json_type);
    add(fields, header_name::accept, "application/json, text/event-stream");
    add_session(fields, session);
    return fields;
}

field_list stream_fields(const remote_session& session, std::string_view last_event_id) {
    field_list fields;
    add(fields, header_name::accept, event_type);
    add_session(fields, session);
    if (!last_event_id.empty()) add(fields, "Last-Event-ID", last_event_id);
    return fields;
}

bool is_session_id(std::string_view id) {
    return !id.empty() && std::ranges::all_of(id, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 && byte != 0x7f;
    });
}

bool is_reserved_header(std::string_view name) {
    constexpr std::array<std::string_view, 12> reserved{"accept",         "accept-encoding",
                                                        "connection",     "content-length",
                                                        "content-type",   "host",
                                                        "last-event-id",  "mcp-method",
                                                        "mcp-name",       "mcp-protocol-version",
                                                        "mcp-session-id", "transfer-encoding"};
    const auto lower = lower_case(name);
    return std::ranges::find(reserved, lower) != reserved.end() || lower.starts_with("mcp-param-");
}

} // namespace mcpgw
