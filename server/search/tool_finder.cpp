// SPDX-License-Identifier: Apache-2.0
#include "server/search/tool_finder.hpp"

#include <iterator>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t tools_at_once_max = 100; // then others have their turn
constexpr std::size_t endpoints_kept_max = 16;

} // namespace

const upstream* tool_finder::first_behind() const {
    for (const auto& server : upstreams_.children()) {
        const auto known = known_.find(server->name());
        if (known == known_.end() || known->second.lists.get() != &server->lists() ||
            known->second.about != about_(*server))
            return server.get();
    }
    return nullptr;
}

void tool_finder::forget_removed() {
    for (auto known = known_.begin(); known != known_.end();) {
        const bool is_there = upstreams_.find(known->first) != nullptr;
        if (!is_there) {
            index_.remove_server(known->first);
            ++reads_;
        }
        known = is_there ? std::next(known) : known_.erase(known);
    }
}

task<> tool_finder::refresh(abort_signal& abort) {
    if (read_at_ == upstreams_.catalogs().generation()) co_return;
    read_at_.reset();
    forget_removed();
    std::size_t tools = 0;
    while (const auto* const server = first_behind()) {
        if (abort.reason()) co_return;
        auto& known = known_[server->name()];
        known.lists = server->offer().lists();
        known.about = about_(*server);
        index_.set_server(server->name(), known.about, known.lists->tools);
        ++reads_;
        tools += known.lists->tools.size();
        if (tools < tools_at_once_max) continue;
        tools = 0;
        const auto loop = upstreams_.get_executor();
        co_await asio::post(loop, use_task);
        forget_removed();
    }
    read_at_ = upstreams_.catalogs().generation();
}

tool_finder::kept& tool_finder::place_for(std::string key) {
    if (kept_.size() >= endpoints_kept_max && !kept_.contains(key)) kept_.clear();
    return kept_[std::move(key)];
}

std::shared_ptr<const findable_tools>
tool_finder::of_catalog(std::string_view scope, const std::shared_ptr<const catalog>& shown) {
    auto& place = place_for("listed " + std::string{scope});
    const bool is_good = place.tools && place.tools->of == shown &&
                         place.tools->selection.version() == index_.version();
    if (is_good) return place.tools;
    auto made = std::make_shared<findable_tools>();
    made->of = shown;
    made->selection = tool_selection{index_};
    for (const auto& entry : shown->entries(list_kind::tools)) {
        const auto& target = entry->target;
        const auto id = index_.find(target.upstream, target.original);
        if (!id || made->selection.has(*id)) continue;
        made->selection.add(index_, *id);
        made->entries.push_back({target.upstream, entry->key, entry->json, *id});
    }
    place.tools = made;
    return made;
}

std::shared_ptr<const findable_tools> tool_finder::of_servers(std::string_view scope,
                                                              const admits_tool& admits) {
    auto& place = place_for("reached " + std::string{scope});
    if (place.tools && place.as_of == reads_) return place.tools;
    auto made = std::make_shared<findable_tools>();
    made->selection = tool_selection{index_};
    for (const auto& server : upstreams_.children()) {
        const auto known = known_.find(server->name());
        if (known == known_.end()) continue;
        for (const auto& item : known->second.lists->tools) {
            if (!admits(*server, item)) continue;
            const auto id = index_.find(server->name(), item.own_name());
            if (!id || made->selection.has(*id)) continue;
            made->selection.add(index_, *id);
            made->entries.push_back({known->first, item.key, item.json, *id});
        }
    }
    place = {made, reads_};
    return made;
}

findable_tools tool_finder::only(const findable_tools& in, std::string_view server) const {
    findable_tools some;
    some.of = in.of;
    some.selection = tool_selection{index_};
    for (const auto& entry : in.entries) {
        if (entry.server != server) continue;
        some.selection.add(index_, entry.id);
        some.entries.push_back(entry);
    }
    return some;
}

found_tools tool_finder::find(const findable_tools& in, std::string_view question,
                              std::string_view server, std::size_t best_max) {
    findable_tools some;
    if (!server.empty()) some = only(in, server);
    const auto& all = server.empty() ? in : some;
    const auto asked = search_question::of(question, stemmer_, same_);
    auto ranked = ranker_.rank(index_, all.selection, asked, best_max);
    found_tools found;
    found.confidence = confidence_of(ranked);
    for (const auto& one : ranked.best)
        found.best.push_back({all.entries[all.selection.place(one.tool)], one});
    found.matches = ranked.matches;
    found.searched = all.entries.size();
    found.unmatched = std::move(ranked.unmatched);
    return found;
}

} // namespace mcpgw
