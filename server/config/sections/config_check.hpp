// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/sections/config_scope.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// One table of the file after the checks of config_keys(): unknown keys, types, ranges and choices
/// were reported; only what passed can be taken out. Refers to the document, which must outlive it.
class checked_section {
public:
    checked_section() = default;

    /// `node` may be null (the table is absent). `section`: a static text. `path`: how messages
    /// name it, e.g. "children[2]".
    checked_section(const config_node* node, std::string_view section, std::string path,
                    problem_log& problems);

    /// The value of a key that is there and passed the checks, else null.
    [[nodiscard]] const config_node* find(std::string_view key) const;
    [[nodiscard]] std::string path_of(std::string_view key) const { return key_path(path_, key); }
    [[nodiscard]] const std::string& path() const { return path_; }

    /// Puts all that is there, in nested tables too, where their rows say (config_place), in the
    /// order of the rows: what is kept in options of that type.
    template <class Options>
    void store(Options& options, const config_scope& scope) const {
        store(&options, &options_tag<Options>, scope);
    }

private:
    void store(void* options, const void* owner, const config_scope& scope) const;

    const config_node* node_ = nullptr;
    std::string_view section_;
    std::string path_;
    std::vector<std::string_view> valid_; // keys; their texts are the table's
};

/// Replaces the variables in a text. Reports those that are missing and marks the text as broken.
void expand_text(config_node& node, const std::string& path, const config_environment& environment,
                 problem_log& problems);

/// The same for every text of `node` whose key allows it (config_key::is_expanded), and for every
/// value that depends on a flag.
void expand_section(config_node& node, std::string_view section, const std::string& path,
                    const config_environment& environment, problem_log& problems);

} // namespace mcpgw
