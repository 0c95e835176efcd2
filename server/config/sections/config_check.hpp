// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_document.hpp"
#include "server/config/keys/config_keys.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// One table of the file after the checks of config_keys(): unknown keys, types, ranges and choices
/// were reported; only what passed can be taken out. Refers to the document, which must outlive it.
class checked_section {
public:
    checked_section() = default;

    /// `node` may be null (the table is absent). `path`: how messages name it, e.g. "children[2]".
    checked_section(const config_node* node, std::string_view section, std::string path,
                    problem_log& problems);

    /// The value of a key that is there and passed the checks, else null.
    [[nodiscard]] const config_node* find(std::string_view key) const;
    [[nodiscard]] std::string path_of(std::string_view key) const { return key_path(path_, key); }
    [[nodiscard]] const std::string& path() const { return path_; }

    // Each leaves `out` alone, and returns false, where the key is absent or not valid.
    bool take(std::string_view key, std::string& out) const;
    bool take(std::string_view key, bool& out) const;
    bool take(std::string_view key, double& out) const;
    bool take(std::string_view key, std::size_t& out) const;
    bool take(std::string_view key, std::optional<std::size_t>& out) const;
    bool take(std::string_view key, std::chrono::milliseconds& out) const;
    bool take(std::string_view key, std::vector<std::string>& out) const;

private:
    bool check(const config_key& key, const config_node& node, const std::string& path,
               problem_log& problems) const;

    const config_node* node_ = nullptr;
    std::string path_;
    std::vector<std::string_view> valid_; // keys; their texts are the table's
};

/// Replaces the variables in every text of `node` whose key allows it (config_key::is_expanded).
/// Reports variables that are missing and marks such texts as broken.
void expand_section(config_node& node, std::string_view section, const std::string& path,
                    const environment_lookup& environment, problem_log& problems);

/// `path` is not of the right type: "expected …, found …".
void report_type(const config_node& node, const std::string& path, std::string_view expected,
                 problem_log& problems, std::string hint = {});

} // namespace mcpgw
