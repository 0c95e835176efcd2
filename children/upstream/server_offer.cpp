// SPDX-License-Identifier: Apache-2.0
#include "children/upstream/server_offer.hpp"

#include "children/upstream/shown_lists.hpp"

#include <algorithm>
#include <utility>

namespace mcpgw {

void server_offer::take(const instance& from) {
    auto all = from.offers().lists();
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
    said_ = first_;
    if (others.empty()) return show_again();
    auto merged = std::make_shared<upstream_lists>(*first_);
    for (const auto& all : others) {
        for (const auto kind : all_lists) {
            auto& items = merged->items(kind);
            for (const auto& item : all->items(kind)) {
                const bool is_known =
                    std::ranges::find(items, item.key, &list_item::key) != items.end();
                const bool has_room = items.size() < options_.limits.list_items_max;
                if (!is_known && has_room) items.push_back(item);
            }
        }
    }
    said_ = std::move(merged);
    show_again();
}

void server_offer::show_again() {
    shown_ = shown_lists(said_, options_);
}

void server_offer::recall(upstream_lists lists, identity who) {
    first_ = std::make_shared<const upstream_lists>(std::move(lists));
    said_ = first_;
    who_ = std::move(who);
    is_recalled_ = true;
    show_again();
}

} // namespace mcpgw
