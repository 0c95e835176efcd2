// SPDX-License-Identifier: Apache-2.0
#include "server/search/tool_index.hpp"

#include "server/search/word_splitter.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t gone_part = 4;       // what is gone may be this part of the whole
constexpr std::size_t gone_tools_min = 64; // below it, it is not worth the work
constexpr std::size_t map_node_bytes = 48; // beside what the node holds, about

std::size_t hash_of(std::string_view server_text, const list_item& item) {
    constexpr std::size_t factor = 1099511628211U;
    const std::hash<std::string_view> hash;
    auto all = hash(server_text);
    all = all * factor + hash(item.key);
    return all * factor + hash(item.json);
}

} // namespace

tool_index::postings& tool_index::word_of(const std::string& word) {
    const auto known = known_words_.find(word);
    if (known != known_words_.end()) return *known->second;
    if (known_words_.size() >= known_words_max) known_words_.clear();
    auto& list = words_[stemmer_.stem(word)];
    known_words_.emplace(word, &list);
    return list;
}

tool_id tool_index::add(std::uint32_t server, std::string_view server_text, const list_item& item) {
    const auto id = static_cast<tool_id>(tools_.size());
    auto& made = tools_.emplace_back();
    made.server = server;
    auto texts = texts_of_tool(item.key, item.json);
    texts[static_cast<std::size_t>(search_field::server)] = server_text;
    found_.clear();
    for (std::size_t field = 0; field < search_fields; ++field) {
        const auto before = found_.size();
        for (const auto& word : split_words(texts[field])) {
            if (found_.size() >= words_of_tool_max) break;
            for (const auto& part : word.parts)
                found_.emplace_back(&word_of(part), 1U << (field * count_bits));
        }
        made.lengths[field] = static_cast<std::uint16_t>(found_.size() - before);
    }
    std::ranges::sort(found_);
    for (auto one = found_.begin(); one != found_.end();) {
        auto* const list = one->first;
        posting all{id, 0};
        for (; one != found_.end() && one->first == list; ++one)
            if ((all.counts & (count_max * one->second)) != count_max * one->second)
                all.counts += one->second;
        list->push_back(all);
    }
    names_.emplace(join_name(item.key), id);
    ++tools_there_;
    return id;
}

void tool_index::take_away(tool_id id) {
    tools_[id].is_there = false;
    --tools_there_;
}

void tool_index::set_server(std::string_view server, std::string_view about,
                            const std::vector<list_item>& tools) {
    auto found = servers_.find(server);
    if (found == servers_.end()) {
        found = servers_.emplace(std::string{server}, known_server{}).first;
        found->second.number = server_numbers_++;
    }
    auto& known = found->second;
    std::string server_text{server};
    server_text.append(1, '\n').append(about);
    std::map<std::string, known_tool, std::less<>> now;
    bool has_changed = false;
    for (const auto& item : tools) {
        const auto hash = hash_of(server_text, item);
        const auto before = known.tools.find(item.own_name());
        const bool is_same = before != known.tools.end() && before->second.hash == hash;
        if (now.contains(item.own_name())) continue; // the first one counts
        if (is_same) {
            now.insert(known.tools.extract(before));
        } else {
            now.emplace(item.own_name(), known_tool{add(known.number, server_text, item), hash});
            has_changed = true;
        }
    }
    for (const auto& [name, gone] : known.tools) {
        take_away(gone.id);
        has_changed = true;
    }
    known.tools = std::move(now);
    known_words_ = {}; // of use while many texts are read, and larger than all the rest
    if (!has_changed) return;
    ++version_;
    forget_what_is_gone();
}

void tool_index::remove_server(std::string_view server) {
    const auto found = servers_.find(server);
    if (found == servers_.end()) return;
    for (const auto& [name, gone] : found->second.tools) take_away(gone.id);
    servers_.erase(found);
    ++version_;
    forget_what_is_gone();
}

/// Where enough is gone: so that the work for it is shared by the changes that have made it so.
void tool_index::forget_what_is_gone() {
    const auto gone = tools_.size() - tools_there_;
    if (gone < gone_tools_min || gone * gone_part < tools_.size()) return;
    std::vector<tool_id> new_ids(tools_.size());
    std::vector<tool> kept;
    kept.reserve(tools_there_);
    for (std::size_t id = 0; id < tools_.size(); ++id) {
        new_ids[id] = static_cast<tool_id>(kept.size());
        if (tools_[id].is_there) kept.push_back(tools_[id]);
    }
    for (auto word = words_.begin(); word != words_.end();) {
        auto& list = word->second;
        std::erase_if(list, [this](const posting& p) { return !tools_[p.tool].is_there; });
        for (auto& one : list) one.tool = new_ids[one.tool];
        word = list.empty() ? words_.erase(word) : std::next(word);
    }
    for (auto name = names_.begin(); name != names_.end();) {
        const bool is_there = tools_[name->second].is_there;
        name->second = new_ids[name->second];
        name = is_there ? std::next(name) : names_.erase(name);
    }
    for (auto& [name, server] : servers_)
        for (auto& [own_name, one] : server.tools) one.id = new_ids[one.id];
    tools_ = std::move(kept);
}

std::optional<tool_id> tool_index::find(std::string_view server, std::string_view own_name) const {
    const auto at = servers_.find(server);
    if (at == servers_.end()) return std::nullopt;
    const auto found = at->second.tools.find(own_name);
    if (found == at->second.tools.end()) return std::nullopt;
    return found->second.id;
}

const tool_index::postings* tool_index::find_word(std::string_view stem) const {
    const auto found = words_.find(stem);
    return found == words_.end() ? nullptr : &found->second;
}

std::vector<const tool_index::postings*> tool_index::find_beginnings(std::string_view stem,
                                                                     std::size_t words_max) const {
    std::vector<const postings*> found;
    for (auto at = words_.lower_bound(stem); at != words_.end() && found.size() < words_max; ++at) {
        if (!at->first.starts_with(stem)) break;
        found.push_back(&at->second);
    }
    return found;
}

std::vector<tool_id> tool_index::find_name(std::string_view joined) const {
    std::vector<tool_id> found;
    const auto [begin, end] = names_.equal_range(joined);
    for (auto at = begin; at != end; ++at)
        if (tools_[at->second].is_there) found.push_back(at->second);
    return found;
}

std::vector<tool_id> tool_index::find_name_beginning(std::string_view joined,
                                                     std::size_t names_max) const {
    std::vector<tool_id> found;
    for (auto at = names_.lower_bound(joined); at != names_.end() && found.size() < names_max;
         ++at) {
        if (!at->first.starts_with(joined)) break;
        if (tools_[at->second].is_there) found.push_back(at->second);
    }
    return found;
}

std::size_t tool_index::bytes() const {
    const auto text_bytes = [](const std::string& text) {
        return sizeof(text) + (text.capacity() > 15 ? text.capacity() + 1 : 0);
    };
    auto all = tools_.capacity() * sizeof(tool);
    for (const auto& [word, list] : words_)
        all += map_node_bytes + text_bytes(word) + sizeof(list) + list.capacity() * sizeof(posting);
    for (const auto& [name, id] : names_) all += map_node_bytes + text_bytes(name) + sizeof(id);
    for (const auto& [name, server] : servers_) {
        all += map_node_bytes + text_bytes(name) + sizeof(server);
        for (const auto& [own_name, one] : server.tools)
            all += map_node_bytes + text_bytes(own_name) + sizeof(one);
    }
    return all;
}

void tool_selection::add(const tool_index& index, tool_id id) {
    if (places_[id] != absent) return;
    places_[id] = static_cast<std::uint32_t>(size_++);
    for (std::size_t field = 0; field < search_fields; ++field)
        lengths_[field] += index.at(id).lengths[field];
}

float tool_selection::average_length(std::size_t field) const {
    if (size_ == 0) return 0;
    return static_cast<float>(lengths_[field]) / static_cast<float>(size_);
}

} // namespace mcpgw
