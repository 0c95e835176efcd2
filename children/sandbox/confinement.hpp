// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/sandbox/account.hpp"
#include "children/sandbox/isolation.hpp"
#include "protocol/error.hpp"

namespace mcpgw {

/// The steps by which a process gives up what it may do. For good, and for the calling process:
/// only the launcher takes them, in the order that run_launcher() has. Every error is
/// server_failed, and its text begins with the key of the configuration that cannot be had.

/// setrlimit. `is_root`: the process will run as root.
result<void> set_limits(const resource_limits& limits, bool is_root);

/// A network of its own that holds nothing but a loopback. With privilege this comes before the
/// change of the user; false: it takes privilege that we do not have.
result<bool> leave_network_privileged();
/// The same by a user namespace, in which only the present user is known.
result<void> leave_network_unprivileged();

/// Real, effective and saved ids, and the groups.
result<void> become(const account& who);

/// No program that it runs gets more rights than it has itself: setuid and file capabilities are
/// without effect (prctl(2), PR_SET_NO_NEW_PRIVS).
result<void> give_up_new_privileges();

/// SIGKILL as soon as `parent` has ended; at once if it has. To be asked for again after each
/// change of ids. Strictly it is the end of the thread that made us: the gateway starts children
/// from the thread of its event loop, which lives as long as it does.
result<void> end_with_parent(pid_t parent);

} // namespace mcpgw
