#include "server/subscriptions.hpp"

#include "protocol/json_members.hpp"
#include "protocol/json_text.hpp"
#include "protocol/rpc.hpp"

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

/// The part of the wish that is honoured, as the acknowledgement states it. Resource updates need a
/// subscription at the upstream, which only legacy clients' requests make here.
std::string honoured(std::string_view filter) {
    std::string members;
    for (const auto key : {"toolsListChanged", "promptsListChanged", "resourcesListChanged"}) {
        if (!is_true(filter, key)) continue;
        if (!members.empty()) members += ',';
        members += fmt::format("\"{}\":true", key);
    }
    return "{" + members + "}";
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

bool subscriptions::has_subscriber(std::string_view uri) const {
    return std::ranges::any_of(sessions_,
                               [&](const auto& s) { return s->subscriptions.contains(uri); });
}

void subscriptions::send(const listener& to, std::string_view method_name,
                         std::string_view members) {
    to.sink->notify(make_notification(method_name, fmt::format(R"({{{}{}"_meta":{{"{}":{}}}}})",
                                                               members, members.empty() ? "" : ",",
                                                               meta_key::subscription_id, to.id)));
}

task<std::string> subscriptions::listen(const client_request& request, reply_sink& sink) {
    wake_up wake{executor_};
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
    send(entry, notification::acknowledged, fmt::format(R"("notifications":{})", honoured(filter)));
    const auto place = listeners_.insert(listeners_.end(), std::move(entry));
    {
        const abort_signal::listener on_abort{*request.abort, [&wake] {
                                                  wake.notify();
                                              }};
        while (!is_stopping_ && !place->has_ended && !request.abort->reason()) co_await wake.wait();
    }
    const auto meta = fmt::format(R"({{"{}":{}}})", meta_key::subscription_id, place->id);
    listeners_.erase(place);
    co_return fmt::format(R"({{"resultType":"complete","_meta":{}}})", meta);
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

void subscriptions::on_resource_updated(std::string_view uri, std::string_view line,
                                        const envelope& /*message*/) {
    for (const auto& session : sessions_)
        if (session->subscriptions.contains(uri)) session->notify(std::string{line});
}

void subscriptions::stop() {
    is_stopping_ = true;
    for (const auto& to : listeners_) to.wake->notify();
}

} // namespace mcpgw
