// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/line_port.hpp"

#include <array>
#include <cerrno>

#include <unistd.h>

namespace mcpgw::fake {

std::optional<std::string> line_port::read_line() {
    std::size_t searched = 0;
    for (;;) {
        const auto end = pending_.find('\n', searched);
        if (end != std::string::npos) {
            auto line = pending_.substr(0, end);
            pending_.erase(0, end + 1);
            return line;
        }
        searched = pending_.size();
        std::array<char, 65536> chunk; // NOLINT: filled by read()
        const auto count = ::read(STDIN_FILENO, chunk.data(), chunk.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return std::nullopt;
        pending_.append(chunk.data(), static_cast<std::size_t>(count));
    }
}

void line_port::write_line(std::string_view line) {
    write(line);
    write("\n");
}

void line_port::write(std::string_view bytes) {
    if (!is_bytewise_) return write_all(STDOUT_FILENO, bytes);
    for (std::size_t i = 0; i < bytes.size(); ++i) write_all(STDOUT_FILENO, bytes.substr(i, 1));
}

void write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::write(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

} // namespace mcpgw::fake
