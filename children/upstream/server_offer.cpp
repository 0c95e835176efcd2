// SPDX-License-Identifier: Apache-2.0
#include "children/upstream/server_offer.hpp"

#include <algorithm>
#include <utility>

namespace mcpgw {

std::shared_ptr<const upstream_lists>
server_offer::visible(std::shared_ptr<const upstream_lists> all) const {
    if (options_.offered.is_open()) return all;
    auto some = std::make_shared<upstream_lists>(*all);
    std::erase_if(some->tools,
                  [this](const list_item& tool) { return !options_.offered.admits(tool.key); });
    return some;
}

void server_offer::take(const instance& from) {
    auto all = visible(from.offers().lists());
    if (!from.offers().problem().empty()) {
        auto filled = std::make_shared<upstream_lists>(*all);
        for (const auto kind : all_lists)
            if (filled->items(kind).empty()) filled->items(kind) = first_->items(kind);
        all = std::move(filled);
    }
    first_ = std::move(all);
    const auto& session = from.session();
    if (session.spoken) who_ = identity{*session.spoken, session.server_info};
    is_recalled_ = false;
}

void server_offer::merge(const std::vector<std::shared_ptr<const upstream_lists>>& others) {
    lists_ = first_;
    if (others.empty()) return;
    auto merged = std::make_shared<upstream_lists>(*first_);
    for (const auto& all : others) {
        const auto more = visible(all);
        for (const auto kind : all_lists) {
            auto& items = merged->items(kind);
            for (const auto& item : more->items(kind)) {
                const bool is_known =
                    std::ranges::find(items, item.key, &list_item::key) != items.end();
                const bool has_room = items.size() < options_.limits.list_items_max;
                if (!is_known && has_room) items.push_back(item);
            }
        }
    }
    lists_ = std::move(merged);
}

void server_offer::recall(upstream_lists lists, identity who) {
    lists_ = visible(std::make_shared<const upstream_lists>(std::move(lists)));
    first_ = lists_;
    who_ = std::move(who);
    is_recalled_ = true;
}

} // namespace mcpgw
