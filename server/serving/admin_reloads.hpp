// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/reload/reloader.hpp"
#include "server/serving/gateway_admin.hpp"

namespace mcpgw {

/// The admin interface has `reloads` read the configuration again, and tells what came of it. The
/// reloader must outlive the hooks.
void follow_reloads(admin_hooks& hooks, reloader& reloads);

} // namespace mcpgw
