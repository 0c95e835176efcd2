// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What `npx` would run in the end. It stays beside the server for as long as that lives, with a
/// shell in between: two processes and some 90 MiB for nothing.
struct npx_program {
    std::string path;
    std::vector<std::string> args;
    std::string bin_directory; ///< npx puts it in front of PATH
};

struct npx_request {
    std::string_view program; ///< that was found
    const std::vector<std::string>& args;
    const std::vector<std::string>& environment; ///< "NAME=value"
    std::string_view cwd;
};

/// Where that is certain without asking a registry: the package has an exact version
/// (`npx -y name@1.2.3`), is installed completely in npx's cache with that version, and nothing in
/// the directories above `cwd`, the environment and the npmrc files says otherwise. Nothing, where
/// it is not: npx finds out itself.
std::optional<npx_program> resolve_npx(const npx_request& request);

} // namespace mcpgw
