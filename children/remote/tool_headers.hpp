// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/upstream_call.hpp"
#include "protocol/catalog/catalog.hpp"
#include "protocol/http/param_headers.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace mcpgw {

/// Which arguments of a remote server's tools go into header fields of a call as well
/// (2026-07-28, basic/transports/streamable-http, "Custom Headers from Tool Parameters"). Owned by
/// the instance whose tools they are. Pure.
class tool_headers {
public:
    /// A tool that must not be offered, and why.
    struct rejection {
        std::string tool;
        std::string reason;
    };

    /// Takes over the annotations of `tools`, the whole list, and takes out of it the tools with
    /// invalid ones. Those that were not taken out the time before are returned.
    std::vector<rejection> learn(std::vector<list_item>& tools);
    /// The fields for a call; none for other methods than tools/call.
    [[nodiscard]] param_fields fields_of(const upstream_call& request) const;

private:
    std::map<std::string, std::vector<param_header>, std::less<>> wanted_; ///< by tool
    std::set<std::string, std::less<>> rejected_;
};

} // namespace mcpgw
