// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/registry.hpp"
#include "protocol/catalog/catalog.hpp"
#include "server/catalog/exposure.hpp"
#include "transports/session/request_handler.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace mcpgw {

/// What a name in a request is one of.
enum class entry_kind : unsigned char { tool, prompt, resource, completed_resource };

/// Null: there is none. A completed resource is a template or a resource.
const catalog_target* find_entry(const catalog& in, entry_kind what, std::string_view name);

/// What one request is shown of the gateway and its servers, as of now: by what is exposed, and by
/// the endpoint at which it came. Never waits. Owned by the gateway.
class catalog_view {
public:
    catalog_view(exposure expose, const registry& upstreams)
        : expose_(expose), upstreams_(upstreams) {}

    /// The gateway's own tools and resources.
    [[nodiscard]] bool shows_own(const client_request& request) const {
        return request.scope.empty() && expose_ != exposure::all;
    }
    /// What servers offer, under names of its own.
    [[nodiscard]] bool shows_servers(const client_request& request) const {
        return !request.scope.empty() || expose_ != exposure::gateway;
    }
    /// The server behind which the gateway is not to be seen: the only one, all of which is shown
    /// under its own names. Empty: there is none.
    [[nodiscard]] std::string_view sole_server() const;

    /// What this client may see of the servers now; null: nothing.
    [[nodiscard]] std::shared_ptr<const catalog> shown_to(const client_request& request) const;
    /// Each server that this client may see has told what it offers, now or in another life. What
    /// does not stand in the catalog then is not there.
    [[nodiscard]] bool is_told(const client_request& request) const;
    /// A raw object: each server that has not told what it offers, with its state. Empty: all have.
    [[nodiscard]] std::string missing_servers(const client_request& request) const;

private:
    exposure expose_;
    const registry& upstreams_;
};

} // namespace mcpgw
