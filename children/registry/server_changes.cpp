// SPDX-License-Identifier: Apache-2.0
#include "children/registry/server_changes.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

namespace mcpgw {

server_changes::server_changes(servers& list, owner& above, task_group& work, logger& log)
    : list_(list)
    , owner_(above)
    , log_(log)
    , retired_(work, log)
    , successions_(work, retired_, log, [this](const std::string& name) { on_heir(name); }) {}

void server_changes::apply(std::span<const wanted_server> wanted, const same_process& is_same) {
    auto before = std::exchange(list_, {});
    // The names are its own: those of the servers go when others are adopted.
    std::unordered_map<std::string, std::unique_ptr<upstream>*> by_name;
    by_name.reserve(before.size());
    for (auto& c : before) by_name.emplace(c->name(), &c);
    list_.reserve(wanted.size());
    for (const auto& server : wanted) {
        const auto old = by_name.find(server.options.name);
        auto now = old == by_name.end() ? owner_.make(server.options)
                                        : keep_or_replace(server, std::move(*old->second), is_same);
        list_.push_back(std::move(now));
    }
    for (auto& old : before) {
        if (!old) continue;
        const auto name = old->name();
        log_.info("server '{}' takes no new calls; those on it: {}", name,
                  old->status().calls_in_flight);
        successions_.cancel(name);
        retire(std::move(old));
    }
}

std::unique_ptr<upstream> server_changes::keep_or_replace(const wanted_server& wanted,
                                                          std::unique_ptr<upstream> old,
                                                          const same_process& is_same) {
    const auto& options = wanted.options;
    if (wanted.what == wanted_server::step::replace) {
        const auto* const heir = successions_.heir_of(options.name);
        if (heir != nullptr && is_same(heir->options(), options)) return old; // it is on its way
        auto made = owner_.make(options);
        if (old->pools().has_running()) {
            successions_.begin(std::move(made));
            return old;
        }
        // There is nothing to lose: what does not run cannot answer meanwhile.
        successions_.cancel(options.name);
        made->take_over(*old);
        retire(std::move(old));
        return made;
    }
    successions_.cancel(options.name);
    if (wanted.what == wanted_server::step::adopt) old->adopt(options);
    return old;
}

/// The heir of this name takes calls.
void server_changes::on_heir(const std::string& name) {
    auto heir = successions_.take(name);
    const auto place = std::ranges::find(list_, name, [](const auto& c) { return c->name(); });
    if (place == list_.end()) return retired_.take(std::move(heir));
    heir->take_over(**place);
    log_.info("server '{}' runs with its changed configuration; calls on the one before: {}", name,
              (*place)->status().calls_in_flight);
    std::swap(*place, heir);
    retire(std::move(heir));
    owner_.on_replaced(**place);
}

void server_changes::retire(std::unique_ptr<upstream> old) {
    owner_.on_removed(*old);
    retired_.take(std::move(old));
}

std::vector<child_options> server_changes::lagging() const {
    std::vector<child_options> options;
    for (const auto& c : list_)
        if (is_being_replaced(c->name()) || !failure_of(c->name()).empty())
            options.push_back(c->options());
    return options;
}

void server_changes::hurry() {
    successions_.cancel_all();
    retired_.hurry();
}

} // namespace mcpgw
