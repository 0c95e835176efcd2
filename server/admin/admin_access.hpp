// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/admin/admin_error.hpp"
#include "server/admin/admin_options.hpp"

#include <string_view>

namespace mcpgw {

/// Who may use the admin interface over TCP: the head is well framed, its Host and Origin are
/// allowed (as those of the MCP endpoint), and it brings the token as `Authorization: Bearer`.
admin_result<> check_admin_access(const request_head& head, const admin_options& options);

/// The same over the Unix socket, where the system has said whose process asks: only the framing.
admin_result<> check_local_access(const request_head& head);

/// Takes the same time whatever is wrong with `given`.
bool is_token_equal(std::string_view given, std::string_view token);

} // namespace mcpgw
