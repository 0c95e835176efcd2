// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_problem.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// A variable that the written configuration refers to.
struct import_variable {
    std::string name;
    std::string key;                  ///< where it came from: "mcpServers.github.env.GITHUB_TOKEN"
    bool is_secret = true;            ///< false: something that only the editor knew
    std::optional<std::string> value; ///< for the `.env` file; nothing: the user has to set it
};

struct import_options {
    std::string own_binary;  ///< of this program
    std::string config_path; ///< where `toml` is going to be written
};

struct import_source {
    std::string path;
    std::string text;
};

struct import_result {
    std::string toml;         ///< our configuration; empty if nothing could be read
    std::string client_entry; ///< what takes the place of the client's own entries
    bool client_entry_is_toml = false;
    std::vector<import_variable> variables; ///< for the `.env` file
    std::vector<config_problem> problems;
    std::size_t servers = 0;              ///< in `toml`
    [[nodiscard]] bool is_usable() const; ///< no problem of severity error
};

/// Reads existing clients' configurations, in any foreign shape, as they are written: variables are
/// kept, literal values that look like secrets become variables. An entry that cannot be used is
/// left out, and one that cannot run here is switched off; problems say why. The written
/// configuration has no errors once the listed variables are set. `environment` decides which names
/// are still free, and what can run. Values never appear in `toml` and problems.
import_result import_clients(const std::vector<import_source>& sources,
                             const import_options& options, const environment_lookup& environment);

/// The same of one file.
import_result import_client_config(const std::string& path, const import_options& options,
                                   const environment_lookup& environment);

} // namespace mcpgw
