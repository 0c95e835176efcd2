// SPDX-License-Identifier: Apache-2.0
#include "children/registry/offered_catalogs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>
#include <vector>

namespace mcpgw {

offered_catalogs::offered_catalogs(naming_options naming, logger& log)
    : naming_(std::move(naming)), log_(log), merged_(std::make_shared<catalog>()) {}

std::shared_ptr<const catalog> offered_catalogs::only(std::string_view name) const {
    const auto found = single_.find(name);
    return found == single_.end() ? nullptr : found->second.made;
}

void offered_catalogs::rebuild(std::span<const std::unique_ptr<upstream>> upstreams) {
    ++generation_;
    std::vector<catalog::source> sources;
    sources.reserve(upstreams.size());
    auto before = std::exchange(single_, {});
    single_.reserve(upstreams.size());
    for (const auto& c : upstreams) {
        sources.push_back({c->name(), &c->lists()});
        auto known = before.extract(c->name());
        const bool is_same = !known.empty() && known.mapped().lists == c->offer().lists();
        if (is_same)
            single_.insert(std::move(known));
        else
            single_[c->name()].lists = c->offer().lists();
    }
    // A thousand servers of which one has changed: the entries of the others are as they were.
    auto entries = std::make_shared<catalog_entries>();
    entries->keep_from(*entries_, [this](std::string_view upstream) {
        const auto found = single_.find(upstream);
        return found != single_.end() && found->second.made != nullptr;
    });
    entries_ = std::move(entries);
    for (const auto& source : sources) {
        auto& made = single_.find(source.upstream)->second.made;
        if (!made)
            made = std::make_shared<catalog>(std::vector{source}, std::nullopt, entries_.get());
    }
    merged_ = std::make_shared<catalog>(sources, naming_, entries_.get());
    report_conflicts();
}

/// Each once.
void offered_catalogs::report_conflicts() {
    for (const auto& conflict : merged_->conflicts()) {
        const auto key = fmt::format("{} {}", conflict.kind, conflict.key);
        if (!reported_conflicts_.emplace(key).second) continue;
        log_.warning("{} '{}' is offered by {} ({}); {}", conflict.kind, conflict.key,
                     conflict.is_own ? "the gateway itself and others" : "several servers",
                     fmt::join(conflict.others, ", "), conflict.outcome());
    }
}

} // namespace mcpgw
