// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace mcpgw {

/// Whether the keywords of a JSON schema (draft 2020-12 and 7) have values that a validator can be
/// made of: types that exist, schemas where schemas belong, references to what is there, patterns
/// that JavaScript reads. Clients compile each outputSchema while they read a list, and one that
/// cannot be compiled costs them the whole list. Raw JSON that was scanned before, which bounds its
/// depth; an unknown keyword means nothing.
bool is_json_schema(std::string_view raw);

} // namespace mcpgw
