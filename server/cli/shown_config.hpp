// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/layers/layered_document.hpp"

#include <string>

namespace mcpgw {

/// A configuration as all of its files together say it, for people and programs: variables as they
/// are written, "***" in place of what is, or may be, a secret.
class shown_config {
public:
    explicit shown_config(layered_document& document);

    /// As TOML that could be a file of ours. `has_origins`: behind each value its file and line.
    [[nodiscard]] std::string toml(bool has_origins) const;
    /// The same as JSON. `has_origins`: an object of `configuration` and `origins`, in which each
    /// key with its tables has its `file` and `line`.
    [[nodiscard]] std::string json(bool has_origins) const;

private:
    config_node root_;
    const problem_log& files_;
};

} // namespace mcpgw
