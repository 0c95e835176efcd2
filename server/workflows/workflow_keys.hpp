// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/workflows/workflow.hpp"
#include "server/workflows/workflow_reader.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace mcpgw {

/// A key with the other names that are understood for it.
struct workflow_key {
    std::string_view name;
    std::string_view older = {}; ///< such as `args`; empty: there is none
};

/// Takes the members of one table out, each checked for its type; what is wrong is told with its
/// place. camelCase is read as snake_case. Views the table, which must outlive it.
class workflow_table {
public:
    workflow_table(const boost::json::object& table, std::string place, workflow_problems& problems)
        : table_(table), place_(std::move(place)), problems_(problems) {}

    /// Tells keys that are not among these.
    void check_keys(std::span<const workflow_key> known) const;
    /// Null: it is not there, or null.
    [[nodiscard]] const boost::json::value* find(const workflow_key& key) const;
    [[nodiscard]] std::string place_of(std::string_view key) const;
    [[nodiscard]] const std::string& place() const { return place_; }

    [[nodiscard]] std::string text(const workflow_key& key) const;
    [[nodiscard]] std::optional<bool> condition(const workflow_key& key) const;
    /// From `min` to `max`, else `otherwise`.
    [[nodiscard]] std::size_t count(const workflow_key& key, std::size_t otherwise, std::size_t min,
                                    std::size_t max) const;
    /// A text with units ("30s") or a number of seconds.
    [[nodiscard]] std::chrono::milliseconds duration(const workflow_key& key,
                                                     std::chrono::milliseconds otherwise,
                                                     std::chrono::milliseconds max) const;
    [[nodiscard]] const boost::json::object* table(const workflow_key& key) const;
    [[nodiscard]] const boost::json::array* list(const workflow_key& key) const;
    /// Nothing: it is not there, or cannot be read.
    [[nodiscard]] std::optional<value_template> values(const workflow_key& key) const;
    [[nodiscard]] std::optional<expression> condition_of(const workflow_key& key) const;
    void complain(std::string_view key, std::string message, std::string hint = {}) const;

private:
    void wrong_type(const workflow_key& key, std::string_view wanted) const;

    const boost::json::object& table_;
    std::string place_;
    workflow_problems& problems_;
};

} // namespace mcpgw
