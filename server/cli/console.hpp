// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string_view>
#include <utility>

namespace mcpgw {

/// What the commands say to people and print for them. Output that cannot be written is never an
/// exception: on stderr it is forgotten; on stdout it makes the command fail at its end.

void write_error_output(std::string_view text);
void write_output(std::string_view text);

/// To stderr.
template <class... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
    write_error_output(fmt::format(format, std::forward<Args>(args)...));
}
/// To stdout: what the command was asked for.
template <class... Args>
void print_out(fmt::format_string<Args...> format, Args&&... args) {
    write_output(fmt::format(format, std::forward<Args>(args)...));
}

/// To one of the two.
template <class... Args>
void print_to(std::FILE* out, fmt::format_string<Args...> format, Args&&... args) {
    const auto text = fmt::format(format, std::forward<Args>(args)...);
    out == stderr ? write_error_output(text) : write_output(text);
}

/// At the end of a command with this exit code: exit_failure instead of success if not all of its
/// output could be written, which is said on stderr.
int finish_output(int exit_code);

} // namespace mcpgw
