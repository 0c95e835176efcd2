// SPDX-License-Identifier: Apache-2.0
#include "server/catalog/catalog_view.hpp"

#include "protocol/json/json_text.hpp"
#include "transports/session/endpoint_scope.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

const catalog_target* find_entry(const catalog& in, entry_kind what, std::string_view name) {
    switch (what) {
    case entry_kind::tool:
        return in.find_tool(name);
    case entry_kind::prompt:
        return in.find_prompt(name);
    case entry_kind::resource:
        return in.find_resource(name);
    case entry_kind::completed_resource:
        break;
    }
    const auto* const found = in.find_template(name);
    return found != nullptr ? found : in.find_resource(name);
}

void catalog_view::set_exposure(exposure expose, std::vector<std::string> pinned) {
    expose_ = expose;
    pinned_ = std::move(pinned);
    listings_.clear();
}

std::string_view catalog_view::sole_server() const {
    const bool is_unseen =
        expose_ == exposure::all && upstreams_.catalogs().naming().prefix == prefix_policy::never;
    const auto& all = upstreams_.children();
    return is_unseen && all.size() == 1 ? std::string_view{all.front()->name()}
                                        : std::string_view{};
}

std::shared_ptr<const view> catalog_view::view_of(const client_request& request) const {
    return is_view_scope(request.scope) ? views_.find(request.scope) : nullptr;
}

bool catalog_view::shows_own_at(std::string_view scope) const {
    if (!is_view_scope(scope)) return false;
    const auto shown = views_.find(scope);
    return shown && shown->shows_own();
}

bool catalog_view::finds_tools_at(std::string_view scope) const {
    if (!is_view_scope(scope)) return false;
    const auto shown = views_.find(scope);
    return shown && shown->finds_tools();
}

bool catalog_view::shows_servers_at(std::string_view scope) const {
    if (!is_view_scope(scope)) return true;
    const auto shown = views_.find(scope);
    return shown && shown->shows_lists();
}

bool catalog_view::has_server(std::string_view scope, const upstream& server) const {
    if (scope.empty()) return true;
    if (!is_view_scope(scope)) return scope == server.name();
    const auto shown = views_.find(scope);
    return shown && shown->has_server(server.options());
}

bool catalog_view::admits(const client_request& request, const upstream& server, list_kind kind,
                          const list_item& item) const {
    const auto shown = view_of(request);
    return !shown || shown->admits(server.name(), kind, item);
}

bool catalog_view::admits_unlisted(std::string_view scope, std::string_view server,
                                   std::string_view uri, bool has_template) const {
    const auto source = upstreams_.find(server);
    if (source == nullptr || !has_server(scope, *source)) return false;
    const auto& hidden = source->lists().hidden_uris;
    if (std::ranges::find(hidden, uri) != hidden.end()) return false;
    const auto shown = is_view_scope(scope) ? views_.find(scope) : nullptr;
    return !shown || shown->admits_unlisted(uri, has_template);
}

bool catalog_view::shows_resource(std::string_view view_scope, std::string_view server,
                                  std::string_view uri) const {
    const auto lists = views_.catalog_of(view_scope);
    const auto* const found = lists ? lists->find_resource(uri) : nullptr;
    if (found != nullptr && found->upstream == server)
        return lists->find_listed_resource(uri) != nullptr ||
               admits_unlisted(view_scope, server, uri, true);
    return admits_unlisted(view_scope, server, uri, false);
}

naming_options catalog_view::naming(const client_request& request) const {
    const auto shown = view_of(request);
    return shown ? views_.naming_of(*shown) : upstreams_.catalogs().naming();
}

const catalog_target* catalog_view::find(const client_request& request, const catalog& in,
                                         entry_kind what, std::string_view name) const {
    const auto* const found = find_entry(in, what, name);
    const bool is_of_template = found != nullptr && what == entry_kind::resource &&
                                is_view_scope(request.scope) &&
                                in.find_listed_resource(name) == nullptr;
    const bool is_shown =
        !is_of_template || admits_unlisted(request.scope, found->upstream, name, true);
    return is_shown ? found : nullptr;
}

std::shared_ptr<const catalog> catalog_view::shown_to(const client_request& request) const {
    if (!shows_servers(request)) return nullptr;
    if (request.scope.empty()) return upstreams_.catalogs().merged();
    return is_view_scope(request.scope) ? views_.catalog_of(request.scope)
                                        : upstreams_.catalogs().only(request.scope);
}

std::shared_ptr<const catalog>
catalog_view::pinned_of(std::string_view scope, const std::shared_ptr<const catalog>& all,
                        const std::vector<std::string>& pinned) const {
    auto found = listings_.find(scope);
    if (found == listings_.end()) {
        constexpr std::size_t listings_max = 16; // made again where there are more endpoints
        if (listings_.size() >= listings_max) listings_.clear();
        found = listings_.emplace(scope, listing{}).first;
    }
    auto& [from, listed] = found->second;
    if (from == all) return listed;
    const auto& separator = upstreams_.catalogs().naming().separator;
    from = all;
    listed = all->with_tools([&](const catalog_entry& entry) {
        auto name = entry.target.upstream + separator;
        if (entry.key.starts_with(name))
            name = entry.key;
        else
            name += entry.key;
        return fits_patterns(name, pinned);
    });
    return listed;
}

std::shared_ptr<const catalog> catalog_view::listed_at(std::string_view scope) const {
    client_request request;
    request.scope = scope;
    auto all = shown_to(request);
    if (!all || !finds_tools(request)) return all;
    const auto shown = view_of(request);
    const auto& pinned = shown && shown->options().pinned ? *shown->options().pinned : pinned_;
    return pinned_of(scope, all, pinned);
}

bool catalog_view::is_told(const client_request& request) const {
    if (request.scope.empty()) return upstreams_.untold().empty();
    if (is_view_scope(request.scope))
        return std::ranges::none_of(upstreams_.children(), [&](const auto& c) {
            return c->view().is_worth_listing() && has_server(request.scope, *c);
        });
    const auto only = upstreams_.find(request.scope);
    return only == nullptr || !only->lists().capabilities.empty();
}

std::string catalog_view::missing_servers(const client_request& request) const {
    std::string members;
    for (const auto& c : upstreams_.children()) {
        if (!c->lists().capabilities.empty() || !has_server(request.scope, *c)) continue;
        members += fmt::format(R"({}{}:"{}")", members.empty() ? "" : ",", quote_json(c->name()),
                               to_string(c->state()));
    }
    return members.empty() ? members : "{" + members + "}";
}

} // namespace mcpgw
