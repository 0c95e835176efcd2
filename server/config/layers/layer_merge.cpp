// SPDX-License-Identifier: Apache-2.0
#include "server/config/layers/layer_merge.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace mcpgw {

namespace {

void lay_section_over(config_node*& below, config_node* above) {
    if (above == nullptr) return;
    if (below == nullptr)
        below = above;
    else
        lay_over(*below, std::move(*above));
}

void lay_child_over(child_entry& below, child_entry above) {
    if (above.is_skipped) return; // it says nothing
    if (below.is_skipped) {
        below = std::move(above);
        return;
    }
    lay_over(below.node, std::move(above.node));
    std::ranges::move(above.asked, std::back_inserter(below.asked));
}

} // namespace

void lay_over(config_node& below, config_node above) {
    if (!below.is_object() || !above.is_object()) {
        below = std::move(above);
        return;
    }
    for (auto& member : above.members) {
        if (auto* const known = below.find(member.key); known != nullptr)
            lay_over(*known, std::move(member.value));
        else
            below.members.push_back(std::move(member));
    }
}

void lay_over(config_parts& below, config_parts above) {
    for (const auto section : {&config_parts::gateway, &config_parts::http, &config_parts::limits,
                               &config_parts::defaults})
        lay_section_over(below.*section, above.*section);
    std::map<std::string, std::size_t, std::less<>> places;
    for (std::size_t i = 0; i < below.children.size(); ++i)
        places.emplace(below.children[i].name, i);
    for (auto& child : above.children) {
        const auto known = child.name.empty() ? places.end() : places.find(child.name);
        if (known != places.end())
            lay_child_over(below.children[known->second], std::move(child));
        else
            below.children.push_back(std::move(child));
    }
}

} // namespace mcpgw
