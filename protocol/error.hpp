// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace mcpgw {

/// Everything that can go wrong in operation. The table in error.cpp is the only place that maps a
/// code to its JSON-RPC code, HTTP status and public name.
enum class errc : std::uint8_t {
    // the message itself
    parse_error,
    invalid_request,
    batch_not_supported,
    depth_exceeded,
    message_too_large,
    method_not_found,
    invalid_params,
    internal_error,
    // the HTTP request that carried it
    bad_http_request,
    path_not_found,
    method_not_allowed,
    unsupported_media_type,
    not_acceptable,
    request_timeout,
    too_many_connections,
    origin_refused,
    host_refused,
    session_required,
    session_unknown,
    // the modern era (2026-07-28, basic/index, "Error Codes")
    header_mismatch,
    missing_client_capability,
    unsupported_protocol_version,
    // what happened to a call; these carry the names that users program against
    server_not_found,
    tool_not_found,
    prompt_not_found,
    resource_not_found,
    task_not_found,
    invalid_arguments,
    server_failed,
    server_busy,
    call_timed_out,
    connection_lost,
    circuit_open,
    session_error,
    call_cancelled,
    gateway_stopping,
};

/// One row of the error table.
struct error_row {
    errc code;
    int json_rpc;             ///< JSON-RPC error code
    int http_status;          ///< HTTP status where the transport has one
    std::string_view name;    ///< public name, e.g. "SERVER_NOT_FOUND"; stable
    std::string_view message; ///< what happened, in general words
    bool is_retryable;        ///< the same request may succeed later
};

/// The row of `code`. Never fails: the table covers the enumeration (kept by a test).
const error_row& describe(errc code);

/// An error with its story: what happened, where, and what to do.
struct fault {
    errc code = errc::internal_error;
    /// One or two sentences for the user. Empty: the table's message is enough. Holds no secrets.
    std::string detail;
    /// Raw JSON for `error.data`, or empty. Members are merged after `code`.
    std::string data_json;
    /// `data_json` is the whole error object of a server (or one in its form): the client gets that
    /// as it is. Made by upstream_fault() alone, never by what a text says.
    bool is_error_object = false;

    fault() = default;
    fault(errc c) : code(c) {} // NOLINT(google-explicit-constructor): errors are values
    fault(errc c, std::string text) : code(c), detail(std::move(text)) {}
    fault(errc c, std::string text, std::string data)
        : code(c), detail(std::move(text)), data_json(std::move(data)) {}

    /// `detail`, or the table's message where there is none.
    [[nodiscard]] std::string_view message() const;
};

[[noreturn]] void throw_exception_from_error(const fault& f, const boost::source_location& where);

template <class T = void>
using result = boost::system::result<T, fault>;

} // namespace mcpgw
