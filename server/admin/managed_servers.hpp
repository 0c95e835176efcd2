// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_document.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What `servers add`, `remove`, `enable` and `disable` have said so far: a layer over the files
/// that people write, which are never written by a program. Text in, text out; a file of its own
/// (managed_file). Comments in it are not kept.
class managed_servers {
public:
    /// Nothing: it is none of ours any more; `problems` says why.
    static std::optional<managed_servers> parse(std::string_view text, problem_log& problems);

    /// There is an entry that says how the server is reached.
    [[nodiscard]] bool defines(std::string_view name) const;
    /// `entry`: a table of `children` with its name. Instead of what was said of it before.
    void add(config_node entry);
    /// What is defined here is forgotten; of what is defined elsewhere it is said that it is gone.
    void remove(const std::string& name);
    void set_enabled(const std::string& name, bool is_enabled);

    [[nodiscard]] bool is_empty() const { return entries_.empty(); }
    /// Reads again to the same.
    [[nodiscard]] std::string toml() const;

private:
    config_node* find(std::string_view name);
    void set(const std::string& name, std::string_view key, bool value);

    std::vector<config_node> entries_;
};

} // namespace mcpgw
