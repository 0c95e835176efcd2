// SPDX-License-Identifier: Apache-2.0
#include "server/cli/console.hpp"

#include "server/cli/cli.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <unistd.h>

namespace mcpgw {

namespace {
int output_error = 0; // errno of the first write to stdout that failed; a command has one stdout
}

void write_error_output(std::string_view text) {
    while (!text.empty()) {
        const auto taken = ::write(STDERR_FILENO, text.data(), text.size());
        if (taken < 0 && errno == EINTR) continue;
        if (taken <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(taken));
    }
}

void write_output(std::string_view text) {
    if (output_error != 0) return;
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) output_error = errno;
}

int finish_output(int exit_code) {
    if (std::fflush(stdout) != 0 && output_error == 0) output_error = errno;
    if (output_error == 0) return exit_code;
    // A reader that has seen enough (`| head`) needs not be told.
    if (output_error != EPIPE)
        say("mcp-gateway: the output could not be written: {}\n", std::strerror(output_error));
    return exit_code == exit_success ? exit_failure : exit_code;
}

} // namespace mcpgw
