// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/catalog/argument_rules.hpp"
#include "protocol/catalog/entry_override.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mcpgw {

/// Who answers a call in place of a server that fails.
struct fallback_target {
    std::string server;
    std::string tool;      ///< empty: the one of the same name
    std::string arguments; ///< fill_template(); empty: those of the call
    /// Also where the server that failed may have done the work already.
    bool is_always_allowed = false;

    bool operator==(const fallback_target&) const = default;
};

/// One argument of a tool that its clients do not give, or not always. All of it raw JSON.
struct argument_override {
    std::string value;    ///< what the server is sent, whatever the client says; empty: nothing
    std::string fallback; ///< what it is sent where the client says nothing; empty: nothing
    bool is_hidden = false;

    bool operator==(const argument_override&) const = default;
};
using argument_overrides = std::map<std::string, argument_override, std::less<>>;

/// What is configured for one tool of a server, where it differs from the rest of the server.
struct tool_options {
    std::optional<std::chrono::milliseconds> call_timeout;  ///< without progress
    std::optional<std::chrono::milliseconds> total_timeout; ///< of a call in all
    /// Whether it may be called twice, whatever it says itself.
    std::optional<bool> is_repeatable;
    std::optional<std::vector<fallback_target>> fallbacks; ///< in this order
    /// What its clients are shown in its place; shown.is_enabled is child_options::offered.
    entry_override shown;
    std::string annotations;      ///< raw object: members that take the place of its own; or empty
    argument_overrides arguments; ///< by name

    [[nodiscard]] bool is_shown_as_it_is() const {
        return shown == entry_override{} && annotations.empty() && arguments.empty();
    }
    /// What is done with its arguments; null: they are its clients' alone.
    [[nodiscard]] std::shared_ptr<const argument_rules> rules() const;

    bool operator==(const tool_options&) const = default;
};

} // namespace mcpgw
