// SPDX-License-Identifier: Apache-2.0
#include "server/catalog/catalog_view.hpp"

#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

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

std::string_view catalog_view::sole_server() const {
    const bool is_unseen =
        expose_ == exposure::all && upstreams_.naming().prefix == prefix_policy::never;
    const auto& all = upstreams_.children();
    return is_unseen && all.size() == 1 ? std::string_view{all.front()->name()}
                                        : std::string_view{};
}

std::shared_ptr<const catalog> catalog_view::shown_to(const client_request& request) const {
    if (!shows_servers(request)) return nullptr;
    return request.scope.empty() ? upstreams_.merged() : upstreams_.only(request.scope);
}

bool catalog_view::is_told(const client_request& request) const {
    if (request.scope.empty()) return upstreams_.is_listed();
    const auto* const only = upstreams_.find(request.scope);
    return only == nullptr || !only->lists().capabilities.empty();
}

std::string catalog_view::missing_servers(const client_request& request) const {
    std::string members;
    for (const auto& c : upstreams_.children()) {
        const bool is_shown = request.scope.empty() || request.scope == c->name();
        if (!is_shown || !c->lists().capabilities.empty()) continue;
        members += fmt::format(R"({}{}:"{}")", members.empty() ? "" : ",", quote_json(c->name()),
                               to_string(c->state()));
    }
    return members.empty() ? members : "{" + members + "}";
}

} // namespace mcpgw
