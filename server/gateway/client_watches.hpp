// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/catalog/catalog_lookup.hpp"
#include "server/changes/subscriptions.hpp"
#include "transports/async/task_group.hpp"
#include "transports/log.hpp"
#include "transports/session/request_handler.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace mcpgw {

/// Which resources clients watch, and that the servers of these resources are asked to tell of
/// changes: resources/subscribe of legacy sessions, subscriptions/listen of modern clients. What
/// servers tell then goes out through `subscriptions`. Owned by the gateway.
class client_watches {
public:
    using outcome = result<message_text>; ///< raw result JSON of the client's era, or why not

    static constexpr std::size_t watched_by_one_max = 1'000;   ///< of a session or listen stream
    static constexpr std::size_t sessions_ending_max = 10'000; ///< whose watches are being ended

    client_watches(const registry& upstreams, catalog_lookup& lookup, subscriptions& listeners,
                   logger& log);

    /// resources/subscribe and resources/unsubscribe.
    task<outcome> subscribe(const client_request& request);
    /// subscriptions/listen until the client ends it. `honoured`: what beside resources.
    task<outcome> listen(const client_request& request, reply_sink& sink,
                         subscriptions::wishes honoured);
    /// The session has ended; its servers are told in the background.
    void forget(const client_session& session);
    /// Waits for what goes on in the background. Before the upstreams are closed.
    task<> close() { return ending_.wait_all(); }

private:
    /// A resource that a session watches, or has asked to.
    struct watched_resource {
        server_identity source; ///< its server; no name: that has not said yes yet
        std::uint64_t request = 0;
    };
    using session_watch = std::map<std::string, watched_resource, std::less<>>; ///< by URI
    using sources_by_uri = std::map<std::string, server_identity, std::less<>>;

    task<> unsubscribe(std::shared_ptr<client_session> session, std::string uri);
    watched_resource* find(const client_session& session, std::string_view uri);
    bool has_lost(const client_session& session, std::string_view uri);
    task<> unwatch(sources_by_uri watched);

    const registry& upstreams_;
    catalog_lookup& lookup_;
    subscriptions& listeners_;
    std::map<std::string, session_watch, std::less<>> by_session_; ///< by id
    std::uint64_t watches_made_ = 0;
    task_group ending_;
};

} // namespace mcpgw
