// SPDX-License-Identifier: Apache-2.0
#include "server/calls/fallback.hpp"

#include "protocol/text/argument_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

namespace mcpgw {

const std::vector<fallback_target>& fallbacks_of(const child_options& options,
                                                 std::string_view tool) {
    const auto own = options.tools.find(tool);
    const bool has_own = own != options.tools.end() && own->second.fallbacks;
    return has_own ? *own->second.fallbacks : options.fallbacks;
}

bool is_failure_of_server(errc code) {
    constexpr std::array failures{errc::circuit_open, errc::server_failed, errc::connection_lost,
                                  errc::call_timed_out, errc::server_busy};
    return std::find(failures.begin(), failures.end(), code) != failures.end();
}

void fallback_plan::add_fallbacks_of(const child_options& failed, std::string_view tool,
                                     std::string_view arguments) {
    seen_.emplace(failed.name, tool);
    std::vector<step> added;
    for (const auto& target : fallbacks_of(failed, tool)) {
        step one;
        one.server = target.server;
        one.tool = target.tool.empty() ? std::string{tool} : target.tool;
        one.arguments = target.arguments.empty() ? std::string{arguments}
                                                 : fill_template(target.arguments, arguments);
        one.is_always_allowed = target.is_always_allowed;
        added.push_back(std::move(one));
    }
    steps_.insert(steps_.begin(), added.begin(), added.end());
}

std::optional<fallback_plan::step> fallback_plan::next(bool may_be_done) {
    while (!steps_.empty() && tries_ < tries_max) {
        auto one = std::move(steps_.front());
        steps_.pop_front();
        if (may_be_done && !one.is_always_allowed) continue;
        if (!seen_.emplace(one.server, one.tool).second) continue;
        ++tries_;
        return one;
    }
    return std::nullopt;
}

namespace {

/// Walks from tool to tool along the fallbacks. A tool without a list of its own that stands in no
/// list is like any other of its server: "" stands for it.
class loop_finder {
public:
    explicit loop_finder(const std::vector<child_options>& children) : children_(children) {
        names_.insert("");
        for (std::size_t i = 0; i < children.size(); ++i) {
            places_.emplace(children[i].name, i);
            note_targets(children[i].fallbacks);
            for (const auto& [name, tool] : children[i].tools) {
                if (!tool.fallbacks) continue;
                names_.insert(name);
                note_targets(*tool.fallbacks);
            }
        }
    }

    std::vector<fallback_loop> find() {
        for (std::size_t i = 0; i < children_.size(); ++i)
            for (const auto& name : names_) walk_from({i, name});
        return std::move(loops_);
    }

private:
    using node = std::pair<std::size_t, std::string>; // a child and its tool
    struct frame {
        node at;
        std::size_t next = 0; ///< of its fallbacks
    };

    void note_targets(const std::vector<fallback_target>& list) {
        for (const auto& target : list) names_.insert(target.tool);
    }

    [[nodiscard]] std::string shown(const node& at) const {
        return fmt::format("{}.{}", children_[at.first].name, at.second.empty() ? "*" : at.second);
    }

    /// Depth first, without recursion: the file says how long the chain is.
    void walk_from(const node& start) {
        if (fallbacks_of(children_[start.first], start.second).empty()) return;
        if (!seen_.insert(start).second) return;
        way_.push_back({start});
        while (!way_.empty()) {
            auto& [at, next] = way_.back();
            const auto& list = fallbacks_of(children_[at.first], at.second);
            if (next == list.size()) {
                way_.pop_back();
                continue;
            }
            const auto index = next++;
            const auto& target = list[index];
            const auto child = places_.find(target.server);
            if (child == places_.end()) continue;
            const node to{child->second, target.tool.empty() ? at.second : target.tool};
            const auto before = std::ranges::find(way_, to, &frame::at);
            if (before != way_.end())
                report(before, to, index);
            else if (seen_.insert(to).second)
                way_.push_back({to});
        }
    }

    void report(std::vector<frame>::iterator before, const node& to, std::size_t index) {
        const auto& [child, tool] = way_.back().at;
        const auto own = children_[child].tools.find(tool);
        const bool has_own = own != children_[child].tools.end() && own->second.fallbacks;
        fallback_loop loop;
        loop.where = {child, has_own ? tool : std::string(), index};
        if (!reported_.emplace(child, loop.where.tool, index).second) return;
        for (; before != way_.end(); ++before) loop.way.push_back(shown(before->at));
        loop.way.push_back(shown(to));
        loops_.push_back(std::move(loop));
    }

    const std::vector<child_options>& children_;
    std::map<std::string, std::size_t, std::less<>> places_;
    std::set<std::string> names_; ///< of tools that have a list or stand in one
    std::set<node> seen_;
    std::vector<frame> way_;
    std::set<std::tuple<std::size_t, std::string, std::size_t>> reported_;
    std::vector<fallback_loop> loops_;
};

} // namespace

std::vector<fallback_loop> find_fallback_loops(const std::vector<child_options>& children) {
    const bool has_any = std::ranges::any_of(children, [](const child_options& child) {
        return !child.fallbacks.empty() || std::ranges::any_of(child.tools, [](const auto& tool) {
            return tool.second.fallbacks.has_value();
        });
    });
    return has_any ? loop_finder{children}.find() : std::vector<fallback_loop>{};
}

} // namespace mcpgw
