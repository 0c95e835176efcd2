#pragma once

#include "server/config.hpp"

#include <string>
#include <vector>

namespace mcpgw {

/// A variable that the written configuration refers to and that the user has to set.
struct import_variable {
    std::string name;
    std::string key;       ///< where it came from: "mcpServers.github.env.GITHUB_TOKEN"
    bool is_secret = true; ///< false: something that only the editor knew
};

struct import_options {
    std::string own_binary;  ///< of this program
    std::string config_path; ///< where `toml` is going to be written
};

struct import_result {
    std::string toml;         ///< our configuration; empty if nothing could be read
    std::string client_entry; ///< what takes the place of the client's own entries
    bool client_entry_is_toml = false;
    std::vector<import_variable> variables; ///< for the `.env` file; without values
    std::vector<config_problem> problems;
    [[nodiscard]] bool is_usable() const; ///< no problem of severity error
};

/// Reads an existing client's configuration, in any foreign shape, as it is written: variables are
/// kept, literal values that look like secrets become variables. The written configuration loads
/// again with load_config() once the listed variables are set. `environment` only decides which
/// variable names are still free. Values never appear in problems.
import_result import_client_config(const std::string& path, const import_options& options,
                                   const environment_lookup& environment);

} // namespace mcpgw
