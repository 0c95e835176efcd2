// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/dialects/dialect.hpp"

#include <string_view>

namespace mcpgw {

/// What a key of another program's entry is to us.
enum class entry_meaning : unsigned char {
    unknown,
    program,        ///< command: a text or a list
    arguments,      ///< list of texts
    environment,    ///< table or list
    environment_of, ///< list of variables that come from the client's own environment
    key_chain,      ///< list of variables that the client keeps elsewhere
    environment_file,
    directory,
    address,
    headers,       ///< table or list of values
    header_values, ///< table of variables that hold the values
    token,
    token_variable,
    kind, ///< stdio, http, sse, ...
    enabled,
    disabled,
    eager, ///< false: it is started at its first use
    time,
    tools_allowed,
    tools_denied,
    tool_rules, ///< a table: of tools, or a filter with a mode
    description,
    cosmetic, ///< says nothing about the server
    clients,  ///< something that only the client can do: named where it says something
    login,
};

struct entry_key {
    std::string_view name;
    entry_meaning meaning = entry_meaning::unknown;
    std::string_view ours = {}; ///< of a time: which of our keys it is
    time_unit unit = time_unit::unknown;
    bool is_exact = false; ///< its name says the unit
};

/// By its exact name. Keys of comments and of nobody have a meaning too.
entry_key find_entry_key(std::string_view name);

} // namespace mcpgw
