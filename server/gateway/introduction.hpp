// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/catalog/cache_hints.hpp"
#include "server/catalog/catalog_view.hpp"
#include "server/changes/subscriptions.hpp"
#include "server/gateway/gateway_options.hpp"
#include "transports/session/request_handler.hpp"

#include <string>

namespace mcpgw {

/// How the gateway introduces itself: `initialize` of legacy clients and `server/discover` of
/// modern ones, in both capabilities, instructions and a name. At the endpoint of one server, the
/// gateway looks like that server. Owned by the gateway.
class introduction {
public:
    using outcome = result<message_text>; ///< raw result JSON of the client's era, or why not

    introduction(const gateway_options& options, const registry& upstreams,
                 const catalog_view& view, subscriptions& listeners)
        : options_(options), upstreams_(upstreams), view_(view), listeners_(listeners) {}

    /// Agrees on a revision with the session, which hears of changes from then on.
    task<outcome> initialize(client_request& request);
    task<outcome> discover(const client_request& request);
    /// Raw object: who answers at the endpoint of the request.
    [[nodiscard]] std::string server_info(const client_request& request) const;

private:
    task<result<std::string>> capabilities_for(const client_request& request);
    [[nodiscard]] std::string instructions_for(const client_request& request) const;
    [[nodiscard]] cache_hints discover_hints(const client_request& request) const;

    const gateway_options& options_;
    const registry& upstreams_;
    const catalog_view& view_;
    subscriptions& listeners_;
};

} // namespace mcpgw
