// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/config.hpp"
#include "server/config/keys/config_keys.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mcpgw {

/// One key whose value is another one.
struct key_change {
    std::string key; ///< with the table that it stands in: "limits.line_bytes_max"
    key_effect effect = key_effect::at_once;
    /// JSON, without secrets; empty: it is not shown, as it may hold the value of a variable.
    std::string before, after;
};

/// A server whose configuration has errors of its own: it would be shown as failed.
struct broken_server {
    std::string name;
    std::string why;
};

/// A server that stays, under the same name, with other options.
struct server_change {
    std::string name;
    std::vector<key_change> keys; ///< none: it can be started now, and could not before

    /// Processes (connections) that run know nothing of the change.
    [[nodiscard]] bool needs_new_process() const;
};

/// What it takes to come from one configuration to another. Pure: neither is put into force.
struct config_plan {
    std::vector<key_change> gateway; ///< keys of [gateway], [http] and [limits]
    std::vector<std::string> added;
    std::vector<std::string> removed;
    std::vector<server_change> changed;
    std::vector<std::string> unchanged;
    std::vector<broken_server> broken; ///< new ones, and those that were not so before
    /// Servers that stay have another order, which decides who keeps a name that two of them want.
    bool is_reordered = false;

    /// What is to be done about a server that is in the new configuration.
    enum class step : std::uint8_t { keep, adopt, replace };
    [[nodiscard]] std::unordered_map<std::string_view, step> steps() const;
    /// There is nothing to do.
    [[nodiscard]] bool is_empty() const;
    /// Keys that only the next start of the gateway puts into force, with their tables.
    [[nodiscard]] std::vector<std::string> keys_for_restart() const;
};

/// Servers are the same where their names are. Effective values are compared, so that a key that
/// is written out with its default is no change.
config_plan plan_change(const configuration& from, const configuration& to);

/// One line for each change, for people. Empty: there is none.
std::string describe(const config_plan& plan);
/// The same as a JSON object.
std::string to_json(const config_plan& plan);

} // namespace mcpgw
