// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/dialects/dialect.hpp"
#include "server/config/dialects/foreign_variables.hpp"
#include "server/config/format/config_document.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// A variable that the user has to set, and the key that needs it.
struct asked_variable {
    foreign_variable variable;
    std::string key;
    std::size_t line = 0;
};

struct translated_entry {
    config_node node;                  ///< our keys only; variables are ours too
    std::vector<asked_variable> asked; ///< in the file's order
    std::string left_out;              ///< why it can be no child at all; empty: it may be one
};

/// One entry of another program's file, its keys translated into ours. What has no meaning here is
/// left out; a warning names it where the user may rely on it. `name`: of the entry.
translated_entry translate_entry(const config_node& entry, std::string_view name,
                                 const std::string& path, const dialect& from,
                                 const variable_translator& variables, problem_log& problems);

/// `entry` with what some programs nest (transport, config, ...) at its own level, and without what
/// is null or empty.
config_node flat_entry(const config_node& entry);

/// Whether `node` may be an entry at all: something that is started, or has an address.
bool looks_like_entry(const config_node& node);

/// A text, a whole number, a list of texts.
config_node make_text(std::string text, std::size_t line);
config_node make_number(double number, std::size_t line);
config_node make_flag(bool value, std::size_t line);
config_node make_list(std::vector<std::string> texts, std::size_t line);

} // namespace mcpgw
