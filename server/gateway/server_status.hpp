// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/upstream.hpp"

#include <boost/json/object.hpp>

namespace mcpgw {

/// State, era, process and last words of one server, as get_child_status shows them.
boost::json::object status_of_server(const upstream& server);

} // namespace mcpgw
