// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/format/config_problem.hpp"
#include "server/config/format/used_files.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// A secret, or why there is none. Neither text of a failure holds a secret.
struct secret_outcome {
    std::optional<std::string> value;
    std::string problem{};
    std::string hint{};
    std::string warning{};
};

/// Where the secrets come from that texts of a configuration name: ${file:/run/secrets/x},
/// ${command:pass show x}, ${credential:NAME} of systemd, ${keyring:service/user} of the desktop.
/// Each is read once for each reading of the configuration, and what is kept of it here is
/// overwritten at the end.
class secret_source {
public:
    /// `files`: those that were looked at go in. `environment`: where CREDENTIALS_DIRECTORY is.
    secret_source(used_files& files, environment_lookup environment)
        : files_(files), environment_(std::move(environment)) {}
    ~secret_source();
    secret_source(const secret_source&) = delete;
    secret_source& operator=(const secret_source&) = delete;

    /// "file" of "file:/run/secrets/x"; empty: it names no secret.
    static std::string_view provider_of(std::string_view content);

    /// `words`: of a command its words, else one text. `beside`: the file that names it.
    secret_outcome read(std::string_view provider, const std::vector<std::string>& words,
                        const std::string& beside);

    /// The values that were read since this was asked for the last time.
    [[nodiscard]] std::vector<std::string> take_handed_out();

private:
    secret_outcome find(std::string_view provider, const std::vector<std::string>& words,
                        const std::string& beside);
    secret_outcome read_file(const std::string& path);
    secret_outcome read_credential(const std::string& name);
    secret_outcome run(std::vector<std::string> words);
    secret_outcome read_keyring(const std::string& entry);

    used_files& files_;
    environment_lookup environment_;
    std::map<std::vector<std::string>, secret_outcome> known_;
    std::vector<std::string> handed_out_;
    std::chrono::milliseconds time_left_{std::chrono::seconds{60}}; ///< for all commands together
};

} // namespace mcpgw
