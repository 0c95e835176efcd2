// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// What clients are shown of a tool, prompt, resource or template in place of what its server says
/// of it. What is not set stays as it is.
struct entry_override {
    bool is_enabled = true;                 ///< false: for clients it is not there
    std::optional<std::string> name;        ///< of a resource: the one for people, not its URI
    std::optional<std::string> title;       ///< for people
    std::optional<std::string> description; ///< for models

    bool operator==(const entry_override&) const = default;
};

/// An entry of a list (raw object) as clients are shown it. `annotations`: raw object whose members
/// take the place of those of the same name; may be empty. Everything else keeps its bytes.
std::string shown_entry(std::string_view item_json, const entry_override& instead,
                        std::string_view annotations = {});

/// An object (raw) with the value of one member replaced, or with that member at its end.
std::string with_value(std::string_view object, std::string_view key, std::string_view value);

} // namespace mcpgw
