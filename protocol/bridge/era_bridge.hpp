// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/bridge/list_bridge.hpp"
#include "protocol/json/message_text.hpp"
#include "protocol/message/envelope.hpp"
#include "protocol/message/mcp.hpp"
#include "protocol/message/response_spans.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// Translates one message between the eras. Pure text in, text out; whatever is not named here
/// keeps its bytes.

/// The two ends between which the params of a request travel.
struct params_route {
    era client_era = era::legacy;
    era upstream_era = era::legacy;
    std::string_view replaced_key{}; ///< a member whose value becomes another: `name` or `ref`
    std::string_view replacement{};  ///< raw JSON
    std::string_view arguments{};    ///< raw object, in place of what the client sent; or empty
};

/// Members of a client's `params` for an upstream: without `_meta`, and without what only the other
/// era knows. No braces. `request` was scanned from `text`; what is long in it is not copied.
message_text params_for_upstream(const shared_text& text, const envelope& request,
                                 const params_route& route);

/// Members of a client's `_meta` that travel on: trace context and foreign keys, without the
/// progress token and without the keys that belong to one hop (2026-07-28, basic/index, "_meta").
/// No braces.
std::string meta_for_upstream(std::string_view meta);

/// What a result needs to become one of the client's era.
struct result_context {
    era upstream_era = era::legacy;
    era client_era = era::legacy;
    bool is_cacheable = false;       ///< the method's result extends CacheableResult
    std::string_view server_info;    ///< raw JSON, for `_meta` of modern results; may be empty
    revision client = newest_legacy; ///< of a legacy client
    output_shape output = output_shape::undeclared; ///< of the tool that was called
    std::string_view client_capabilities{};         ///< raw object, as the client declared them
};

/// A result of an upstream for a client. To modern clients: `resultType`, `ttlMs`/`cacheScope`
/// where the method has them, serverInfo in `_meta`. To legacy clients: those are taken out, and
/// the content is said as their revision can (content_for_client).
std::string result_for_client(std::string_view result_json, const result_context& context);
/// The result of a response, scanned from `text`; what is long in it is not copied.
message_text result_for_client(const shared_text& text, const response_spans& response,
                               const result_context& context);

/// The `error` object of an upstream for a client (2026-07-28, basic/index, "Error Codes"):
///  - a missing resource is -32602 to modern clients, -32002 to legacy ones
///  - a missing client capability (-32021) reaches a modern client that did not declare it; a
///  legacy
///    one gets -32600
///  - a wanted URL (-32042) reaches clients of 2025-11-25; older ones get -32600 with the URL
///  - headers and versions (-32020, -32022) are between the gateway and the server: -32603; so is
///    every other code of -32020 to -32099, and -32002 and -32042, to modern clients
/// Where the code is replaced, `data` has the server's as `upstreamCode` beside its own members.
std::string error_for_client(std::string_view error_json, const result_context& context,
                             std::string_view method_name, std::string_view uri_json);

/// One entry of a modern server's `inputRequests`.
struct input_request {
    std::string key_json; ///< raw, with quotes
    std::string method;
    std::string params; ///< raw object; may be empty
};

/// The questions of an input_required result, in order (2026-07-28, basic/patterns/mrtr).
std::vector<input_request> input_requests(std::string_view result_json);

} // namespace mcpgw
