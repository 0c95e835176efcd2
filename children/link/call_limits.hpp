// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/child_options.hpp"
#include "children/link/upstream_call.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace mcpgw {

/// A key of the configuration that says how long something may take.
struct limit_key {
    std::string_view name{}; ///< "timeout"; empty: none
    std::string_view tool{}; ///< whose own it is; empty: the server's

    /// "timeout", "tools.search.timeout"
    [[nodiscard]] std::string str() const;
};

/// How long one request to a server may take, and the keys that say so. Views the name of the tool
/// that it is made for, and not the options, which may change while the request runs.
struct call_limits {
    std::chrono::milliseconds quiet{0}; ///< without an answer or progress
    std::chrono::milliseconds total{0}; ///< whatever progress there is
    limit_key quiet_key{};
    limit_key total_key{};
};

/// Of a call: a tool's own where it has some, else the server's. `tool` is empty for what is no
/// tool.
call_limits limits_of_call(const child_options& options, std::string_view tool);
/// Of any request: the handshake and lists have limits of their own (upstream_call::timeout).
call_limits limits_of(const child_options& options, const upstream_call& request);

/// call_timed_out: the request has been quiet for too long.
fault quiet_too_long(std::string_view server, std::string_view method, const call_limits& limits);
/// call_timed_out: the time of the request is over.
fault too_long_in_all(std::string_view server, std::string_view method, const call_limits& limits);

} // namespace mcpgw
