// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/registry.hpp"
#include "server/catalog/catalog_view.hpp"
#include "server/gateway/gateway_options.hpp"
#include "server/gateway/search_tools.hpp"
#include "server/stages/forwarder.hpp"
#include "transports/session/request_handler.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What is told of the configuration that is in force. Null functions: nothing.
struct configuration_report {
    std::function<std::string()> json; ///< an object, for the status: what it is, and since when
    std::function<bool()> is_refused;  ///< see gateway_tools::is_configuration_refused()
};

/// The gateway's own tools and resources, through which a client reaches children whose tools are
/// not listed: list_registered_children, get_child_status, get_schema, execute_child_tool,
/// close_child_session; mcp://server_summary, mcp://children_servers. At the endpoint of a view
/// they know the servers and tools of that view. Owned by the gateway.
class gateway_tools {
public:
    gateway_tools(const gateway_options& options, const registry& upstreams,
                  const catalog_view& view, forwarder& calls, catalog_lookup& lookup)
        : options_(options)
        , upstreams_(upstreams)
        , view_(view)
        , forwarder_(calls)
        , search_(options, upstreams, view, lookup) {}

    /// Those that find tools, where `expose` is `search`.
    search_tools& search() { return search_; }

    /// A tools/call result in the client's era. What goes wrong with a child is a result with
    /// isError, whose text begins with the public name of the error: the model can act on it.
    struct answer {
        message_text result;
        std::string source; ///< the child whose tool was called; empty: none
    };
    task<result<answer>> call(std::string name, const client_request& request, reply_sink& sink);
    /// A tool of a server, for whoever names both. `arguments`: raw; views the request.
    struct child_call {
        std::string_view server, tool, arguments;
    };
    struct child_answer {
        std::string text;         ///< a raw result in the client's revision
        std::string server, tool; ///< that answered
    };
    /// Errors of the server are faults. `what` must live until then.
    task<result<child_answer>> call_child(const child_call& what, const client_request& request,
                                          reply_sink& sink);
    /// A server that the endpoint shows.
    [[nodiscard]] result<upstream_ref> find_server(std::string_view name,
                                                   const client_request& request) const;
    /// `contents` of resources/read: a raw JSON array.
    [[nodiscard]] std::string read(std::string_view uri, const client_request& request) const;

    void show_configuration(configuration_report report) { configuration_ = std::move(report); }
    /// The files say something else than what is in force, which has errors.
    [[nodiscard]] bool is_configuration_refused() const {
        return configuration_.is_refused && configuration_.is_refused();
    }
    /// {"gateway":{…},"children":[…]}: the gateway's version, and the status of every child.
    [[nodiscard]] std::string status_json() const;

private:
    using outcome = result<std::string>; ///< raw structuredContent, or why not

    task<outcome> run(std::string name, boost::json::object arguments,
                      const client_request& request);
    outcome list_children(const boost::json::object& arguments,
                          const client_request& request) const;
    outcome child_status(const boost::json::object& arguments, const client_request& request) const;
    task<outcome> schema(boost::json::object arguments, const client_request& request);
    task<outcome> close_child(boost::json::object arguments, const client_request& request);
    task<result<answer>> execute(boost::json::object arguments, const client_request& request,
                                 reply_sink& sink);
    result<upstream_ref> find_child(const boost::json::object& arguments,
                                    const client_request& request) const;
    [[nodiscard]] boost::json::object summary(const client_request& request) const;
    [[nodiscard]] boost::json::array children_overview(const client_request& request) const;
    /// Of one list of a server: what the endpoint shows.
    [[nodiscard]] std::vector<const list_item*> shown(const client_request& request,
                                                      const upstream& server, list_kind kind) const;
    [[nodiscard]] fault unknown_tool(const client_request& request, const upstream& server,
                                     const std::string& name) const;

    const gateway_options& options_;
    configuration_report configuration_;
    const registry& upstreams_;
    const catalog_view& view_;
    forwarder& forwarder_;
    search_tools search_;
};

} // namespace mcpgw
