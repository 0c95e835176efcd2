// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <map>
#include <string>

namespace mcpgw {

/// Flags that were set while a gateway ran, by name.
using flag_values = std::map<std::string, bool, std::less<>>;

/// Where they are kept over restarts: a small file of this user's, {"enable_github":true}. A
/// configuration depends on it as on its other files (config_inputs::flags_file).
class flag_overrides {
public:
    explicit flag_overrides(std::string path) : path_(std::move(path)) {}

    /// Nothing is there: none. Errors: server_failed, for a file that others may write to, or that
    /// says something else.
    [[nodiscard]] result<flag_values> read() const;

    /// Whole or not at all. The directory is made where it is missing. Without values the file
    /// goes.
    [[nodiscard]] result<void> write(const flag_values& values) const;

private:
    std::string path_;
};

} // namespace mcpgw
