// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/registry.hpp"
#include "server/calls/forwarder.hpp"
#include "server/changes/subscriptions.hpp"
#include "server/gateway/gateway_options.hpp"
#include "server/gateway/gateway_tools.hpp"
#include "server/gateway/link_memory.hpp"
#include "server/gateway/list_pages.hpp"
#include "server/tasks/task_routes.hpp"
#include "transports/log.hpp"
#include "transports/session/request_handler.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What all transports talk to: routes each request by its method, answers what is the gateway's
/// own, forwards the rest to the upstream that its name leads to. Owned by the application.
class gateway final : public request_handler, private registry::listener {
public:
    gateway(gateway_options options, registry& upstreams, logger& log);
    ~gateway();

    task<client_reply> handle(client_request& request, reply_sink& sink) override;
    void on_notification(const client_request& notification) override;
    void on_session_closed(client_session& session) override;
    [[nodiscard]] bool has_scope(std::string_view name) const override;
    [[nodiscard]] result<void> readiness(bool is_strict) const override;
    [[nodiscard]] std::string status_json() const override { return tools_.status_json(); }

    /// From now on requests are refused and subscriptions end in good order.
    void stop();
    /// Ends what outlives requests. Before the upstreams are closed.
    task<> close();
    /// For commands that call a tool themselves.
    forwarder& calls() { return forwarder_; }

private:
    using outcome = result<message_text>; ///< raw result JSON of the client's era, or why not
    using shown_catalog = result<std::shared_ptr<const catalog>>;
    /// What a name in a request is one of.
    enum class entry : unsigned char { tool, prompt, resource, completed_resource };

    /// A resource that a session watches, or has asked to.
    struct watched_resource {
        std::string source; ///< its server; empty: that has not said yes yet
        std::uint64_t request = 0;
    };

    task<outcome> route(client_request& request, reply_sink& sink);
    task<outcome> answer_at_once(const client_request& request);
    static task<outcome> refuse_method(std::string_view name);
    task<outcome> initialize(client_request& request);
    task<outcome> discover(const client_request& request);
    task<outcome> list(const client_request& request);
    task<outcome> call_tool(client_request& request, reply_sink& sink);
    task<outcome> get_prompt(client_request& request, reply_sink& sink);
    task<outcome> read_resource(client_request& request, reply_sink& sink);
    task<outcome> complete(client_request& request, reply_sink& sink);
    [[nodiscard]] bool offers_completions(const client_request& request) const;
    task<outcome> subscribe(client_request& request);
    task<> unsubscribe(std::shared_ptr<client_session> session, std::string uri);
    watched_resource* find_watch(const client_session& session, std::string_view uri);
    task<outcome> listen(const client_request& request, reply_sink& sink);
    [[nodiscard]] static const catalog_target* find_entry(const catalog& in, entry what,
                                                          std::string_view name);
    std::vector<upstream*> possible_sources(const client_request& request, entry what,
                                            std::string_view name);
    [[nodiscard]] upstream* source_by_prefix(const client_request& request, entry what,
                                             std::string_view name) const;
    [[nodiscard]] std::string missing_servers(const client_request& request) const;
    const std::string* link_source(const client_request& request, std::string_view uri);
    task<upstream*> source_of(const client_request& request, std::string uri);
    task<> unwatch(std::map<std::string, std::string, std::less<>> watched);
    outcome set_level(const client_request& request);
    void note_links(const client_request& request, std::string_view source,
                    const message_text& result_json);
    result<forwarder::order> order_for(const client_request& request, std::string_view name,
                                       const catalog* shown);
    std::optional<result<forwarder::order>> order_at_once(const client_request& request,
                                                          std::shared_ptr<const catalog>& shown);
    outcome outcome_of(const client_request& request, const forwarder::order& order,
                       result<forwarded_answer>&& answer);
    static client_reply stopping_reply(const client_request& request);
    client_reply reply_of(const client_request& request, outcome answered);
    task<outcome> forward(forwarder::order order, const client_request& request, reply_sink& sink);

    [[nodiscard]] std::string_view sole_child() const;
    [[nodiscard]] std::shared_ptr<const catalog> shown_to(const client_request& request) const;
    [[nodiscard]] bool is_told(const client_request& request) const;
    task<shown_catalog> catalog_with(const client_request& request, entry what, std::string name);
    task<> refresh_lists(const client_request& request, std::chrono::milliseconds patience);
    task<> wait_for_lists(const client_request& request);
    [[nodiscard]] cache_hints discover_hints(const client_request& request) const;
    task<result<std::string>> capabilities_for(const client_request& request);
    [[nodiscard]] std::string instructions_for(const client_request& request) const;
    [[nodiscard]] std::string server_info_for(const client_request& request) const;
    [[nodiscard]] bool shows_own(const client_request& request) const;
    [[nodiscard]] bool shows_children(const client_request& request) const;

    void on_catalog_changed() override;
    void report_changes(const catalog& before, const catalog& now, std::string_view scope);
    void on_upstream_notification(upstream& source, std::string_view line,
                                  const envelope& message) override;
    std::shared_ptr<call_observer> client_with(std::string_view key, revision server) override;

    gateway_options options_;
    registry& upstreams_;
    logger& log_;
    token_sealer sealer_;
    request_states states_;
    parked_calls parked_;
    forwarder forwarder_;
    gateway_tools tools_;
    list_pages lists_;
    link_memory links_;
    subscriptions subscriptions_;
    task_routes client_tasks_;
    std::shared_ptr<const catalog> last_catalog_;
    std::map<std::string, std::shared_ptr<const catalog>, std::less<>> last_single_; ///< by child
    using session_watch = std::map<std::string, watched_resource, std::less<>>;
    std::map<std::string, session_watch, std::less<>> session_watches_; ///< by session
    std::uint64_t watches_made_ = 0;
    task_group tasks_;
    bool is_stopping_ = false;
};

/// {"name":"mcp-gateway",…}: how the gateway introduces itself to clients.
std::string gateway_server_info();

} // namespace mcpgw
