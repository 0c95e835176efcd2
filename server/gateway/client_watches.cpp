// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/client_watches.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

client_watches::client_watches(const registry& upstreams, catalog_lookup& lookup,
                               subscriptions& listeners, logger& log)
    : upstreams_(upstreams)
    , lookup_(lookup)
    , listeners_(listeners)
    , ending_(upstreams.get_executor(), sessions_ending_max) {
    ending_.on_exception = [&log](const std::string& what) {
        log.error("unexpected exception in the work for clients: {}", what);
    };
}

task<client_watches::outcome> client_watches::subscribe(const client_request& request) {
    auto uri = unquote_json(request.message.in_params.uri.of(request.text));
    if (!uri)
        co_return fault{errc::invalid_params,
                        fmt::format("{} needs params.uri (a string)", request.method())};
    if (request.method() == method::resources_unsubscribe) {
        co_await unsubscribe(request.session, std::move(*uri));
        co_return std::string{"{}"};
    }
    const auto session = request.session;
    const bool is_new = session->subscriptions.insert(*uri).second;
    if (!is_new && !has_lost(*session, *uri)) co_return std::string{"{}"};
    if (session->subscriptions.size() > watched_by_one_max) {
        session->subscriptions.erase(*uri);
        co_return fault{errc::server_busy,
                        fmt::format("a session may subscribe to {} resources", watched_by_one_max)};
    }
    // Noted before anything is waited for: an unsubscribe may come meanwhile, and another subscribe
    // after it.
    const auto number = ++watches_made_;
    by_session_[session->id()][*uri].request = number;
    const auto source = co_await lookup_.source_of(request, *uri);
    if (source == nullptr && !request.abort->reason())
        co_return std::string{"{}"}; // it may appear later
    result<void> begun = fault{errc::call_cancelled};
    if (source != nullptr) begun = co_await source->watches().watch(*uri, *request.abort);
    auto* const mine = find(*session, *uri);
    const bool is_wanted = mine != nullptr && mine->request == number && !session->is_closed();
    if (begun.has_error()) {
        if (is_wanted) {
            session->subscriptions.erase(*uri);
            by_session_[session->id()].erase(*uri);
        }
        co_return begun.error();
    }
    if (is_wanted)
        mine->source = source->uses().identity();
    else
        co_await source->watches().unwatch(*uri);
    co_return std::string{"{}"};
}

/// Null: the session has not asked for it.
client_watches::watched_resource* client_watches::find(const client_session& session,
                                                       std::string_view uri) {
    const auto of_session = by_session_.find(session.id());
    if (of_session == by_session_.end()) return nullptr;
    const auto found = of_session->second.find(uri);
    return found == of_session->second.end() ? nullptr : &found->second;
}

/// It watches the resource at a server that was removed: one that came back under the name of that
/// was not asked yet.
bool client_watches::has_lost(const client_session& session, std::string_view uri) {
    const auto* const watch = find(session, uri);
    return watch != nullptr && !watch->source.name.empty() && !upstreams_.find(watch->source);
}

task<> client_watches::unsubscribe(std::shared_ptr<client_session> session, std::string uri) {
    session->subscriptions.erase(uri);
    const auto* const watch = find(*session, uri);
    if (watch == nullptr) co_return;
    const auto source = upstreams_.find(watch->source);
    by_session_[session->id()].erase(uri);
    if (source != nullptr) co_await source->watches().unwatch(uri);
}

task<client_watches::outcome> client_watches::listen(const client_request& request,
                                                     reply_sink& sink,
                                                     subscriptions::wishes honoured) {
    const auto filter = find_member(request.params(), "notifications");
    element_reader wanted{find_member(filter, "resourceSubscriptions")};
    sources_by_uri watched;
    while (const auto raw = wanted.next()) {
        const auto uri = unquote_json(*raw);
        if (!uri || watched.contains(*uri) || watched.size() >= watched_by_one_max) continue;
        const auto source = co_await lookup_.source_of(request, *uri);
        if (source == nullptr) continue;
        const auto begun = co_await source->watches().watch(*uri, *request.abort);
        if (begun.has_error()) continue; // the acknowledgement says what is honoured
        watched.emplace(*uri, source->uses().identity());
        honoured.uris.insert(*uri);
    }
    auto ended = co_await listeners_.listen(request, sink, std::move(honoured));
    co_await unwatch(std::move(watched));
    co_return ended;
}

task<> client_watches::unwatch(sources_by_uri watched) {
    for (const auto& [uri, server] : watched)
        if (const auto source = upstreams_.find(server)) co_await source->watches().unwatch(uri);
}

void client_watches::forget(const client_session& session) {
    const auto of_session = by_session_.find(session.id());
    if (of_session == by_session_.end()) return;
    sources_by_uri watched;
    for (const auto& [uri, watch] : of_session->second)
        if (!watch.source.name.empty()) watched.emplace(uri, watch.source);
    by_session_.erase(of_session);
    if (!watched.empty()) ending_.spawn(unwatch(std::move(watched)));
}

} // namespace mcpgw
