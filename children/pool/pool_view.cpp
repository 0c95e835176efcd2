// SPDX-License-Identifier: Apache-2.0
#include "children/pool/pool_view.hpp"

#include <algorithm>

namespace mcpgw {

namespace {

pool_member::phase phase_of(const instance& one) {
    if (one.life().is_ending()) return pool_member::phase::off; // it only has to be waited for
    switch (one.session().state) {
    case upstream_state::starting:
        return pool_member::phase::starting;
    case upstream_state::running:
        return pool_member::phase::running;
    case upstream_state::unhealthy:
        return pool_member::phase::unhealthy;
    case upstream_state::not_started:
    case upstream_state::failed:
    case upstream_state::stopped:
        break;
    }
    return pool_member::phase::off;
}

} // namespace

std::vector<std::shared_ptr<const upstream_lists>> pool_view::other_lists() const {
    std::vector<std::shared_ptr<const upstream_lists>> found;
    for (const auto& m : members_.all())
        if (!m->is_lister && !m->is_leaving && m->who->life().is_alive() &&
            m->who->offers().has_read())
            found.push_back(m->who->offers().lists());
    return found;
}

/// What an instance that has not said otherwise offers is what the lister does.
bool pool_view::has_tool(const instance& one, std::string_view tool) const {
    const auto has = [tool](const upstream_lists& lists) {
        return std::ranges::find(lists.tools, tool, &list_item::key) != lists.tools.end();
    };
    if (one.offers().has_read()) return has(*one.offers().lists());
    const auto* const lister = members_.lister();
    return lister != nullptr && has(*lister->who->offers().lists());
}

std::span<const pool_member> pool_view::make(std::string_view tool) {
    const auto& members = members_.all();
    // Where some have a tool that others lack, its calls go to those.
    const bool differs =
        has_other_lists_ && !tool.empty() && options_.pool.share == sharing::shared &&
        std::ranges::any_of(members, [&](const auto& m) {
            return !m->is_leaving && m->who->is_running() && has_tool(*m->who, tool);
        });
    view_.clear();
    for (const auto& m : members) {
        pool_member seen;
        seen.state = phase_of(*m->who);
        seen.is_leaving = m->is_leaving;
        seen.is_lister = m->is_lister;
        seen.is_used = m->is_used;
        seen.calls = m->calls;
        seen.askers = m->askers;
        // No clock is read for most calls.
        const bool counts = m->unproven > 0 && clock_type::now() < m->unproven_until;
        seen.unproven = counts ? m->unproven : 0;
        seen.answerers = m->answerers;
        seen.lacks_tool = differs && !has_tool(*m->who, tool);
        seen.leases = m->leases;
        seen.owner = m->owner;
        seen.last_owner = m->last_owner;
        seen.key = m->key;
        seen.idle_since = m->idle_since;
        seen.running_since = m->who->life().running_since();
        seen.leaving_since = m->leaving_since;
        for (std::size_t i = 0; m->replaces != nullptr && i < members.size(); ++i)
            if (members[i].get() == m->replaces) seen.replaces = i;
        view_.push_back(seen);
    }
    return view_;
}

} // namespace mcpgw
