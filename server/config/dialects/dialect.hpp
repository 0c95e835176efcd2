// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_document.hpp"

#include <string_view>

namespace mcpgw {

/// How a client counts the time in its key `timeout`.
enum class time_unit : unsigned char { unknown, seconds, milliseconds, nanoseconds };

/// What $NAME without braces is to a client.
enum class bare_dollar : unsigned char {
    guessed, ///< unknown: a variable where it looks like one
    variable,
    text,
};

/// What differs between the files of the programs that we read. What a key means is the same in
/// all of them (entry_translator); only what cannot be told from the key stands here.
struct dialect {
    std::string_view name; ///< "VS Code"; empty: one of the many that write `mcpServers`
    time_unit unit = time_unit::unknown;
    bare_dollar dollar = bare_dollar::guessed;
    /// {{NAME}} is replaced by the client. Elsewhere it is text, as in `docker --format`.
    bool has_templates = false;
    /// A variable of a child that is null or empty comes from the client's own environment.
    bool inherits_empty = false;
    /// An empty list of tools that are allowed allows all.
    bool is_empty_all = false;
    /// `timeout` is for the start and the lists only, not for calls.
    bool times_start = false;
};

/// The dialect of a file: by what stands in it, else by its path, else by the keys of its entries.
const dialect& find_dialect(std::string_view file, const config_node& root);

/// By its name; the nameless one where there is none.
const dialect& dialect_named(std::string_view name);

} // namespace mcpgw
