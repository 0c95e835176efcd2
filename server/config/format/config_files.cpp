// SPDX-License-Identifier: Apache-2.0
#include "server/config/format/config_files.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace mcpgw {

std::optional<std::string> read_text_file(const std::string& path, std::size_t bytes_max) {
    std::error_code ec;
    if (std::filesystem::is_directory(path, ec)) return std::nullopt;
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    // Not by the file's size: a pipe (/dev/fd/63 of a shell) has none.
    // And not by iterators of its buffer: they throw where it cannot be read.
    std::string text;
    std::array<char, 4096> part{};
    while (file.read(part.data(), part.size()) || file.gcount() > 0) {
        const auto bytes = static_cast<std::size_t>(file.gcount());
        if (bytes > bytes_max - text.size()) return std::nullopt;
        text.append(part.data(), bytes);
    }
    if (file.bad()) return std::nullopt;
    return text;
}

} // namespace mcpgw
