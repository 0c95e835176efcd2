// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/registry.hpp"
#include "transports/async/async_event.hpp"
#include "transports/session/request_handler.hpp"

#include <functional>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// The clients that want to hear of changes: legacy sessions (all list changes, and the resources
/// that they subscribed to) and modern `subscriptions/listen` streams (what they asked for). Owned
/// by the gateway.
class subscriptions {
public:
    enum class list_kind : unsigned char { tools, prompts, resources };

    using uri_set = std::set<std::string, std::less<>>;

    explicit subscriptions(executor ex) : executor_(ex) {}

    void add(std::shared_ptr<client_session> session);
    /// All legacy sessions that are open.
    [[nodiscard]] const std::set<std::shared_ptr<client_session>>& sessions() const {
        return sessions_;
    }
    /// The session has ended: nothing more goes to it, and its listen streams end.
    void remove(const client_session& session);

    /// Serves one subscriptions/listen until the client ends it or stop(): acknowledges, then
    /// passes on what matches (2026-07-28, basic/patterns/subscriptions). Returns its final result.
    /// What is honoured beside the list changes.
    struct wishes {
        uri_set uris;                       ///< of the resources whose servers tell of changes
        uri_set tasks;                      ///< ids of tasks
        std::function<void()> on_listening; ///< called when the stream is open; may be empty
    };
    task<std::string> listen(const client_request& request, reply_sink& sink, wishes honoured);

    /// Scopes of views at whose endpoints somebody wants to hear of changes.
    [[nodiscard]] std::set<std::string> scopes_of_views() const;
    /// `scope`: of the endpoint whose list changed (transports/session/endpoint_scope).
    void on_list_changed(list_kind kind, std::string_view scope);
    /// notifications/resources/updated of an upstream, to those who subscribed to `uri`.
    /// or to something that contains it (2026-07-28, server/resources, "Subscriptions"), at
    /// endpoints of which `is_shown` says that they show it.
    void on_resource_updated(std::string_view uri,
                             const std::function<bool(std::string_view scope)>& is_shown);
    [[nodiscard]] bool has_task_listener(std::string_view id) const;
    /// `task_json`: the whole task, as tasks/get would show it now (SEP-2663, "Task Status
    /// Notifications").
    void on_task_changed(std::string_view id, std::string_view task_json);
    /// Listen streams end in good order.
    void stop();
    [[nodiscard]] bool is_stopping() const { return is_stopping_; }

private:
    struct listener {
        reply_sink* sink = nullptr;
        const client_session* session = nullptr; ///< of a stdio connection; else null
        std::string id;    ///< raw id of the listen request: the subscription's id
        std::string scope; ///< child that its endpoint shows; empty: the gateway
        bool tools = false, prompts = false, resources = false;
        uri_set uris;
        uri_set tasks;
        async_event* wake = nullptr;
        bool has_ended = false;
    };
    static void send(const listener& to, std::string_view method, std::string_view members);

    executor executor_;
    std::set<std::shared_ptr<client_session>> sessions_;
    std::list<listener> listeners_;
    bool is_stopping_ = false;
};

} // namespace mcpgw
