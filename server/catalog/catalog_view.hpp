// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/registry.hpp"
#include "protocol/catalog/catalog.hpp"
#include "server/catalog/exposure.hpp"
#include "server/catalog/views.hpp"
#include "transports/session/request_handler.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What a name in a request is one of.
enum class entry_kind : unsigned char { tool, prompt, resource, completed_resource };

/// Null: there is none. A completed resource is a template or a resource.
const catalog_target* find_entry(const catalog& in, entry_kind what, std::string_view name);

/// What one request is shown of the gateway and its servers, as of now: by what is exposed, and by
/// the endpoint at which it came. Whatever names something asks here, so that what is not shown is
/// not there. Never waits. Owned by the gateway.
class catalog_view {
public:
    catalog_view(exposure expose, const registry& upstreams, const views& faces)
        : expose_(expose), upstreams_(upstreams), views_(faces) {}

    /// `pinned`: tools that are listed all the same where tools are found.
    void set_exposure(exposure expose, std::vector<std::string> pinned);
    /// The gateway's own tools and resources.
    [[nodiscard]] bool shows_own(const client_request& request) const {
        return request.scope.empty() ? shows_own_tools(expose_) : shows_own_at(request.scope);
    }
    /// Tools are found by those of the search, and few are listed.
    [[nodiscard]] bool finds_tools(const client_request& request) const {
        return request.scope.empty() ? expose_ == exposure::search : finds_tools_at(request.scope);
    }
    /// What servers offer, under names of its own.
    [[nodiscard]] bool shows_servers(const client_request& request) const {
        return request.scope.empty() ? expose_ != exposure::gateway
                                     : shows_servers_at(request.scope);
    }
    /// The server behind which the gateway is not to be seen: the only one, all of which is shown
    /// under its own names. Empty: there is none.
    [[nodiscard]] std::string_view sole_server() const;
    /// The view at whose endpoint the request came; null: at another one.
    [[nodiscard]] std::shared_ptr<const view> view_of(const client_request& request) const;

    /// The server is one of those that the endpoint shows, or that its own tools reach.
    [[nodiscard]] bool has_server(std::string_view scope, const upstream& server) const;
    /// An entry in the lists of a server that is shown; also one that it may come to have.
    [[nodiscard]] bool admits(const client_request& request, const upstream& server, list_kind kind,
                              const list_item& item) const;
    /// A URI that no list names: of a template, or of a link. `server`: whose it would be.
    [[nodiscard]] bool admits_unlisted(std::string_view scope, std::string_view server,
                                       std::string_view uri, bool has_template) const;
    /// A resource of that server at the endpoint of a view: listed, of a template, or neither.
    [[nodiscard]] bool shows_resource(std::string_view view_scope, std::string_view server,
                                      std::string_view uri) const;
    /// How the names were made that this client sees.
    [[nodiscard]] naming_options naming(const client_request& request) const;

    /// Where a resource leads; null: it stands in no list, and no template of theirs fits.
    [[nodiscard]] const catalog_target* find(const client_request& request, const catalog& in,
                                             entry_kind what, std::string_view name) const;
    /// What this client may see of the servers now; null: nothing.
    [[nodiscard]] std::shared_ptr<const catalog> shown_to(const client_request& request) const;
    /// What of it the lists at an endpoint have: where tools are found, the pinned ones.
    [[nodiscard]] std::shared_ptr<const catalog> listed_at(std::string_view scope) const;
    /// Each server that this client may see has told what it offers, now or in another life. What
    /// does not stand in the catalog then is not there.
    [[nodiscard]] bool is_told(const client_request& request) const;
    /// A raw object: each server that has not told what it offers, with its state. Empty: all have.
    [[nodiscard]] std::string missing_servers(const client_request& request) const;

private:
    [[nodiscard]] bool shows_own_at(std::string_view scope) const;
    [[nodiscard]] bool shows_servers_at(std::string_view scope) const;
    [[nodiscard]] bool finds_tools_at(std::string_view scope) const;

    /// What is listed of a catalog where tools are found.
    struct listing {
        std::shared_ptr<const catalog> all, listed;
    };
    [[nodiscard]] std::shared_ptr<const catalog>
    pinned_of(std::string_view scope, const std::shared_ptr<const catalog>& all,
              const std::vector<std::string>& pinned) const;

    exposure expose_;
    std::vector<std::string> pinned_;
    const registry& upstreams_;
    const views& views_;
    mutable std::map<std::string, listing, std::less<>> listings_; ///< by scope
};

} // namespace mcpgw
