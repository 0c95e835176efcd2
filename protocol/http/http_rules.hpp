// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {

/// Pure checks of an HTTP request head. No Beast here: the transport hands over plain views.

/// Header names that the rules look at. Compared case-insensitively (RFC 9110, 5.1).
namespace header_name {
inline constexpr std::string_view accept = "Accept";
inline constexpr std::string_view content_length = "Content-Length";
inline constexpr std::string_view content_type = "Content-Type";
inline constexpr std::string_view host = "Host";
inline constexpr std::string_view last_event_id = "Last-Event-ID";
inline constexpr std::string_view origin = "Origin";
inline constexpr std::string_view transfer_encoding = "Transfer-Encoding";
inline constexpr std::string_view session_id = "Mcp-Session-Id";
inline constexpr std::string_view protocol_version = "MCP-Protocol-Version";
inline constexpr std::string_view mcp_method = "Mcp-Method";
inline constexpr std::string_view mcp_name = "Mcp-Name";
/// Fields that mirror a tool's arguments (2026-07-28, basic/transports/streamable-http, "Custom
/// Headers from Tool Parameters").
inline constexpr std::string_view param_prefix = "Mcp-Param-";
} // namespace header_name

struct header_field {
    std::string_view name;
    std::string_view value; ///< optional white space around it already removed or not: both work
};

struct request_head {
    std::string_view method;
    std::string_view target;
    int version = 11; ///< 10 or 11
    std::vector<header_field> fields;

    /// The first field of that name (case-insensitive); null if absent.
    [[nodiscard]] const header_field* first(std::string_view name) const;
    /// Value of the first field of that name (case-insensitive), trimmed of SP and HTAB; nothing if
    /// absent. An empty value is a value.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    [[nodiscard]] std::size_t count(std::string_view name) const;
};

/// Who may talk to us.
struct access_policy {
    /// Origins allowed beside our own, e.g. "https://app.example". "*" allows all.
    std::vector<std::string> origins_allowed;
    /// Host names (without port) allowed beside loopback names. "*" allows all.
    std::vector<std::string> hosts_allowed;
};

/// Refuses what two HTTP readers could frame differently (request smuggling): Content-Length twice
/// or with Transfer-Encoding or not plain digits, Transfer-Encoding other than exactly "chunked" or
/// on HTTP/1.0, no or several Host (1.1), several Origin, Content-Type, Mcp-Session-Id,
/// Last-Event-ID, MCP-Protocol-Version, Mcp-Method, Mcp-Name or Mcp-Param-* of one name, an Expect
/// other than 100-continue, field values with control characters, a Trailer field. ->
/// bad_http_request, detail says which.
///
/// Upgrade is ignored, not refused (RFC 9110, 7.8): we never switch protocols, so what follows the
/// request is HTTP/1 for every reader; and some clients offer h2c with every request by default.
result<void> check_framing(const request_head& head);

/// Host: loopback names and addresses (localhost, *.localhost, 127.0.0.0/8, [::1]) with any port,
/// or one of hosts_allowed. Origin (if sent): http(s) with a loopback host, or one of
/// origins_allowed; "null" only if listed. Protects from DNS rebinding (2026-07-28,
/// basic/transports/streamable-http, "Security & Endpoint"). -> host_refused, origin_refused.
/// A malformed Host is refused whatever is allowed; a missing one (HTTP/1.0) unless all are.
/// The authority of a target in absolute form has to be allowed as well. Errors name the key.
result<void> check_access(const request_head& head, const access_policy& policy);

/// By its head the request was made on this machine, by no page of others and through no proxy: a
/// loopback Host, no foreign Origin or Sec-Fetch-Site, none of the fields that proxies add.
bool is_local_request(const request_head& head);

/// What a client takes as the reply to a POST.
enum class reply_form : unsigned char {
    either, ///< JSON or an event stream, as the answer turns out
    json,   ///< one JSON body: what comes before the answer is not told
    events, ///< an event stream, even where the answer is all there is
};

/// Content-Type application/json or another name of JSON, with any parameters; absent: JSON, which
/// nothing else can be -> unsupported_media_type. Accept (if sent) must admit application/json or
/// text/event-stream, by name or by range -> not_acceptable. Clients have to name both
/// (2025-11-25, basic/transports, "Sending Messages to the Server"); many name the one that they
/// read. An absent or empty Accept means anything (RFC 9110, 12.5.1). Quality 0 excludes.
result<reply_form> check_post(const request_head& head);
/// Accept of a GET for a stream must admit text/event-stream.
result<void> check_get_stream(const request_head& head);
/// A browser asks: Accept names text/html itself.
bool wants_page(const request_head& head);

/// A field name (RFC 9110, 5.6.2).
bool is_token(std::string_view text);

/// Whether the name of a field begins with Mcp-Param-, in any case.
bool is_param(std::string_view name);
/// The Mcp-Param-* fields: name as sent, value trimmed.
std::vector<std::pair<std::string, std::string>> find_params(const request_head& head);

} // namespace mcpgw
