// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <string>
#include <vector>

#include <sys/types.h>

namespace mcpgw {

/// Who a process runs as.
struct account {
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups; ///< all of them
    // What the system knows of the user; empty: it does not.
    std::string name;
    std::string home;
    std::string shell;
};

/// Each is a name or a number. Without a user it is ours, with no group but `group`; without a
/// group it has all groups of the user. Asks the system's name services, which may block.
/// May be called on any thread.
///
/// Errors: server_failed; the text begins with the key that is wrong, in backquotes.
result<account> find_account(const std::string& user, const std::string& group);

/// Empty: the system knows no such group.
std::string group_name(gid_t group);

} // namespace mcpgw
