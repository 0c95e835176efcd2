// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/change_reporter.hpp"

#include "protocol/json/json_text.hpp"
#include "server/calls/session_voice.hpp"
#include "server/calls/sharing_key.hpp"
#include "transports/session/endpoint_scope.hpp"

#include <utility>

namespace mcpgw {

change_reporter::change_reporter(exposure expose, registry& upstreams, const catalog_view& view,
                                 const views& faces, subscriptions& listeners, logger& log)
    : expose_(expose)
    , upstreams_(upstreams)
    , view_(view)
    , views_(faces)
    , listeners_(listeners)
    , log_(log)
    , last_merged_(prints_of(*upstreams.catalogs().merged())) {
    upstreams_.set_listener(this);
}

change_reporter::~change_reporter() {
    upstreams_.set_listener(nullptr);
}

std::shared_ptr<call_observer> change_reporter::client_with(std::string_view key, revision server) {
    for (const auto& session : listeners_.sessions())
        if (sharing_key(*session) == key) return session_voice::of(session, server);
    return nullptr;
}

change_reporter::prints change_reporter::prints_of(const catalog& lists) {
    constexpr std::uint64_t factor = 31;
    return {lists.fingerprint(list_kind::tools), lists.fingerprint(list_kind::prompts),
            lists.fingerprint(list_kind::resources) * factor +
                lists.fingerprint(list_kind::templates)};
}

void change_reporter::report(const prints& before, const prints& now, std::string_view scope) {
    using kind = subscriptions::list_kind;
    constexpr std::array kinds{kind::tools, kind::prompts, kind::resources};
    for (std::size_t i = 0; i < kinds.size(); ++i)
        if (before[i] != now[i]) listeners_.on_list_changed(kinds[i], scope);
}

void change_reporter::set_exposure(exposure expose) {
    if (std::exchange(expose_, expose) == expose) return;
    using kind = subscriptions::list_kind;
    for (const auto changed : {kind::tools, kind::prompts, kind::resources})
        listeners_.on_list_changed(changed, {});
}

void change_reporter::on_own_tools_changed() {
    listeners_.on_list_changed(subscriptions::list_kind::tools, {});
    for (const auto& scope : listeners_.scopes_of_views())
        listeners_.on_list_changed(subscriptions::list_kind::tools, scope);
}

void change_reporter::on_catalog_changed() {
    const auto listed = view_.listed_at({});
    const auto merged = listed ? prints_of(*listed) : prints_of(*upstreams_.catalogs().merged());
    const auto before = std::exchange(last_merged_, merged);
    // The gateway's own lists never change.
    if (expose_ != exposure::gateway) report(before, merged, {});
    const auto nothing = prints_of({});
    for (const auto& c : upstreams_.children()) {
        auto now = upstreams_.catalogs().only(c->name());
        auto& known = last_single_[c->name()];
        if (known.of == now) continue;
        const auto last = std::exchange(known.seen, prints_of(*now));
        known.of = std::move(now);
        report(last, known.seen, c->name());
    }
    if (last_single_.size() != upstreams_.children().size()) // some were removed
        std::erase_if(last_single_, [&](const auto& one) {
            const bool is_gone = !upstreams_.catalogs().only(one.first);
            if (is_gone) report(one.second.seen, nothing, one.first);
            return is_gone;
        });
    on_views_changed();
}

void change_reporter::on_views_changed() {
    // Of a view that is gone nothing is left to be listed.
    const auto now_at = [this](const std::string& scope) {
        const auto shown = views_.find(scope);
        const auto lists = shown && shown->shows_lists() ? view_.listed_at(scope) : nullptr;
        return lists ? prints_of(*lists) : prints_of({});
    };
    const auto scopes = listeners_.scopes_of_views();
    std::erase_if(last_views_, [&scopes](const auto& one) { return !scopes.contains(one.first); });
    for (const auto& scope : scopes) {
        const auto now = now_at(scope);
        const auto [known, is_new] = last_views_.emplace(scope, now);
        const auto before = std::exchange(known->second, now);
        if (!is_new) report(before, now, scope);
    }
}

void change_reporter::follow(std::string_view scope) {
    if (!is_view_scope(scope) || last_views_.contains(scope)) return;
    const auto shown = views_.find(scope);
    const auto lists = shown && shown->shows_lists() ? view_.listed_at(scope) : nullptr;
    last_views_.emplace(scope, lists ? prints_of(*lists) : prints_of({}));
}

void change_reporter::on_upstream_notification(upstream& source, std::string_view line,
                                               const envelope& message) {
    const auto name = message.method.of(line);
    if (name == notification::resource_updated) {
        if (const auto uri = unquote_json(message.in_params.uri.of(line)))
            listeners_.on_resource_updated(*uri, [&](std::string_view scope) {
                return scope.empty() || scope == source.name() ||
                       (is_view_scope(scope) && view_.shows_resource(scope, source.name(), *uri));
            });
        return;
    }
    log_.debug("server '{}' sent {}, which goes to no client", source.name(), name);
}

} // namespace mcpgw
