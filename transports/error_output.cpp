// SPDX-License-Identifier: Apache-2.0
#include "transports/error_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <string>

#include <poll.h>
#include <unistd.h>

namespace mcpgw {

bool error_output::write(std::string_view line) {
    std::string before;
    if (is_in_line_) before = "\n";
    if (untold_ > 0) before += fmt::format("({} lines of the log could not be written)\n", untold_);
    const bool is_told = before.empty() || write_whole(before);
    if (is_told) untold_ = 0;
    if (is_told && write_whole(line)) return true;
    ++lost_;
    ++untold_;
    return false;
}

bool error_output::write_whole(std::string_view bytes) {
    while (!bytes.empty()) {
        // A pipe that is ready takes so many without waiting.
        pollfd ready{descriptor_, POLLOUT, 0};
        if (::poll(&ready, 1, 0) <= 0 || (ready.revents & POLLOUT) == 0) return false;
        const auto taken =
            ::write(descriptor_, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
        if (taken < 0 && errno == EINTR) continue;
        if (taken <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(taken));
        is_in_line_ = !bytes.empty();
    }
    return true;
}

} // namespace mcpgw
