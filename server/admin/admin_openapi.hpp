// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace mcpgw {

/// The OpenAPI 3.1 description of the admin interface: made from the table of its routes, and what
/// docs/admin-openapi.json has.
std::string_view admin_openapi();

/// `components/schemas` of it: an object of JSON Schemas.
std::string_view admin_schemas();

} // namespace mcpgw
