// SPDX-License-Identifier: Apache-2.0
#include "server/catalog/catalog_lookup.hpp"

#include "protocol/catalog/public_names.hpp"
#include "transports/session/endpoint_scope.hpp"

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

/// For a name that may belong to any of the servers that have not told their names yet; from when
/// somebody first wanted to know.
constexpr std::chrono::seconds name_wait{20};
/// For lists that may have changed without notice: one that is a little old is better than none.
constexpr std::chrono::milliseconds refresh_wait{500};

} // namespace

upstream_ref catalog_lookup::untold_by_prefix(const client_request& request, entry_kind what,
                                              std::string_view name) const {
    const bool has_prefixes = what == entry_kind::tool || what == entry_kind::prompt;
    if (!has_prefixes || is_server_scope(request.scope)) return nullptr;
    const bool is_view = is_view_scope(request.scope);
    const auto of_view = is_view ? view_.naming(request) : naming_options{};
    const auto& naming = is_view ? of_view : upstreams_.catalogs().naming();
    if (naming.prefix == prefix_policy::never) return nullptr;
    upstream_ref found;
    std::size_t longest = 0; // "a" and "a__b" may both be servers
    for (const auto& c : upstreams_.children()) {
        const auto prefix = public_prefix(c->name(), naming);
        if (!name.starts_with(prefix) || prefix.size() <= longest) continue;
        if (is_view && !view_.has_server(request.scope, *c)) continue;
        found = upstream_ref{c.get()};
        longest = prefix.size();
    }
    if (found == nullptr) return nullptr;
    return found->lists().capabilities.empty() || found->offer().is_recalled() ? found : nullptr;
}

/// The servers that may still turn out to have what is not in the catalog.
std::vector<upstream_ref> catalog_lookup::possible_sources(const client_request& request,
                                                           entry_kind what, std::string_view name) {
    if (!is_server_scope(request.scope)) {
        const bool is_view = is_view_scope(request.scope);
        const auto prefix =
            is_view ? view_.naming(request).prefix : upstreams_.catalogs().naming().prefix;
        const bool is_certain = prefix == prefix_policy::always &&
                                (what == entry_kind::tool || what == entry_kind::prompt);
        // One that a link leads to is not asked for in vain.
        const bool has_link = what == entry_kind::resource && link_source(request, name) != nullptr;
        return is_certain || has_link ? std::vector<upstream_ref>{} : untold(request);
    }
    // The endpoint's own server may have resources that it does not list.
    const auto only = upstreams_.find(request.scope);
    const bool waits =
        only != nullptr && only->view().is_worth_listing() && what != entry_kind::resource;
    return waits ? std::vector<upstream_ref>{only} : std::vector<upstream_ref>{};
}

/// Of those that the endpoint shows, the servers that have not told what they offer.
std::vector<upstream_ref> catalog_lookup::untold(const client_request& request) const {
    auto all = upstreams_.untold();
    if (!request.scope.empty())
        std::erase_if(all,
                      [&](const upstream_ref& c) { return !view_.has_server(request.scope, *c); });
    return all;
}

task<catalog_lookup::shown_catalog>
catalog_lookup::catalog_with(const client_request& request, entry_kind what, std::string name) {
    auto shown = view_.shown_to(request);
    if (!shown || view_.find(request, *shown, what, name) != nullptr) co_return shown;
    if (const auto source = untold_by_prefix(request, what, name)) {
        const auto deadline = clock_type::now() + source->options().start_wait();
        const auto started = co_await source->life().ensure_running(deadline, *request.abort);
        shown = view_.shown_to(request);
        if (!shown) co_return shown; // the view has gone meanwhile
        if (view_.find(request, *shown, what, name) != nullptr) co_return shown;
        if (started.has_error()) co_return started.error();
    }
    for (bool is_waiting = true;
         is_waiting && shown && view_.find(request, *shown, what, name) == nullptr;) {
        auto sources = possible_sources(request, what, name);
        is_waiting =
            co_await upstreams_.wait_for_one(std::move(sources), name_wait, *request.abort);
        shown = view_.shown_to(request);
    }
    if (shown && view_.find(request, *shown, what, name) ==
                     nullptr) { // it may be in a list that could not be read
        co_await refresh_lists(request, refresh_wait);
        shown = view_.shown_to(request);
    }
    if (request.abort->reason()) co_return *request.abort->reason();
    co_return shown;
}

/// What servers gave for a time that is over is asked for again, as their own clients would.
task<> catalog_lookup::refresh_lists(const client_request& request,
                                     std::chrono::milliseconds patience) {
    const auto now = clock_type::now();
    auto& abort = *request.abort;
    if (!is_server_scope(request.scope)) {
        co_await upstreams_.refresh_stale(now, patience, abort);
    } else if (const auto only = upstreams_.find(request.scope)) {
        co_await only->pools().refresh_stale(now, patience, abort);
    }
}

task<> catalog_lookup::wait_for_lists(const client_request& request) {
    const auto refresh = std::min<std::chrono::milliseconds>(refresh_wait, list_wait_);
    auto& abort = *request.abort;
    co_await refresh_lists(request, refresh);
    if (request.scope.empty()) {
        if (!upstreams_.untold().empty()) co_await upstreams_.ensure_listed(list_wait_, abort);
        co_return;
    }
    for (bool is_waiting = true; is_waiting;) {
        auto left = untold(request);
        is_waiting = co_await upstreams_.wait_for_one(std::move(left), list_wait_, abort);
    }
}

const std::string* catalog_lookup::link_source(const client_request& request,
                                               std::string_view uri) {
    const auto* const source = links_.find(resource_link_index::client_of(request), uri);
    return source != nullptr && upstreams_.find(*source) != nullptr ? source : nullptr;
}

task<upstream_ref> catalog_lookup::source_of(const client_request& request, std::string uri) {
    const auto shown = co_await catalog_with(request, entry_kind::resource, uri);
    if (shown.has_error()) co_return nullptr;
    const auto* const target =
        *shown ? view_.find(request, **shown, entry_kind::resource, uri) : nullptr;
    if (target != nullptr) co_return upstreams_.find(target->upstream);
    const auto* const source = unlisted_source(request, uri);
    co_return source == nullptr ? nullptr : upstreams_.find(*source);
}

const std::string* catalog_lookup::unlisted_source(const client_request& request,
                                                   std::string_view uri) {
    const auto* const source =
        is_server_scope(request.scope) ? &request.scope : link_source(request, uri);
    if (source == nullptr) return nullptr;
    return view_.admits_unlisted(request.scope, *source, uri, false) ? source : nullptr;
}

void catalog_lookup::note_links(const client_request& request, std::string_view source,
                                const message_text& result_json) {
    if (!resource_link_index::may_have_links(result_json)) return;
    links_.note_result(resource_link_index::client_of(request), std::string{source},
                       result_json.str());
}

} // namespace mcpgw
