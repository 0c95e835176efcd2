// SPDX-License-Identifier: Apache-2.0
#include "server/admin/admin_routes.hpp"

#include <algorithm>
#include <array>

namespace mcpgw {

namespace {

using answer = admin_actions::answer;

bool is_on(std::string_view query, std::string_view key) {
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto part = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (!part.starts_with(key)) continue;
        const auto rest = part.substr(key.size());
        if (rest.empty() || rest == "=true" || rest == "=1") return true;
    }
    return false;
}

// Those that do not wait are coroutines all the same: these are not calls of tools, where each
// allocation counts.
task<answer> status(admin_actions& actions, const admin_call& /*call*/) {
    co_return actions.status();
}
task<answer> reload(admin_actions& actions, const admin_call& call) {
    return actions.reload(is_on(call.query, "dry_run"), *call.abort);
}
task<answer> servers(admin_actions& actions, const admin_call& /*call*/) {
    co_return actions.servers();
}
task<answer> add(admin_actions& actions, const admin_call& call) {
    return actions.add_server(call.body, *call.abort);
}
task<answer> server(admin_actions& actions, const admin_call& call) {
    co_return actions.server(call.name);
}
task<answer> remove(admin_actions& actions, const admin_call& call) {
    return actions.remove_server(call.name, *call.abort);
}
task<answer> enable(admin_actions& actions, const admin_call& call) {
    return actions.set_enabled(call.name, true, *call.abort);
}
task<answer> disable(admin_actions& actions, const admin_call& call) {
    return actions.set_enabled(call.name, false, *call.abort);
}
task<answer> restart(admin_actions& actions, const admin_call& call) {
    return actions.restart(call.name, *call.abort);
}
task<answer> logs(admin_actions& actions, const admin_call& call) {
    co_return actions.logs(call.name);
}
task<answer> flags(admin_actions& actions, const admin_call& /*call*/) {
    co_return actions.flags();
}
task<answer> refuse_value() {
    co_return admin_error{admin_errc::bad_request,
                          R"(the body must say the value, for example {"value": true})"};
}
task<answer> set_flag(admin_actions& actions, const admin_call& call) {
    const auto* const value = call.body.if_contains("value");
    const bool is_value = value != nullptr && (value->is_bool() || value->is_string());
    if (!is_value || call.body.size() != 1) return refuse_value();
    return actions.set_flag(call.name, *value, *call.abort);
}
task<answer> unset_flag(admin_actions& actions, const admin_call& call) {
    return actions.unset_flag(call.name, *call.abort);
}
task<answer> views(admin_actions& actions, const admin_call& /*call*/) {
    co_return actions.views();
}

constexpr std::array routes{
    admin_route{"GET", "/v1/status", "getStatus",
                "The gateway, its servers, and how the last reloads went.", "", "Status", 200, "",
                status},
    admin_route{"POST", "/v1/reload", "reload",
                "Reads the configuration again and puts it into force; with dry_run, says what "
                "would change.",
                "", "Reload", 200, "422 501", reload},
    admin_route{"GET", "/v1/servers", "listServers", "All servers and their states.", "",
                "ServerList", 200, "", servers},
    admin_route{"POST", "/v1/servers", "addServer",
                "Adds a server to conf.d/managed.toml beside the configuration, and reloads.",
                "NewServer", "Change", 201, "409 422 501", add},
    admin_route{"GET", "/v1/servers/{name}", "getServer", "One server and its state.", "", "Server",
                200, "404", server},
    admin_route{"DELETE", "/v1/servers/{name}", "removeServer",
                "Takes a server out, by conf.d/managed.toml, and reloads. Other files stay as they "
                "are.",
                "", "Change", 200, "404 422 501", remove},
    admin_route{"POST", "/v1/servers/{name}/enable", "enableServer",
                "Offers a server again, by conf.d/managed.toml, and reloads.", "", "Change", 200,
                "404 422 501", enable},
    admin_route{"POST", "/v1/servers/{name}/disable", "disableServer",
                "Offers a server no more, by conf.d/managed.toml, and reloads.", "", "Change", 200,
                "404 422 501", disable},
    admin_route{"POST", "/v1/servers/{name}/restart", "restartServer",
                "Ends the processes of a server and starts it again.", "", "Server", 200, "404 502",
                restart},
    admin_route{"GET", "/v1/servers/{name}/logs", "getServerLogs",
                "What a server has written to stderr, as far as it is kept.", "", "Logs", 200,
                "404", logs},
    admin_route{"GET", "/v1/flags", "listFlags", "All feature flags.", "", "FlagList", 200, "",
                flags},
    admin_route{"PUT", "/v1/flags/{name}", "setFlag",
                "Gives a flag another value than the configuration, which outlives restarts.",
                "FlagValue", "Flag", 200, "404 422 501", set_flag},
    admin_route{"DELETE", "/v1/flags/{name}", "unsetFlag",
                "Gives a flag the value of the configuration again.", "", "Flag", 200,
                "404 422 501", unset_flag},
    admin_route{"GET", "/v1/views", "listViews", "All views and their endpoints.", "", "ViewList",
                200, "", views},
    admin_route{"GET", "/v1/openapi.json", "getDescription", "This description.", "", "Description",
                200, "", nullptr},
};

} // namespace

std::span<const admin_route> admin_routes() {
    return routes;
}

admin_match find_admin_routes(std::string_view path) {
    constexpr std::string_view place = "{name}";
    admin_match found;
    for (const auto& route : routes) {
        const auto at = route.path.find(place);
        if (at == std::string_view::npos) {
            if (route.path == path) found.routes.push_back(&route);
            continue;
        }
        const auto before = route.path.substr(0, at);
        const auto after = route.path.substr(at + place.size());
        if (path.size() <= before.size() + after.size() || !path.starts_with(before) ||
            !path.ends_with(after))
            continue;
        const auto name = path.substr(before.size(), path.size() - before.size() - after.size());
        if (name.find('/') != std::string_view::npos) continue;
        found.routes.push_back(&route);
        found.name = name;
    }
    return found;
}

} // namespace mcpgw
