// SPDX-License-Identifier: Apache-2.0
// Who wants to hear of changes of resources, and the servers that must be asked for them.
#include "server/gateway/gateway.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "server/calls/sharing_key.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace {
constexpr std::size_t watched_by_one_max = 1'000; // resources, of one session or listen stream
}

/// The server from which this client has a link to the resource; null: none.
const std::string* gateway::link_source(const client_request& request, std::string_view uri) {
    const auto* const source = links_.find(link_memory::client_of(request), uri);
    return source != nullptr && upstreams_.find(*source) != nullptr ? source : nullptr;
}

/// The server that a resource belongs to, for this client; null: none is known.
task<upstream*> gateway::source_of(const client_request& request, std::string uri) {
    const auto shown = co_await catalog_with(request, entry::resource, uri);
    if (shown.has_error()) co_return nullptr;
    const auto* const target = *shown ? find_entry(**shown, entry::resource, uri) : nullptr;
    if (target != nullptr) co_return upstreams_.find(target->upstream);
    // A server may have resources that it does not list.
    if (!request.scope.empty()) co_return upstreams_.find(request.scope);
    const auto* const source = link_source(request, uri);
    co_return source == nullptr ? nullptr : upstreams_.find(*source);
}

task<gateway::outcome> gateway::subscribe(client_request& request) {
    auto uri = unquote_json(request.message.in_params.uri.of(request.text));
    if (!uri)
        co_return fault{errc::invalid_params,
                        fmt::format("{} needs params.uri (a string)", request.method())};
    if (request.method() == method::resources_unsubscribe) {
        co_await unsubscribe(request.session, std::move(*uri));
        co_return std::string{"{}"};
    }
    const auto session = request.session;
    if (!session->subscriptions.insert(*uri).second) co_return std::string{"{}"};
    if (session->subscriptions.size() > watched_by_one_max) {
        session->subscriptions.erase(*uri);
        co_return fault{errc::server_busy,
                        fmt::format("a session may subscribe to {} resources", watched_by_one_max)};
    }
    // Noted before anything is waited for: an unsubscribe may come meanwhile, and another subscribe
    // after it.
    const auto number = ++watches_made_;
    session_watches_[session->id()][*uri].request = number;
    auto* const source = co_await source_of(request, *uri);
    if (source == nullptr && !request.abort->reason())
        co_return std::string{"{}"}; // it may appear later
    result<void> begun = fault{errc::call_cancelled};
    if (source != nullptr) begun = co_await source->watch(*uri, *request.abort);
    auto* const mine = find_watch(*session, *uri);
    const bool is_wanted = mine != nullptr && mine->request == number && !session->is_closed();
    if (begun.has_error()) {
        if (is_wanted) {
            session->subscriptions.erase(*uri);
            session_watches_[session->id()].erase(*uri);
        }
        co_return begun.error();
    }
    if (is_wanted)
        mine->source = source->name();
    else
        co_await source->unwatch(*uri);
    co_return std::string{"{}"};
}

/// Null: the session has not asked for it.
gateway::watched_resource* gateway::find_watch(const client_session& session,
                                               std::string_view uri) {
    const auto of_session = session_watches_.find(session.id());
    if (of_session == session_watches_.end()) return nullptr;
    const auto found = of_session->second.find(uri);
    return found == of_session->second.end() ? nullptr : &found->second;
}

task<> gateway::unsubscribe(std::shared_ptr<client_session> session, std::string uri) {
    session->subscriptions.erase(uri);
    const auto* const watch = find_watch(*session, uri);
    if (watch == nullptr) co_return;
    auto* const source = upstreams_.find(watch->source);
    session_watches_[session->id()].erase(uri);
    if (source != nullptr) co_await source->unwatch(uri);
}

task<gateway::outcome> gateway::listen(const client_request& request, reply_sink& sink) {
    auto tasks = client_tasks_.tasks_to_hear(request);
    if (tasks.has_error()) co_return tasks.error();
    const auto filter = find_member(request.params(), "notifications");
    element_reader wanted{find_member(filter, "resourceSubscriptions")};
    std::map<std::string, std::string, std::less<>> watched;
    subscriptions::uri_set uris;
    while (const auto raw = wanted.next()) {
        const auto uri = unquote_json(*raw);
        if (!uri || watched.contains(*uri) || watched.size() >= watched_by_one_max) continue;
        auto* const source = co_await source_of(request, *uri);
        if (source == nullptr) continue;
        const auto begun = co_await source->watch(*uri, *request.abort);
        if (begun.has_error()) continue; // the acknowledgement says what is honoured
        watched.emplace(*uri, source->name());
        uris.insert(*uri);
    }
    subscriptions::wishes honoured;
    honoured.uris = std::move(uris);
    honoured.tasks = {tasks->begin(), tasks->end()};
    honoured.on_listening = [this, &tasks, &request] {
        client_tasks_.begin_telling(*tasks, request);
    };
    auto ended = co_await subscriptions_.listen(request, sink, std::move(honoured));
    co_await unwatch(std::move(watched));
    co_return ended;
}

task<> gateway::unwatch(std::map<std::string, std::string, std::less<>> watched) {
    for (const auto& [uri, name] : watched)
        if (auto* const source = upstreams_.find(name)) co_await source->unwatch(uri);
}

void gateway::on_session_closed(client_session& session) {
    subscriptions_.remove(session);
    links_.forget(link_memory::client_of(session));
    client_tasks_.on_session_closed(session);
    const auto key = sharing_key(session);
    for (const auto& c : upstreams_.children()) c->end_key(key);
    const auto of_session = session_watches_.find(session.id());
    if (of_session == session_watches_.end()) return;
    std::map<std::string, std::string, std::less<>> watched;
    for (const auto& [uri, watch] : of_session->second)
        if (!watch.source.empty()) watched.emplace(uri, watch.source);
    session_watches_.erase(of_session);
    if (!watched.empty()) tasks_.spawn(unwatch(std::move(watched)));
}

} // namespace mcpgw
