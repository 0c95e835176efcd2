// SPDX-License-Identifier: Apache-2.0
// What a server offers: as its instances say it, or as it is remembered.
#include "children/upstream/upstream.hpp"

#include <algorithm>
#include <utility>

namespace mcpgw {

/// Without what clients must not see. Here, and not where lists are merged: nobody above knows of a
/// hidden tool, so nobody can show or call it by mistake.
std::shared_ptr<const upstream_lists>
upstream::offered(std::shared_ptr<const upstream_lists> all) const {
    if (options_.offered.is_open()) return all;
    auto some = std::make_shared<upstream_lists>(*all);
    std::erase_if(some->tools,
                  [this](const list_item& tool) { return !options_.offered.admits(tool.key); });
    return some;
}

/// A list that could not be read is no news of what the server offers: better that of before, of a
/// process in the other era or of an earlier run.
std::shared_ptr<const upstream_lists> upstream::filled_up(const instance& from) const {
    auto all = offered(from.lists());
    if (from.list_problem().empty()) return all;
    auto filled = std::make_shared<upstream_lists>(*all);
    for (const auto kind : all_lists)
        if (filled->items(kind).empty()) filled->items(kind) = first_lists_->items(kind);
    return filled;
}

void upstream::on_lists(instance& from) {
    auto& pool = of(from.spoken_era());
    pool.note_lists();
    if (pool.is_lister(from)) {
        first_lists_ = filled_up(from);
        if (from.spoken_era() == era::legacy) questions_.meet(from.server_info());
        if (from.spoken()) known_ = identity{*from.spoken(), from.server_info()};
        is_recalled_ = false;
    }
    merge_lists();
}

/// One process of several may come to offer what the others lack (tools that appear after a login,
/// say): it is offered too, and its calls go to that process (instance_pool::view()).
void upstream::merge_lists() {
    modern_.note_lists();
    legacy_.note_lists();
    auto others = primary().other_lists();
    lists_ = first_lists_;
    if (!others.empty()) {
        auto merged = std::make_shared<upstream_lists>(*first_lists_);
        for (const auto& all : others) {
            const auto more = offered(all);
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
    events_.on_lists_changed(*this);
}

void upstream::recall(remembered_schema schema) {
    lists_ = offered(std::make_shared<const upstream_lists>(std::move(schema.lists)));
    first_lists_ = lists_;
    known_ = identity{schema.spoken, std::move(schema.server_info)};
    questions_ = std::move(schema.questions);
    is_recalled_ = true;
    if (schema.eras) recall_eras(*schema.eras);
    tell_pools();
}

std::optional<remembered_schema> upstream::schema() const {
    const auto* const first = primary().first();
    if (is_recalled_ || first == nullptr || !first->spoken() || !first->list_problem().empty())
        return std::nullopt;
    remembered_schema schema{*first_lists_, *first->spoken(), first->server_info(), questions_, {}};
    schema.eras = eras_to_remember();
    return schema;
}

} // namespace mcpgw
