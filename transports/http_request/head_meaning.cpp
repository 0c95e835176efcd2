// SPDX-License-Identifier: Apache-2.0
#include "transports/http_request/head_meaning.hpp"

#include "protocol/http/request_target.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/mcp.hpp"

#include <fmt/format.h>

namespace mcpgw {

namespace {

constexpr std::size_t shown_bytes_max = 80; // of a header value that an error repeats

fault unknown_version(std::string_view requested) {
    std::string supported;
    for (const auto r : all_revisions) supported += fmt::format(",\"{}\"", to_string(r));
    return {
        errc::unsupported_protocol_version,
        fmt::format("Unsupported protocol version; this gateway supports {}", supported.substr(1)),
        fmt::format(R"({{"supported":[{}],"requested":{}}})", supported.substr(1),
                    quote_json(requested.substr(0, shown_bytes_max)))};
}

result<void> check_legacy_version(const request_head& head) {
    const auto value = head.find(header_name::protocol_version);
    if (!value || value->empty() || parse_revision(*value)) return {};
    return unknown_version(*value);
}

/// Name in /servers/{name}/mcp, or empty.
std::string_view scope_of(std::string_view path) {
    constexpr std::string_view prefix = "/servers/";
    constexpr std::string_view suffix = "/mcp";
    if (!path.starts_with(prefix) || !path.ends_with(suffix)) return {};
    if (path.size() <= prefix.size() + suffix.size()) return {};
    return path.substr(prefix.size(), path.size() - prefix.size() - suffix.size());
}

head_meaning::endpoint endpoint_of(const request_head& head, std::string_view path,
                                   const http_options& options) {
    if (path == options.sse_path || path == options.messages_path)
        return head_meaning::endpoint::sse;
    const bool is_streamable = path == options.path || !scope_of(path).empty();
    return is_streamable && !shows_page(head) ? head_meaning::endpoint::streamable
                                              : head_meaning::endpoint::none;
}

} // namespace

bool shows_page(const request_head& head) {
    return head.method == "GET" && !head.find(header_name::session_id) && wants_page(head);
}

head_meaning meaning_of(const request_head& head, const http_options& options) {
    const auto path = split_target(head.target).path;
    const auto session_id = head.find(header_name::session_id);
    head_meaning meaning;
    meaning.at = endpoint_of(head, path, options);
    meaning.scope = scope_of(path);
    meaning.post_form = check_post(head);
    meaning.legacy_version = check_legacy_version(head);
    meaning.session_id = session_id.value_or(std::string_view{});
    meaning.has_session_id = session_id.has_value();
    return meaning;
}

} // namespace mcpgw
