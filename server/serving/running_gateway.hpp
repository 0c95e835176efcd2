// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/config.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// Which gateway runs on which configuration, as a small file of this user's: `stdio` goes to the
/// one that serves its configuration already, where otherwise every server would run twice.
///
/// The file is locked for as long as the gateway lives, so that one that was left behind by a crash
/// is known to be stale, whatever its pid means now. A gateway is told of only where nobody but
/// this machine reaches it.

/// Which configuration a gateway runs on, and what stands in its files; neither can be read back.
struct configuration_mark {
    std::string name;
    std::string contents; ///< empty: no file could be read
};
configuration_mark mark_of(const config_inputs& inputs, const config_result& read);

/// The directory: mcp-gateway below $XDG_RUNTIME_DIR, else below $XDG_STATE_HOME or ~/.local/state.
/// Empty: there is none.
std::string state_directory(std::string_view runtime_home, std::string_view state_home,
                            std::string_view home);

/// Where flags are kept that were set while a gateway ran on these files (flag_overrides): below
/// $XDG_STATE_HOME or ~/.local/state, which outlive a login. Empty: there is no such directory.
std::string flags_path(const config_inputs& inputs, std::string_view state_home,
                       std::string_view home);

/// What a gateway tells of itself. While it lives, so does the lock.
class running_gateway {
public:
    /// Nothing: it cannot be told (no directory, or another
    /// one runs on it); then nobody finds it, and that is all.
    static std::optional<running_gateway> announce(const std::string& directory,
                                                   const configuration_mark& config,
                                                   const std::string& url);
    ~running_gateway();
    running_gateway(running_gateway&& other) noexcept;
    running_gateway& operator=(running_gateway&& other) noexcept;

    /// Its files say this now, and it is at this URL. A failure is as with announce().
    void renew(const configuration_mark& config, const std::string& url) const;

    /// The URL of the one that runs on that configuration as its files are now. Nothing: none does,
    /// or it was started with other contents.
    static std::optional<std::string> find(const std::string& directory,
                                           const configuration_mark& config);

private:
    running_gateway(int lock, std::string path) : lock_(lock), path_(std::move(path)) {}

    int lock_;
    std::string path_;
};

} // namespace mcpgw
