// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/admin/admin_actions.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// A request as the routes see it.
struct admin_call {
    std::string name;              ///< {name} of the path
    std::string query;             ///< after the `?`
    boost::json::object body;      ///< empty where the route takes none
    abort_signal* abort = nullptr; ///< given when the gateway stops
};

/// One operation of the interface. The router, the description (OpenAPI) and its test are all made
/// from this table: what is not here does not exist.
struct admin_route {
    using handler = task<admin_actions::answer> (*)(admin_actions& actions, const admin_call& call);

    std::string_view method;
    std::string_view path; ///< with {name} where a name stands
    std::string_view id;   ///< operationId
    std::string_view summary;
    std::string_view body_schema;  ///< name in components/schemas; empty: takes no body
    std::string_view reply_schema; ///< of a good reply
    int status = 200;              ///< of a good reply
    std::string_view errors;       ///< statuses beside those that each request may get: "404 409"
    handler run = nullptr;         ///< null: the description itself
};

std::span<const admin_route> admin_routes();

/// The routes of a path, by method; `name`: what stands in place of {name}.
struct admin_match {
    std::vector<const admin_route*> routes; ///< empty: there is no such path
    std::string name;
};
admin_match find_admin_routes(std::string_view path);

} // namespace mcpgw
