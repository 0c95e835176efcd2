// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/dialects/entry_keys.hpp"
#include "server/config/format/config_document.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// Values that other programs write in several forms. Each gives nothing for what is none of them.

/// A table of texts; or a list of "NAME=value", {"name", "value"} and {"key", "value"}. `mark`
/// stands between name and value.
std::optional<config_node> read_named_texts(const config_node& node, std::string_view mark);

/// A list of names: texts, or tables with a `name`.
std::optional<std::vector<std::string>> read_names(const config_node& node);

/// Which tools a client offers.
struct foreign_filter {
    std::optional<std::vector<std::string>> only;
    std::vector<std::string> except;
    std::vector<std::string> unused; ///< members that say something else
};

/// A list of names; {"name": false}; {"name": {"enabled": false}};
/// {"mode": "allow" | "block", "list": [...]}. `is_empty_all`: an empty list allows all.
std::optional<foreign_filter> read_tool_filter(std::string_view key, const config_node& node,
                                               entry_meaning meaning, bool is_empty_all);

/// Whether a table `tools` is one of ours: tables of keys that we know.
bool is_own_tools(const config_node& node);

/// The token of {"type": "bearer", "token": ...}, {"key": ...} or of a text.
std::optional<std::string> read_token(const config_node& node);

/// Of https://user:password@host: the value of an Authorization header. The url loses both, as no
/// client may send them in it (RFC 9110 4.2.4). Nothing where the url has none, or a variable.
std::optional<std::string> take_login(std::string& url);

/// A text under this key of a login is the token itself, and not a program or a name.
bool may_be_token(std::string_view key);
/// Without blanks around it, as people copy addresses.
std::string without_blanks(std::string_view text);

} // namespace mcpgw
