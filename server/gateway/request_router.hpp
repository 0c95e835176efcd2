// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/catalog/catalog_lookup.hpp"
#include "server/flows/workflow_tools.hpp"
#include "server/stages/forwarder.hpp"
#include "server/tasks/task_taker.hpp"
#include "transports/session/request_handler.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// A required string member of params. Error: invalid_params, which names `key`.
result<std::string> required_text(const client_request& request, text_span where,
                                  std::string_view key);

/// Which server a request for a tool, a prompt or a resource is for, and what it is called there.
/// Waits as catalog_lookup does. Owned by the gateway.
///
/// What is returned views `request` and the `routed_names`: both must live for as long.
class request_router {
public:
    /// `tasks`: looks after those that calls of tools become.
    request_router(const catalog_view& view, catalog_lookup& lookup, task_taker& tasks,
                   const workflow_tools& flows)
        : view_(view), lookup_(lookup), tasks_(tasks), flows_(flows) {}

    /// What a forward_request views beside its request. Lives in the frame that sends it.
    struct routed_names {
        std::shared_ptr<const catalog> shown;
        std::string source; ///< what a link leads to may be forgotten meanwhile
    };

    /// One of the gateway's own tools, at this endpoint.
    [[nodiscard]] bool is_own(const client_request& request, std::string_view tool) const;
    /// For a call of a server's tool that is known, or cannot be: most requests. Nothing: tool()
    /// has to wait, or it is no such call.
    std::optional<result<forward_request>> tool_at_once(const client_request& request,
                                                        std::shared_ptr<const catalog>& shown);
    /// Errors: there is no such tool, or the header fields do not match it.
    task<result<forward_request>> tool(const client_request& request, std::string name,
                                       routed_names& names);
    task<result<forward_request>> prompt(const client_request& request, routed_names& names);
    task<result<forward_request>> resource(const client_request& request, std::string uri,
                                           routed_names& names);

private:
    result<forward_request> order_for(const client_request& request, std::string_view name,
                                      const catalog* shown);

    const catalog_view& view_;
    catalog_lookup& lookup_;
    task_taker& tasks_;
    const workflow_tools& flows_;
};

} // namespace mcpgw
