// SPDX-License-Identifier: Apache-2.0
#include "server/config/layers/layer_merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace mcpgw {

namespace {

void lay_section_over(config_node*& below, config_node* above) {
    if (above == nullptr) return;
    if (below == nullptr)
        below = above;
    else
        lay_over(*below, std::move(*above));
}

bool is_removal(const child_entry& entry) {
    const auto* const remove = entry.node.find("remove");
    return remove != nullptr && remove->kind == node_kind::boolean && remove->boolean;
}

class child_merge {
public:
    child_merge(std::vector<child_entry>& below, problem_log& problems)
        : below_(below), problems_(problems) {
        for (std::size_t i = 0; i < below.size(); ++i) places_.emplace(below[i].name, i);
    }

    void lay_over(child_entry above) {
        const auto found = above.name.empty() ? places_.end() : places_.find(above.name);
        auto* const known = found == places_.end() ? nullptr : &below_[found->second];
        if (is_removal(above)) return remove(known, above);
        if (known == nullptr)
            below_.push_back(std::move(above));
        else
            lay_over(*known, std::move(above));
    }

    /// At the end, for until then they keep the places of the others.
    void take_out_removed() {
        std::erase_if(below_, [this](const child_entry& e) { return removed_.contains(e.path); });
    }

private:
    void lay_over(child_entry& known, child_entry above) {
        if (above.is_skipped) return; // it says nothing
        if (known.is_skipped) {
            known = std::move(above);
            return;
        }
        mcpgw::lay_over(known.node, std::move(above.node));
        std::ranges::move(above.asked, std::back_inserter(known.asked));
    }

    void remove(const child_entry* known, const child_entry& above) {
        if (known != nullptr)
            removed_.insert(known->path);
        else
            problems_.warning(above.node.find("remove")->line, key_path(above.path, "remove"),
                              "no file before this one has such a child");
    }

    std::vector<child_entry>& below_;
    problem_log& problems_;
    std::map<std::string, std::size_t, std::less<>> places_;
    std::set<std::string> removed_; // by path
};

/// By name, as children.
void lay_views_over(std::vector<view_entry>& below, std::vector<view_entry> above,
                    std::string_view noun, problem_log& problems) {
    for (auto& one : above) {
        const auto known = std::ranges::find(below, one.name, &view_entry::name);
        const auto* const remove = one.node.find("remove");
        const bool is_removal =
            remove != nullptr && remove->kind == node_kind::boolean && remove->boolean;
        if (is_removal && known == below.end())
            problems.warning(remove->line, key_path(one.path, "remove"),
                             fmt::format("no file before this one has such a {}", noun));
        else if (is_removal)
            below.erase(known);
        else if (known == below.end())
            below.push_back(std::move(one));
        else
            lay_over(known->node, std::move(one.node));
    }
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

void lay_over(config_parts& below, config_parts above, problem_log& problems) {
    for (const auto section :
         {&config_parts::gateway, &config_parts::http, &config_parts::search, &config_parts::limits,
          &config_parts::admin, &config_parts::defaults, &config_parts::flags})
        lay_section_over(below.*section, above.*section);
    lay_views_over(below.views, std::move(above.views), "view", problems);
    lay_views_over(below.workflows, std::move(above.workflows), "workflow", problems);
    child_merge merge{below.children, problems};
    for (auto& child : above.children) merge.lay_over(std::move(child));
    merge.take_out_removed();
}

} // namespace mcpgw
