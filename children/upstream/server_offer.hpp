// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/pool/instance_pool.hpp"
#include "children/upstream/remembered_schema.hpp"
#include "protocol/catalog/catalog.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mcpgw {

/// What a server offers: as its instances say it, or as it is remembered. Without what clients must
/// not see: nobody above knows of a hidden tool, so nobody can show or call it by mistake. Kept
/// when the last instance is gone. Owned by `upstream`.
class server_offer {
public:
    /// Who said what is offered.
    struct identity {
        revision spoken;
        std::string server_info; ///< raw JSON; empty: unknown
    };

    explicit server_offer(const child_options& options) : options_(options) {}

    /// Never null.
    [[nodiscard]] const std::shared_ptr<const upstream_lists>& lists() const { return lists_; }
    [[nodiscard]] const std::optional<identity>& who() const { return who_; }
    /// All of it is only remembered: the server has not said anything itself.
    [[nodiscard]] bool is_recalled() const { return is_recalled_; }
    /// Some of it is of others than the instance that speaks for all.
    [[nodiscard]] bool has_more() const { return lists_ != first_; }

    /// What the instance says that speaks for all. A list that could not be read is no news: better
    /// that of before, of a process in the other era or of an earlier run.
    void take(const instance& from);
    /// One process of several may come to offer what the others lack (tools that appear after a
    /// login, say): it is offered too, and its calls go to that process (pool_view).
    void merge(const std::vector<std::shared_ptr<const upstream_lists>>& others);
    /// Before the first start: it is what it was when the server last ran.
    void recall(upstream_lists lists, identity who);
    /// What the instance that speaks for all has said last.
    [[nodiscard]] const upstream_lists& first() const { return *first_; }

private:
    [[nodiscard]] std::shared_ptr<const upstream_lists>
    visible(std::shared_ptr<const upstream_lists> all) const;

    const child_options& options_;
    std::shared_ptr<const upstream_lists> lists_ = std::make_shared<upstream_lists>();
    std::shared_ptr<const upstream_lists> first_ = lists_; ///< without that of others
    std::optional<identity> who_;
    bool is_recalled_ = false;
};

} // namespace mcpgw
