// SPDX-License-Identifier: Apache-2.0
#include "children/instance/peer_session.hpp"

namespace mcpgw {

std::string_view to_string(upstream_state state) {
    switch (state) {
    case upstream_state::not_started:
        return "not_started";
    case upstream_state::starting:
        return "starting";
    case upstream_state::running:
        return "running";
    case upstream_state::unhealthy:
        return "unhealthy";
    case upstream_state::failed:
        return "failed";
    case upstream_state::stopped:
        return "stopped";
    }
    return "unknown";
}

} // namespace mcpgw
