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

/// What a server offers: as its instances say it, or as it is remembered, and as clients are shown
/// it (shown_lists). Kept when the last instance is gone. Owned by `upstream`.
class server_offer {
public:
    /// Who said what is offered.
    struct identity {
        revision spoken;
        std::string server_info; ///< raw JSON; empty: unknown
    };

    explicit server_offer(const child_options& options) : options_(options) {}

    /// As clients are shown them; never null.
    [[nodiscard]] const std::shared_ptr<const upstream_lists>& lists() const { return shown_; }
    [[nodiscard]] const std::optional<identity>& who() const { return who_; }
    /// All of it is only remembered: the server has not said anything itself.
    [[nodiscard]] bool is_recalled() const { return is_recalled_; }
    /// Some of it is of others than the instance that speaks for all.
    [[nodiscard]] bool has_more() const { return said_ != first_; }

    /// What the instance says that speaks for all. A list that could not be read is no news: better
    /// that of before, of a process in the other era or of an earlier run.
    void take(const instance& from);
    /// One process of several may come to offer what the others lack (tools that appear after a
    /// login, say): it is offered too, and its calls go to that process (pool_view).
    void merge(const std::vector<std::shared_ptr<const upstream_lists>>& others);
    /// Before the first start: it is what it was when the server last ran.
    void recall(upstream_lists lists, identity who);
    /// The options say otherwise now what clients are shown.
    void show_again();
    /// What the instance that speaks for all has said last, of which clients need not see all.
    [[nodiscard]] const upstream_lists& first() const { return *first_; }

private:
    const child_options& options_;
    std::shared_ptr<const upstream_lists> first_ = std::make_shared<upstream_lists>();
    std::shared_ptr<const upstream_lists> said_ = first_; ///< with what others have beside that
    std::shared_ptr<const upstream_lists> shown_ = said_;
    std::optional<identity> who_;
    bool is_recalled_ = false;
};

} // namespace mcpgw
