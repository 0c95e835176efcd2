// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/catalog/catalog_view.hpp"
#include "server/catalog/resource_link_index.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// Where names lead, and lists, while not every server has told what it offers. Waits only for
/// servers that are meant (docs/resilience.md, "Servers that are slow to start"), for no longer
/// than their start may take or `list_wait`, and never after the client has left. Owned by the
/// gateway.
///
/// Each `request` must live until the coroutine that was given it has ended.
class catalog_lookup {
public:
    using shown_catalog = result<std::shared_ptr<const catalog>>;

    catalog_lookup(const catalog_view& view, registry& upstreams,
                   std::chrono::milliseconds list_wait)
        : view_(view), upstreams_(upstreams), list_wait_(list_wait) {}
    void set_list_wait(std::chrono::milliseconds list_wait) { list_wait_ = list_wait; }

    /// The catalog in which `name` stands, if it stands anywhere: servers are waited for only where
    /// the name may be theirs. Null: the client sees nothing of any server. Errors: of the start of
    /// the server that the name leads to.
    task<shown_catalog> catalog_with(const client_request& request, entry_kind what,
                                     std::string name);
    /// Until the lists are as whole as they get in that time. Servers that have never told what
    /// they offer are started.
    task<> wait_for_lists(const client_request& request);
    /// The server whose prefix the name has, if only it can say whether the name is one of its own:
    /// it has not told, or what it told is of another life. Null: there is none.
    [[nodiscard]] upstream_ref untold_by_prefix(const client_request& request, entry_kind what,
                                                std::string_view name) const;

    /// The server that a resource belongs to, for this client; null: none is known.
    task<upstream_ref> source_of(const client_request& request, std::string uri);
    /// The server that a resource belongs to that no list names: that of the endpoint, or that
    /// from which this client has a link to it. Valid until the next change; null: none.
    const std::string* unlisted_source(const client_request& request, std::string_view uri);
    /// The server from which this client has a link to the resource, valid until the next change;
    /// null: none.
    const std::string* link_source(const client_request& request, std::string_view uri);
    /// Takes down the links in a result of tools/call or prompts/get, for link_source().
    void note_links(const client_request& request, std::string_view source,
                    const message_text& result_json);
    /// The session has ended: its links lead nowhere.
    void forget(const client_session& session) {
        links_.forget(resource_link_index::client_of(session));
    }

private:
    task<> refresh_lists(const client_request& request, std::chrono::milliseconds patience);
    [[nodiscard]] std::vector<upstream_ref> untold(const client_request& request) const;
    std::vector<upstream_ref> possible_sources(const client_request& request, entry_kind what,
                                               std::string_view name);

    const catalog_view& view_;
    registry& upstreams_;
    std::chrono::milliseconds list_wait_;
    resource_link_index links_;
};

} // namespace mcpgw
