// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace mcpgw {

/// What an endpoint shows, as a text that sessions, cursors and subscriptions keep:
///
///   (nothing)      the whole gateway
///   NAME           one server alone
///   views/NAME     a view; layers/NAME and tags/NAME the same for the servers of a layer or tag
///
/// No server's name has a slash.
inline bool is_view_scope(std::string_view scope) {
    return scope.find('/') != std::string_view::npos;
}
inline bool is_server_scope(std::string_view scope) {
    return !scope.empty() && !is_view_scope(scope);
}

} // namespace mcpgw
