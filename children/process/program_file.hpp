// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace mcpgw {

/// Why the system did not start this file, where what is in the file tells more than the error: a
/// first line that names a program which is not there, or none. Empty: it tells nothing.
std::string advice_on_program(const std::string& path, int error);

} // namespace mcpgw
