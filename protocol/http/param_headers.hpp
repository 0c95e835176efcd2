// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {

/// Parameters of a tool that travel as HTTP headers too: `x-mcp-header` in its inputSchema and the
/// Mcp-Param-* fields of a call (2026-07-28, basic/transports/streamable-http, "Custom Headers from
/// Tool Parameters").

/// One annotated parameter.
struct param_header {
    std::vector<std::string> path; ///< property names from the root of `arguments`
    std::string field;             ///< "Mcp-Param-" and the annotated name, as the schema spells it
};

using param_fields = std::vector<std::pair<std::string, std::string>>;

/// The annotations of a tool's inputSchema, in its order. A fault tells in one sentence why the
/// schema breaks a rule: a name that is no HTTP token or there twice (in any case), a type other
/// than string, integer and boolean (each may be nullable), or a place that is not reached through
/// `properties` alone. A server's tool with such a schema must not be offered over HTTP.
/// Data (`default`, `enum`, `const`, `examples`) is not looked into.
result<std::vector<param_header>> read_param_headers(std::string_view input_schema);

/// Checks the fields of a call against its arguments (raw; empty: none): every annotated value in
/// the arguments needs its field, once, decoded and equal (integers as numbers); an absent or null
/// value must have none. Fields that no annotation names are ignored. -> header_mismatch
result<void> check_param_headers(const std::vector<param_header>& expected,
                                 const param_fields& sent, std::string_view arguments);

/// The fields for a call with these arguments. A value that is no string, number or boolean has
/// none: the server will refuse it by its schema.
param_fields make_param_headers(const std::vector<param_header>& wanted,
                                std::string_view arguments);

} // namespace mcpgw
