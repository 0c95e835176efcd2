// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace mcpgw {

/// One thing wrong with a configuration.
struct config_problem {
    enum class severity : unsigned char { error, warning };
    severity level = severity::error;
    std::string file;
    std::size_t line = 0;     ///< 1-based; 0: unknown
    std::string key;          ///< e.g. "children[2].env.TOKEN"; empty: the whole file
    std::string message;      ///< what is wrong; never a value that may be a secret
    std::string hint;         ///< what to do; may be empty
    bool is_of_child = false; ///< an error of one child alone: the others could run

    /// "gateway.toml:12: children[0].command: … (hint)"; without the level.
    [[nodiscard]] std::string str() const;
};

/// Looks up an environment variable of ours. Injected, so that tests need no real environment.
using environment_lookup = std::function<std::optional<std::string>(const std::string& name)>;
environment_lookup process_environment();

/// What a configuration file is written in.
enum class config_format : unsigned char { toml, json, yaml };

} // namespace mcpgw
