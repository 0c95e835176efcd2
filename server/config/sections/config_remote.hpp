// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/remote_options.hpp"
#include "server/config/sections/config_check.hpp"

#include <cstdint>
#include <string>

namespace mcpgw {

/// The keys of a child that is reached over HTTP: url, transport, headers, bearer_token, ca_file,
/// proxy, connect_timeout.

/// Reports an address or headers that cannot be used, a CA file that is not there, credentials that
/// would travel unprotected, and keys that mean something for processes only.
void check_remote(const checked_section& section, const remote_options& options,
                  problem_log& problems);
/// Another number for other contents; 0: there is no such file, or it cannot be read.
std::uint64_t mark_of_file(const std::string& path);
/// Of a child with a command: keys that mean something with a url only.
void check_no_remote(const checked_section& section, problem_log& problems);

} // namespace mcpgw
