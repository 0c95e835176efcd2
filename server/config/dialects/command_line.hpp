// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// A whole command line that somebody wrote where the program alone belongs.
struct command_line {
    std::vector<std::pair<std::string, std::string>> env; ///< NAME=value before the program
    std::vector<std::string> words;                       ///< the program and its arguments
};

/// Takes a text apart as a shell would, where it certainly is a command line: it has blanks, begins
/// with a program that is known to start servers, and needs no shell. Nothing: take it as it is.
std::optional<command_line> split_command_line(std::string_view text);

} // namespace mcpgw
