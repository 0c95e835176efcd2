// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/dialects/config_shape.hpp"
#include "server/import/secret_hider.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mcpgw {

/// A child that the reader of our own files takes without an error.
struct tried_child {
    std::string toml;
};

/// Writes `entry` and reads it as `check` does. Keys that are wrong are left out; a child that
/// cannot run here is switched off, with the reason beside it; nothing: it is of no use at all.
/// Each time a problem says why. `config_path`: of the file that it will stand in.
std::optional<tried_child> try_child(child_entry& entry, const std::vector<hidden_secret>& hidden,
                                     const std::string& config_path,
                                     const environment_lookup& environment, problem_log& problems);

} // namespace mcpgw
