// Who wants to hear of changes of resources, and the servers that must be asked for them.
#include "server/gateway.hpp"

#include "protocol/json_members.hpp"
#include "protocol/json_text.hpp"
#include "server/sharing_key.hpp"

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
    std::shared_ptr<const catalog> shown;
    if (shows_children(request)) shown = co_await catalog_for(request);
    const auto* const target = shown ? shown->find_resource(uri) : nullptr;
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
    const auto session = request.session;
    auto& watched = session_watches_[session->id()];
    const bool is_new = request.method() == method::resources_subscribe;
    if (!is_new) {
        session->subscriptions.erase(*uri);
        const auto entry = watched.find(*uri);
        if (entry == watched.end()) co_return std::string{"{}"};
        auto* const source = upstreams_.find(entry->second);
        watched.erase(entry);
        if (source != nullptr) co_await source->unwatch(*uri);
        co_return std::string{"{}"};
    }
    if (!session->subscriptions.insert(*uri).second) co_return std::string{"{}"};
    if (session->subscriptions.size() > watched_by_one_max) {
        session->subscriptions.erase(*uri);
        co_return fault{errc::server_busy,
                        fmt::format("a session may subscribe to {} resources", watched_by_one_max)};
    }
    auto* const source = co_await source_of(request, *uri);
    if (source == nullptr) co_return std::string{"{}"}; // it may appear later
    const auto begun = co_await source->watch(*uri);
    if (begun.has_error()) {
        session->subscriptions.erase(*uri);
        co_return begun.error();
    }
    // While we asked, the session may have ended.
    if (session->is_closed())
        co_await source->unwatch(*uri);
    else
        session_watches_[session->id()].emplace(*uri, source->name());
    co_return std::string{"{}"};
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
        const auto begun = co_await source->watch(*uri);
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
    const auto entry = session_watches_.find(session.id());
    if (entry == session_watches_.end()) return;
    auto watched = std::move(entry->second);
    session_watches_.erase(entry);
    if (!watched.empty()) tasks_.spawn(unwatch(std::move(watched)));
}

} // namespace mcpgw
