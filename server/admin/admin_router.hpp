// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/admin/admin_actions.hpp"

#include <string>
#include <string_view>

namespace mcpgw {

/// A request to the admin interface, as HTTP brought it and after the checks of who may ask.
struct admin_request {
    std::string method;
    std::string target;
    std::string content_type;
    std::string body;
};

struct admin_reply {
    int status = 200;
    std::string body;    ///< JSON; empty: none
    std::string allow{}; ///< methods of the path, where the request's is none of them
};

/// Finds the action for a request, and says what came of it. What an action throws is an error of
/// that request alone.
task<admin_reply> answer_admin(admin_actions& actions, admin_request request, abort_signal& abort);

admin_reply reply_of(const admin_error& error);

} // namespace mcpgw
