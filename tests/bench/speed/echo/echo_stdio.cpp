// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/speed/echo/echo_roles.hpp"

#include <cerrno>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace mcpgw::bench {

namespace {

constexpr std::size_t buffer_bytes = 32U << 20U; // a message of the bench is shorter
constexpr int pipe_bytes = 1 << 20;              // what a user may ask for

bool write_all(std::string_view text) {
    while (!text.empty()) {
        const auto count = ::write(STDOUT_FILENO, text.data(), text.size());
        if (count > 0) {
            text.remove_prefix(static_cast<std::size_t>(count));
            continue;
        }
        if (errno != EAGAIN && errno != EINTR) return false;
        pollfd output{STDOUT_FILENO, POLLOUT, 0};
        ::poll(&output, 1, -1);
    }
    return true;
}

/// Bytes that were read, at least one; 0: the end.
std::size_t read_some(char* to, std::size_t bytes_max) {
    for (;;) {
        const auto count = ::read(STDIN_FILENO, to, bytes_max);
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno != EAGAIN && errno != EINTR) return 0;
        pollfd input{STDIN_FILENO, POLLIN, 0};
        ::poll(&input, 1, -1);
    }
}

} // namespace

int run_echo_over_stdio(const echo_answers& answers) {
    // Larger pipes mean fewer switches of process for long messages; without them it works too.
    ::fcntl(STDIN_FILENO, F_SETPIPE_SZ, pipe_bytes);
    ::fcntl(STDOUT_FILENO, F_SETPIPE_SZ, pipe_bytes);
    // Not initialised: pages that nothing is read into are never touched.
    const std::unique_ptr<char[]> buffer{new char[buffer_bytes]};
    std::size_t filled = 0;
    std::size_t searched = 0; // no line ends before it
    std::string out;
    while (filled < buffer_bytes) {
        const auto count = read_some(buffer.get() + filled, buffer_bytes - filled);
        if (count == 0) return 0;
        filled += count;
        std::size_t begin = 0;
        const auto find_end = [&](std::size_t from) -> const char* {
            return static_cast<const char*>(std::memchr(buffer.get() + from, '\n', filled - from));
        };
        for (auto* end = find_end(searched); end != nullptr; end = find_end(begin)) {
            const auto at = static_cast<std::size_t>(end - buffer.get());
            answers.append({buffer.get() + begin, at - begin}, "\n", out);
            begin = at + 1;
        }
        std::memmove(buffer.get(), buffer.get() + begin, filled - begin);
        filled -= begin;
        searched = filled;
        if (!write_all(out)) return 1;
        out.clear();
    }
    return 1;
}

} // namespace mcpgw::bench
