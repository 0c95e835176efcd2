// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <sys/types.h>

namespace mcpgw::fake {

/// What a program was started with: {"args":[…],"env":[names…],"values":[…],"cwd":…,"fds":[…],
/// "pid":…,"pgid":…,"sid":…,"blocked":"hex","ignored":"hex","grandchild":…}, as raw JSON.
std::string describe_surroundings(int argc, char** argv, pid_t grandchild);

} // namespace mcpgw::fake
