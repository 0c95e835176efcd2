// SPDX-License-Identifier: Apache-2.0
// Lists, and where names lead while not every server has told what it offers. Nobody waits for a
// server that is not meant: docs/resilience.md, "Servers that are slow to start".
#include "server/gateway/gateway.hpp"

#include "protocol/catalog/names.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

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

const catalog_target* gateway::find_entry(const catalog& in, entry what, std::string_view name) {
    switch (what) {
    case entry::tool:
        return in.find_tool(name);
    case entry::prompt:
        return in.find_prompt(name);
    case entry::resource:
        return in.find_resource(name);
    case entry::completed_resource:
        break;
    }
    const auto* const found = in.find_template(name);
    return found != nullptr ? found : in.find_resource(name);
}

/// What this client may see of the children now; null: nothing.
std::shared_ptr<const catalog> gateway::shown_to(const client_request& request) const {
    if (!shows_children(request)) return nullptr;
    return request.scope.empty() ? upstreams_.merged() : upstreams_.only(request.scope);
}

/// Each server that this client may see has told what it offers, now or in another life. What does
/// not stand in the catalog then is not there.
bool gateway::is_told(const client_request& request) const {
    if (request.scope.empty()) return upstreams_.is_listed();
    const auto* const only = upstreams_.find(request.scope);
    return only == nullptr || !only->lists().capabilities.empty();
}

/// The server whose prefix the name has, if only it can say whether the name is one of its own:
/// it has not told, or what it told is of another life.
upstream* gateway::source_by_prefix(const client_request& request, entry what,
                                    std::string_view name) const {
    const auto& naming = upstreams_.naming();
    const bool has_prefixes = what == entry::tool || what == entry::prompt;
    if (!has_prefixes || !request.scope.empty() || naming.prefix == prefix_policy::never)
        return nullptr;
    upstream* found = nullptr;
    std::size_t longest = 0; // "a" and "a__b" may both be servers
    for (const auto& c : upstreams_.children()) {
        const auto prefix = public_prefix(c->name(), naming);
        if (!name.starts_with(prefix) || prefix.size() <= longest) continue;
        found = c.get();
        longest = prefix.size();
    }
    if (found == nullptr) return nullptr;
    return found->lists().capabilities.empty() || found->is_recalled() ? found : nullptr;
}

/// The servers that may still turn out to have what is not in the catalog.
std::vector<upstream*> gateway::possible_sources(const client_request& request, entry what,
                                                 std::string_view name) {
    if (request.scope.empty()) {
        const bool is_certain = upstreams_.naming().prefix == prefix_policy::always &&
                                (what == entry::tool || what == entry::prompt);
        // One that a link leads to is not asked for in vain.
        const bool has_link = what == entry::resource && link_source(request, name) != nullptr;
        return is_certain || has_link ? std::vector<upstream*>{} : upstreams_.untold();
    }
    // The endpoint's own server may have resources that it does not list.
    auto* const only = upstreams_.find(request.scope);
    const bool waits = only != nullptr && only->is_worth_listing() && what != entry::resource;
    return waits ? std::vector<upstream*>{only} : std::vector<upstream*>{};
}

/// The catalog in which `name` stands, if it stands anywhere: servers are waited for only where the
/// name may be theirs. Errors: of the start of the server that the name leads to.
task<gateway::shown_catalog> gateway::catalog_with(const client_request& request, entry what,
                                                   std::string name) {
    auto shown = shown_to(request);
    if (!shown || find_entry(*shown, what, name) != nullptr) co_return shown;
    if (auto* const source = source_by_prefix(request, what, name)) {
        const auto deadline = clock_type::now() + source->options().start_wait();
        const auto started = co_await source->ensure_running(deadline, *request.abort);
        shown = shown_to(request);
        if (find_entry(*shown, what, name) != nullptr) co_return shown;
        if (started.has_error()) co_return started.error();
    }
    for (bool is_waiting = true; is_waiting && find_entry(*shown, what, name) == nullptr;) {
        auto sources = possible_sources(request, what, name);
        is_waiting =
            co_await upstreams_.wait_for_one(std::move(sources), name_wait, *request.abort);
        shown = shown_to(request);
    }
    if (find_entry(*shown, what, name) == nullptr) { // it may be in a list that could not be read
        co_await refresh_lists(request, refresh_wait);
        shown = shown_to(request);
    }
    if (request.abort->reason()) co_return *request.abort->reason();
    co_return shown;
}

/// What servers gave for a time that is over is asked for again, as their own clients would.
task<> gateway::refresh_lists(const client_request& request, std::chrono::milliseconds patience) {
    const auto now = clock_type::now();
    auto& abort = *request.abort;
    if (request.scope.empty()) {
        co_await upstreams_.refresh_stale(now, patience, abort);
    } else if (auto* const only = upstreams_.find(request.scope)) {
        co_await only->refresh_stale(now, patience, abort);
    }
}

/// Those that have never told are started.
task<> gateway::wait_for_lists(const client_request& request) {
    const auto refresh = std::min<std::chrono::milliseconds>(refresh_wait, options_.list_wait);
    auto& abort = *request.abort;
    co_await refresh_lists(request, refresh);
    if (request.scope.empty()) {
        if (!upstreams_.is_listed()) co_await upstreams_.ensure_listed(options_.list_wait, abort);
        co_return;
    }
    auto* const only = upstreams_.find(request.scope);
    if (only == nullptr) co_return;
    const std::vector<upstream*> alone{only};
    for (bool is_waiting = only->is_worth_listing(); is_waiting && only->is_worth_listing();)
        is_waiting = co_await upstreams_.wait_for_one(alone, options_.list_wait, abort);
}

/// A raw object: each server that has not told what it offers, with its state. Empty: all have.
std::string gateway::missing_servers(const client_request& request) const {
    std::string members;
    for (const auto& c : upstreams_.children()) {
        const bool is_shown = request.scope.empty() || request.scope == c->name();
        if (!is_shown || !c->lists().capabilities.empty()) continue;
        members += fmt::format(R"({}{}:"{}")", members.empty() ? "" : ",", quote_json(c->name()),
                               to_string(c->state()));
    }
    return members.empty() ? members : "{" + members + "}";
}

task<gateway::outcome> gateway::list(const client_request& request) {
    auto shown = std::make_shared<const catalog>();
    std::string missing;
    if (shows_children(request)) {
        // Whoever goes on reading a list goes on with the one that he began.
        if (!request.message.in_params.cursor) co_await wait_for_lists(request);
        if (request.abort->reason()) co_return *request.abort->reason();
        shown = shown_to(request);
        missing = missing_servers(request);
    }
    std::string_view own = "[]";
    if (shows_own(request) && request.method() == method::tools_list)
        own = tools_.tools_json(request.client_era);
    if (shows_own(request) && request.method() == method::resources_list)
        own = tools_.resources_json();
    const auto info = server_info_for(request);
    list_pages::offer offer{own, std::move(shown), info, clock_type::now(), std::move(missing)};
    co_return lists_.answer(request, std::move(offer), token_sealer::time_point::clock::now());
}

} // namespace mcpgw
