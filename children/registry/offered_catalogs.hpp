// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/upstream.hpp"
#include "protocol/catalog/catalog.hpp"
#include "protocol/text/text_hash.hpp"
#include "transports/log.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace mcpgw {

/// The catalog of what all servers offer together, and that of each alone. Requests share the one
/// that they have begun with. Owned by `registry`.
class offered_catalogs {
public:
    offered_catalogs(naming_options naming, logger& log);

    /// Other names are given to what is offered, from the next rebuild() on.
    void set_naming(naming_options naming) { naming_ = std::move(naming); }
    /// The servers offer something else now, or are others.
    void rebuild(std::span<const std::unique_ptr<upstream>> upstreams);

    /// Another number after each change.
    [[nodiscard]] std::uint64_t generation() const { return generation_; }
    /// Of all catalogs as of now, and of views that are made of them.
    [[nodiscard]] const std::shared_ptr<catalog_entries>& entries() const { return entries_; }
    [[nodiscard]] const naming_options& naming() const { return naming_; }
    /// Of all servers as of now.
    [[nodiscard]] const std::shared_ptr<const catalog>& merged() const { return merged_; }
    /// Of one server, with names as it knows them; null: no such server.
    [[nodiscard]] std::shared_ptr<const catalog> only(std::string_view name) const;

private:
    void report_conflicts();

    naming_options naming_;
    logger& log_;
    std::uint64_t generation_ = 0;
    std::shared_ptr<catalog_entries> entries_ = std::make_shared<catalog_entries>();
    std::shared_ptr<const catalog> merged_;
    struct single {
        std::shared_ptr<const upstream_lists> lists;
        std::shared_ptr<const catalog> made;
    };
    std::unordered_map<std::string, single, text_hash, std::equal_to<>> single_;
    std::set<std::string, std::less<>> reported_conflicts_;
};

} // namespace mcpgw
