// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <string>
#include <string_view>

namespace mcpgw {

/// `requestedSchema` of a form (raw object) in the words of 2025-06-18: no `$schema`, no defaults
/// but of booleans, `oneOf` with titles as `enum` with `enumNames` (2025-06-18, client/elicitation,
/// "Supported Schema Types"). invalid_params: a field lets the user choose several values, which
/// that revision cannot express.
result<std::string> form_schema_of_2025_06(std::string_view schema);

} // namespace mcpgw
