// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/upstream.hpp"

#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>

namespace mcpgw {

/// Servers by their names: each call looks for one. Owned by `registry`, which has it made anew
/// after each change of its list.
class upstream_index {
public:
    void rebuild(std::span<const std::unique_ptr<upstream>> list) {
        by_name_.clear();
        for (const auto& one : list) by_name_.emplace(one->name(), one.get());
    }
    /// Before options change, which have the names.
    void clear() { by_name_.clear(); }

    /// Null: no such server.
    [[nodiscard]] upstream_ref find(std::string_view name) const {
        const auto found = by_name_.find(name);
        return found == by_name_.end() ? upstream_ref{} : upstream_ref{found->second};
    }
    /// That one, or one that took its place; null also where another one has its name now.
    [[nodiscard]] upstream_ref find(const server_identity& which) const {
        auto found = find(which.name);
        return found && found->uses().lineage() == which.lineage ? found : upstream_ref{};
    }

private:
    std::unordered_map<std::string_view, upstream*> by_name_;
};

} // namespace mcpgw
