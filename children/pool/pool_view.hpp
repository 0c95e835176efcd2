// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/policy/pool_rules.hpp"
#include "children/pool/pool_members.hpp"

#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace mcpgw {

/// The members of a pool as its rules see them, and which of them have lists of their own. Owned by
/// `instance_pool`.
class pool_view {
public:
    pool_view(const child_options& options, const pool_members& members)
        : options_(options), members_(members) {}

    /// Made anew for each decision, in the order of the members; good until the next one. `tool`:
    /// that is called; empty: none.
    [[nodiscard]] std::span<const pool_member> make(std::string_view tool = {});

    /// Beside those of the lister: of instances that said that their own lists changed.
    [[nodiscard]] std::vector<std::shared_ptr<const upstream_lists>> other_lists() const;
    /// Lists were read, or an instance that had its own has ended.
    void note_lists() { has_other_lists_ = !other_lists().empty(); }

private:
    [[nodiscard]] bool has_tool(const instance& one, std::string_view tool) const;

    const child_options& options_;
    const pool_members& members_;
    std::vector<pool_member> view_;
    bool has_other_lists_ = false; ///< some instance that is no lister has read lists of its own
};

} // namespace mcpgw
