// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/registry.hpp"
#include "server/catalog/catalog_lookup.hpp"
#include "server/catalog/catalog_view.hpp"
#include "server/catalog/list_pages.hpp"
#include "server/changes/subscriptions.hpp"
#include "server/gateway/change_reporter.hpp"
#include "server/gateway/client_watches.hpp"
#include "server/gateway/completions.hpp"
#include "server/gateway/gateway_flows.hpp"
#include "server/gateway/gateway_options.hpp"
#include "server/gateway/gateway_tools.hpp"
#include "server/gateway/introduction.hpp"
#include "server/gateway/request_router.hpp"
#include "server/stages/forwarder.hpp"
#include "server/tasks/task_routes.hpp"
#include "transports/log.hpp"
#include "transports/session/request_handler.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {

/// What all transports talk to: gives each request, by its method, to the object that answers it,
/// or forwards it to the server that its name leads to. Owned by the application.
class gateway final : public request_handler {
public:
    gateway(gateway_options options, registry& upstreams, logger& log);

    task<client_reply> handle(client_request& request, reply_sink& sink) override;
    void on_notification(const client_request& notification) override;
    void on_session_closed(client_session& session) override;
    [[nodiscard]] result<void> check_scope(std::string_view scope, bool is_near) const override;
    [[nodiscard]] result<std::string> readiness(bool is_strict) const override;
    [[nodiscard]] std::string status_json() const override { return tools_.status_json(); }
    /// The status and the probe for readiness tell of it.
    void show_configuration(configuration_report report) {
        tools_.show_configuration(std::move(report));
    }

    /// Other options hold from now on, but for those that need a restart (key_effect).
    void adopt(gateway_options options);
    /// From now on requests are refused and subscriptions end in good order.
    void stop();
    /// Ends what outlives requests. Before the upstreams are closed.
    task<> close();
    /// Other views from now on; those who listen at their endpoints hear of what that changes.
    void set_views(std::vector<view_options> list);
    /// What workflows of this client can call.
    [[nodiscard]] workflow_world workflow_world_of(const client_request& client) const {
        return flows_.tools.world_of(client);
    }
    /// For commands that call a tool themselves.
    forwarder& calls() { return forwarder_; }

private:
    using outcome = result<message_text>; ///< raw result JSON of the client's era, or why not

    task<outcome> route(client_request& request, reply_sink& sink);
    task<outcome> answer_at_once(const client_request& request);
    static task<outcome> refuse_method(std::string_view name);
    task<outcome> list(const client_request& request);
    task<outcome> call_tool(client_request& request, reply_sink& sink);
    task<outcome> call_found(const client_request& request, reply_sink& sink);
    task<outcome> call_of_server(const client_request& request, std::string name, reply_sink& sink);
    task<outcome> get_prompt(client_request& request, reply_sink& sink);
    task<outcome> read_resource(client_request& request, reply_sink& sink);
    task<outcome> listen(const client_request& request, reply_sink& sink);
    outcome set_level(const client_request& request);
    outcome outcome_of(const client_request& request, const forward_request& order,
                       result<forwarded_answer>&& answer);
    static client_reply stopping_reply(const client_request& request);
    client_reply reply_of(const client_request& request, outcome answered);

    gateway_options options_;
    registry& upstreams_;
    logger& log_;
    token_sealer sealer_;
    request_states states_;
    parked_calls parked_;
    forwarder forwarder_;
    views views_;
    catalog_view view_;
    catalog_lookup lookup_;
    gateway_tools tools_;
    list_pages lists_;
    gateway_flows flows_;
    subscriptions subscriptions_;
    task_routes client_tasks_;
    request_router router_;
    introduction introduction_;
    completions completions_;
    client_watches watches_;
    change_reporter changes_;
};

} // namespace mcpgw
