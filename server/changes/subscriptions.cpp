// SPDX-License-Identifier: Apache-2.0
#include "server/changes/subscriptions.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/rpc.hpp"
#include "transports/async/on_scope_exit.hpp"
#include "transports/session/endpoint_scope.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mcpgw {

namespace {

std::string_view method_of(subscriptions::list_kind kind) {
    switch (kind) {
    case subscriptions::list_kind::tools:
        return notification::tools_changed;
    case subscriptions::list_kind::prompts:
        return notification::prompts_changed;
    case subscriptions::list_kind::resources:
        break;
    }
    return notification::resources_changed;
}

bool is_true(std::string_view filter, std::string_view key) {
    return find_member(filter, key) == "true";
}

/// The part of the wish that is honoured, as the acknowledgement states it.
std::string honoured(std::string_view filter, const subscriptions::wishes& more) {
    std::string members;
    const auto add = [&members](std::string_view key, std::string_view value) {
        members += fmt::format("{}\"{}\":{}", members.empty() ? "" : ",", key, value);
    };
    for (const auto key : {"toolsListChanged", "promptsListChanged", "resourcesListChanged"})
        if (is_true(filter, key)) add(key, "true");
    const auto add_list = [&add](std::string_view key, const subscriptions::uri_set& texts) {
        std::string list;
        for (const auto& text : texts) list += (list.empty() ? "" : ",") + quote_json(text);
        if (!list.empty()) add(key, "[" + list + "]");
    };
    add_list("resourceSubscriptions", more.uris);
    add_list("taskIds", more.tasks);
    return "{" + members + "}";
}

/// The URI itself, or one below it.
bool covers(const subscriptions::uri_set& uris, std::string_view uri) {
    if (uris.contains(uri)) return true;
    for (auto slash = uri.rfind('/'); slash != std::string_view::npos && slash > 0;
         slash = uri.rfind('/', slash - 1))
        if (uris.contains(uri.substr(0, slash)) || uris.contains(uri.substr(0, slash + 1)))
            return true;
    return false;
}

} // namespace

void subscriptions::add(std::shared_ptr<client_session> session) {
    sessions_.insert(std::move(session));
}

void subscriptions::remove(const client_session& session) {
    std::erase_if(sessions_, [&](const auto& s) { return s.get() == &session; });
    for (auto& to : listeners_) {
        if (to.session != &session) continue;
        to.has_ended = true;
        to.wake->notify();
    }
}

void subscriptions::send(const listener& to, std::string_view method_name,
                         std::string_view members) {
    to.sink->notify(make_notification(method_name, fmt::format(R"({{{}{}"_meta":{{"{}":{}}}}})",
                                                               members, members.empty() ? "" : ",",
                                                               meta_key::subscription_id, to.id)));
}

task<std::string> subscriptions::listen(const client_request& request, reply_sink& sink,
                                        wishes honour) {
    async_event wake{executor_};
    const auto filter = find_member(request.params(), "notifications");
    listener entry;
    entry.sink = &sink;
    entry.session = request.session.get();
    entry.id = request.id();
    entry.scope = request.scope;
    entry.tools = is_true(filter, "toolsListChanged");
    entry.prompts = is_true(filter, "promptsListChanged");
    entry.resources = is_true(filter, "resourcesListChanged");
    entry.wake = &wake;
    send(entry, notification::acknowledged,
         fmt::format(R"("notifications":{})", honoured(filter, honour)));
    entry.uris = std::move(honour.uris);
    entry.tasks = std::move(honour.tasks);
    const auto place = listeners_.insert(listeners_.end(), std::move(entry));
    // However this ends: what it views ends with it.
    const on_scope_exit leave{[this, place] {
        listeners_.erase(place);
    }};
    if (honour.on_listening) honour.on_listening();
    {
        const abort_signal::listener on_abort{*request.abort, [&wake] {
                                                  wake.notify();
                                              }};
        while (!is_stopping_ && !place->has_ended && !request.abort->reason()) co_await wake.wait();
    }
    const auto meta = fmt::format(R"({{"{}":{}}})", meta_key::subscription_id, place->id);
    co_return fmt::format(R"({{"resultType":"complete","_meta":{}}})", meta);
}

std::set<std::string> subscriptions::scopes_of_views() const {
    std::set<std::string> scopes;
    for (const auto& session : sessions_)
        if (is_view_scope(session->scope)) scopes.insert(session->scope);
    for (const auto& to : listeners_)
        if (is_view_scope(to.scope)) scopes.insert(to.scope);
    return scopes;
}

void subscriptions::on_list_changed(list_kind kind, std::string_view scope) {
    const auto name = method_of(kind);
    for (const auto& session : sessions_)
        if (session->scope == scope) session->notify(make_notification(name, {}));
    for (const auto& to : listeners_) {
        if (to.scope != scope) continue;
        const bool wants = (kind == list_kind::tools && to.tools) ||
                           (kind == list_kind::prompts && to.prompts) ||
                           (kind == list_kind::resources && to.resources);
        if (wants) send(to, name, {});
    }
}

void subscriptions::on_resource_updated(
    std::string_view uri, const std::function<bool(std::string_view scope)>& is_shown) {
    const auto member = fmt::format(R"("uri":{})", quote_json(uri));
    for (const auto& session : sessions_)
        if (covers(session->subscriptions, uri) && is_shown(session->scope))
            session->notify(make_notification(notification::resource_updated, "{" + member + "}"));
    for (const auto& to : listeners_)
        if (covers(to.uris, uri) && is_shown(to.scope))
            send(to, notification::resource_updated, member);
}

bool subscriptions::has_task_listener(std::string_view id) const {
    return std::ranges::any_of(listeners_, [&](const auto& to) { return to.tasks.contains(id); });
}

void subscriptions::on_task_changed(std::string_view id, std::string_view task_json) {
    member_writer members;
    member_reader reader{task_json};
    while (const auto member = reader.next())
        if (member->key != "_meta") members.add(member->key, member->value);
    for (const auto& to : listeners_)
        if (to.tasks.contains(id)) send(to, notification::tasks, members.members());
}

void subscriptions::stop() {
    is_stopping_ = true;
    for (const auto& to : listeners_) to.wake->notify();
}

} // namespace mcpgw
