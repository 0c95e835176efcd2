// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/bridge/list_bridge.hpp"
#include "protocol/bridge/task_bridge.hpp"
#include "protocol/catalog/argument_rules.hpp"
#include "protocol/http/param_headers.hpp"
#include "protocol/message/list_kind.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mcpgw {

/// One tool, prompt, resource or template, as its server described it.
struct list_item {
    std::string key;        ///< name, or uri / uriTemplate
    std::string json;       ///< the raw object
    std::string original{}; ///< what its server calls it; empty: the same
    std::shared_ptr<const argument_rules> arguments{}; ///< of a tool; null: its clients give all

    /// What its server calls it.
    [[nodiscard]] const std::string& own_name() const { return original.empty() ? key : original; }
};

/// Where a public name or URI leads.
struct catalog_target {
    std::string upstream;
    std::string original; ///< name or uri as the upstream knows it
    /// Of a tool: its `x-mcp-header` parameters; none where its schema has them in a wrong way.
    std::vector<param_header> headers{};
    output_shape output = output_shape::undeclared;    ///< of a tool
    task_support tasks = task_support::forbidden;      ///< of a tool
    std::shared_ptr<const argument_rules> arguments{}; ///< of a tool; null: its clients give all
};

/// One entry of a merged list, and where it leads. Immutable: catalogs of one time share it.
struct catalog_entry {
    std::string key;  ///< public name, URI or template
    std::string json; ///< the raw object with its public name
    catalog_target target;
    std::size_t hash = 0; ///< of the object
};

/// The entries that several catalogs have in common: views of the same servers, as of one time.
class catalog_entries {
public:
    using entry_ptr = std::shared_ptr<const catalog_entry>;

    /// Null: no catalog has it.
    [[nodiscard]] entry_ptr find(list_kind kind, std::string_view upstream,
                                 std::string_view key) const;
    void add(list_kind kind, std::string_view upstream, entry_ptr entry);
    /// Takes over what `before` has of servers that are still the same, but what no catalog uses.
    void keep_from(const catalog_entries& before,
                   const std::function<bool(std::string_view upstream)>& is_same);
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    static std::string name_of(list_kind kind, std::string_view upstream, std::string_view key);

    std::unordered_map<std::string, entry_ptr> entries_;
};

/// `name`: public. `has_task_extension`: its server decides itself which tools become tasks.
catalog_entries::entry_ptr make_entry(list_kind kind, const list_item& item,
                                      std::string_view upstream, const std::string& name,
                                      bool has_task_extension);

} // namespace mcpgw
