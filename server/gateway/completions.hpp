// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/catalog/catalog_lookup.hpp"
#include "server/stages/forwarder.hpp"
#include "transports/session/request_handler.hpp"

namespace mcpgw {

/// completion/complete: suggestions for arguments, by the server that has the prompt or the
/// resource template. One that does not complete has none. Owned by the gateway.
class completions {
public:
    using outcome = result<message_text>; ///< raw result JSON of the client's era, or why not

    completions(const registry& upstreams, const catalog_view& view, catalog_lookup& lookup,
                forwarder& calls)
        : upstreams_(upstreams), view_(view), lookup_(lookup), forwarder_(calls) {}

    /// `request` and `sink` must live until then.
    task<outcome> complete(const client_request& request, reply_sink& sink);

private:
    [[nodiscard]] bool are_offered(const client_request& request) const;

    const registry& upstreams_;
    const catalog_view& view_;
    catalog_lookup& lookup_;
    forwarder& forwarder_;
};

} // namespace mcpgw
