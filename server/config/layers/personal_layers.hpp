// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_document.hpp"
#include "server/config/layers/person.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mcpgw {

/// [[overlays]]: what is different for some people, or in a view, in a file for all of them.
class personal_layers {
public:
    /// `user`: as config_inputs has it.
    personal_layers(std::string user, problem_log& problems)
        : user_(std::move(user)), problems_(problems) {}

    /// Checks all overlays of a document of ours. Those that are for the user, in their order.
    [[nodiscard]] std::vector<config_node> find(const config_node& document);

private:
    /// What it lays over the rest. Nothing: it is for others, or wrong, which was reported.
    std::optional<config_node> read(const config_node& overlay, const std::string& path);
    /// `view` of an overlay, as the only one of [[views]]; `when` names it.
    void add_view(config_node& layer, const config_member* said, const config_node& when,
                  const std::string& path);
    std::optional<bool> is_meant(const config_node& when, const std::string& path);
    void check_keys(const config_node& table, std::string_view section, const std::string& path);

    std::string user_;
    problem_log& problems_;
    std::optional<person> who_; ///< looked up when it is first needed
};

} // namespace mcpgw
