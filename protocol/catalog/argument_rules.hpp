// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What the gateway does with one argument of a tool, in place of its clients.
struct argument_rule {
    std::string name;
    std::string value{};    ///< raw JSON that the server is sent; empty: what the client says
    bool is_fixed = false;  ///< always, not only where the client says nothing
    bool is_hidden = false; ///< clients do not know of it and cannot give it

    bool operator==(const argument_rule&) const = default;
};

/// The arguments of one tool that the gateway gives or hides. The schema that is shown is the
/// schema that is accepted: an argument that is hidden is in neither, one with a default is not
/// required. Immutable; shared by the lists and the calls that have begun with it.
class argument_rules {
public:
    /// `rules`: at least one; those that are fixed are hidden. Names are what they say, not as
    /// JSON spells them.
    explicit argument_rules(std::vector<argument_rule> rules);

    /// An inputSchema (raw object) as clients see it. Everything else keeps its bytes.
    [[nodiscard]] std::string shown_schema(std::string_view schema) const;
    /// The arguments of a client (raw; empty: none) for the server. Error: invalid_arguments, for
    /// what is no object, and for an argument that is hidden, with the words for one that the tool
    /// does not have. `tool`: as the client knows it.
    [[nodiscard]] result<std::string> apply(std::string_view arguments,
                                            std::string_view tool) const;
    /// The same of arguments that no client gave: what is fixed takes the place of what they say.
    [[nodiscard]] std::string fill(std::string_view arguments) const;
    /// In words: rules that a tool of this inputSchema does not bear out.
    [[nodiscard]] std::vector<std::string> misfits(std::string_view schema) const;

private:
    [[nodiscard]] const argument_rule* find(std::string_view key) const;
    void add_missing(std::vector<bool>& is_given, class member_writer& into) const;

    std::vector<argument_rule> rules_;
    std::vector<std::string> keys_; ///< their names as JSON spells them, without quotes
};

} // namespace mcpgw
