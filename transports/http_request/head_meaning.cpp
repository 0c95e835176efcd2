// SPDX-License-Identifier: Apache-2.0
#include "transports/http_request/head_meaning.hpp"

#include "protocol/http/request_target.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/mcp.hpp"
#include "transports/http_request/endpoint_path.hpp"

#include <fmt/format.h>

#include <utility>

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

} // namespace

bool shows_page(const request_head& head) {
    return head.method == "GET" && !head.find(header_name::session_id) && wants_page(head);
}

head_meaning meaning_of(const request_head& head, const http_options& options) {
    const auto path = split_target(head.target).path;
    const auto session_id = head.find(header_name::session_id);
    head_meaning meaning;
    auto place = endpoint_path::of(path, options);
    const bool is_sse = place.at == endpoint_path::kind::sse_stream ||
                        place.at == endpoint_path::kind::sse_messages;
    if (is_sse)
        meaning.at = head_meaning::endpoint::sse;
    else if (place.at == endpoint_path::kind::streamable && !shows_page(head))
        meaning.at = head_meaning::endpoint::streamable;
    meaning.is_sse_stream = place.at == endpoint_path::kind::sse_stream;
    meaning.scope = std::move(place.scope);
    if (is_sse) meaning.prefix = place.prefix;
    meaning.post_form = check_post(head);
    meaning.legacy_version = check_legacy_version(head);
    meaning.session_id = session_id.value_or(std::string_view{});
    meaning.has_session_id = session_id.has_value();
    return meaning;
}

} // namespace mcpgw
