// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/change_reporter.hpp"

#include "protocol/json/json_text.hpp"
#include "server/calls/session_voice.hpp"
#include "server/calls/sharing_key.hpp"

#include <utility>

namespace mcpgw {

change_reporter::change_reporter(exposure expose, registry& upstreams, subscriptions& listeners,
                                 logger& log)
    : expose_(expose)
    , upstreams_(upstreams)
    , listeners_(listeners)
    , log_(log)
    , last_merged_(upstreams.merged()) {
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

void change_reporter::report(const catalog& before, const catalog& now, std::string_view scope) {
    using kind = subscriptions::list_kind;
    if (before.tools_json() != now.tools_json()) listeners_.on_list_changed(kind::tools, scope);
    if (before.prompts_json() != now.prompts_json())
        listeners_.on_list_changed(kind::prompts, scope);
    if (before.resources_json() != now.resources_json() ||
        before.templates_json() != now.templates_json())
        listeners_.on_list_changed(kind::resources, scope);
}

void change_reporter::on_catalog_changed() {
    const auto before = std::exchange(last_merged_, upstreams_.merged());
    // The gateway's own lists never change.
    if (expose_ != exposure::gateway) report(*before, *last_merged_, {});
    const catalog none;
    for (const auto& c : upstreams_.children()) {
        const auto now = upstreams_.only(c->name());
        const auto last = std::exchange(last_single_[c->name()], now);
        report(last ? *last : none, *now, c->name());
    }
}

void change_reporter::on_upstream_notification(upstream& source, std::string_view line,
                                               const envelope& message) {
    const auto name = message.method.of(line);
    if (name == notification::resource_updated) {
        if (const auto uri = unquote_json(message.in_params.uri.of(line)))
            listeners_.on_resource_updated(*uri, source.name());
        return;
    }
    log_.debug("server '{}' sent {}, which goes to no client", source.name(), name);
}

} // namespace mcpgw
