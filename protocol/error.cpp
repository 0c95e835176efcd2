// SPDX-License-Identifier: Apache-2.0
#include "protocol/error.hpp"

#include <array>
#include <cstddef>
#include <stdexcept>

namespace mcpgw {

namespace {

// Codes: -32700..-32603 are JSON-RPC's; -32020..-32022 are MCP's (2026-07-28, basic/index, "Error
// Codes"). The rest of -32000..-32099 must not be used for new meanings, so what happened to a call
// is -32603 with the public name in `data.code`.
constexpr std::array table{
    error_row{errc::parse_error, -32700, 400, "PARSE_ERROR", "The message is not valid JSON",
              false},
    error_row{errc::invalid_request, -32600, 400, "INVALID_REQUEST",
              "The message is not a valid JSON-RPC request", false},
    error_row{errc::batch_not_supported, -32600, 400, "BATCH_NOT_SUPPORTED",
              "JSON-RPC batches are not supported; send one message at a time", false},
    error_row{errc::depth_exceeded, -32600, 400, "DEPTH_EXCEEDED",
              "The message is nested too deeply", false},
    error_row{errc::message_too_large, -32600, 413, "MESSAGE_TOO_LARGE",
              "The message is larger than this gateway accepts", false},
    error_row{errc::method_not_found, -32601, 404, "METHOD_NOT_FOUND", "Method not found", false},
    error_row{errc::invalid_params, -32602, 400, "INVALID_PARAMS", "Invalid params", false},
    error_row{errc::internal_error, -32603, 500, "INTERNAL_ERROR", "Internal error", false},
    error_row{errc::bad_http_request, -32600, 400, "BAD_HTTP_REQUEST",
              "The HTTP request is malformed or ambiguous", false},
    error_row{errc::path_not_found, -32600, 404, "PATH_NOT_FOUND", "There is nothing at this path",
              false},
    error_row{errc::method_not_allowed, -32600, 405, "METHOD_NOT_ALLOWED",
              "This HTTP method is not allowed here", false},
    error_row{errc::unsupported_media_type, -32600, 415, "UNSUPPORTED_MEDIA_TYPE",
              "Content-Type must be application/json", false},
    error_row{errc::not_acceptable, -32600, 406, "NOT_ACCEPTABLE",
              "Accept must allow application/json or text/event-stream", false},
    error_row{errc::request_timeout, -32600, 408, "REQUEST_TIMEOUT",
              "The HTTP request did not arrive in time", true},
    error_row{errc::too_many_connections, -32603, 503, "TOO_MANY_CONNECTIONS",
              "The gateway has no room for another connection", true},
    error_row{errc::origin_refused, -32600, 403, "ORIGIN_REFUSED", "This Origin is not allowed",
              false},
    error_row{errc::host_refused, -32600, 403, "HOST_REFUSED", "This Host is not allowed", false},
    error_row{errc::session_required, -32600, 400, "SESSION_REQUIRED",
              "Mcp-Session-Id is missing; send initialize first", false},
    error_row{errc::session_unknown, -32600, 404, "SESSION_ERROR",
              "This session does not exist or has expired; send initialize again", false},
    error_row{errc::header_mismatch, -32020, 400, "HEADER_MISMATCH",
              "The HTTP headers do not match the message", false},
    error_row{errc::missing_client_capability, -32021, 400, "MISSING_CLIENT_CAPABILITY",
              "The request needs a client capability that was not declared", false},
    error_row{errc::unsupported_protocol_version, -32022, 400, "UNSUPPORTED_PROTOCOL_VERSION",
              "Unsupported protocol version", false},
    error_row{errc::server_not_found, -32602, 200, "SERVER_NOT_FOUND",
              "There is no child server with this name", false},
    error_row{errc::tool_not_found, -32602, 200, "TOOL_NOT_FOUND",
              "There is no tool with this name", false},
    error_row{errc::prompt_not_found, -32602, 200, "PROMPT_NOT_FOUND",
              "There is no prompt with this name", false},
    error_row{errc::resource_not_found, -32602, 200, "RESOURCE_NOT_FOUND",
              "There is no resource with this URI", false},
    error_row{errc::task_not_found, -32602, 200, "TASK_NOT_FOUND", "There is no task with this id",
              false},
    error_row{errc::invalid_arguments, -32602, 200, "INVALID_ARGS", "The arguments are not valid",
              false},
    error_row{errc::server_failed, -32603, 200, "SERVER_FAILED",
              "The child server could not be started or answered wrongly", false},
    error_row{errc::server_busy, -32603, 200, "SERVER_BUSY",
              "The child server has too many calls in flight", true},
    error_row{errc::call_timed_out, -32603, 200, "TIMEOUT",
              "The child server did not answer in time", true},
    error_row{errc::connection_lost, -32603, 200, "CONNECTION_LOST",
              "The child server ended before it answered", true},
    error_row{errc::circuit_open, -32603, 200, "CIRCUIT_OPEN",
              "The child server failed repeatedly and is being left alone", true},
    error_row{errc::session_error, -32603, 200, "SESSION_ERROR", "The session cannot do this",
              false},
    error_row{errc::call_cancelled, -32603, 200, "CANCELLED", "The request was cancelled", false},
    error_row{errc::gateway_stopping, -32603, 503, "GATEWAY_STOPPING", "The gateway is stopping",
              true},
};

constexpr bool is_in_order() {
    for (std::size_t i = 0; i < table.size(); ++i)
        if (static_cast<std::size_t>(table[i].code) != i) return false;
    return true;
}
static_assert(is_in_order(), "describe() indexes the table by the code's value");
static_assert(table.size() == static_cast<std::size_t>(errc::gateway_stopping) + 1);

} // namespace

const error_row& describe(errc code) {
    return table[static_cast<std::size_t>(code)];
}

std::string_view fault::message() const {
    return detail.empty() ? describe(code).message : std::string_view{detail};
}

void throw_exception_from_error(const fault& f, const boost::source_location& /*where*/) {
    throw std::logic_error("result holds an error: " + std::string{f.message()});
}

} // namespace mcpgw
