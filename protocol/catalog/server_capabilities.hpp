// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/message/mcp.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What goes into the capabilities that clients of the gateway see.
struct capability_sources {
    /// Raw objects of the servers that are shown, in order; an empty one is a server that has not
    /// told yet, which may offer anything.
    std::vector<std::string_view> servers;
    /// The client is to see one server as if there were no gateway.
    bool is_one_server = false;
    bool has_own_tools = false;     ///< the gateway's own
    bool has_own_resources = false; ///< the gateway's own
    bool has_logging = false;       ///< of servers that are reached without being shown
};

/// The capabilities of all of them as one server, for a client of that revision. A feature is
/// offered if somebody offers it, or may do so once it has told; a client asks but once. The lists
/// change when servers do, so `listChanged` is the gateway's word, unless it shows one server as it
/// is; `experimental` and the relayed extensions are merged, the first server's word counts. Tasks
/// are offered in the client's form, whichever the server has. Raw object.
std::string merged_capabilities(const capability_sources& sources, revision client);

} // namespace mcpgw
