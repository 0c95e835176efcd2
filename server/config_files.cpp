#include "server/config_files.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace mcpgw {

std::optional<std::string> read_text_file(const std::string& path, std::size_t bytes_max) {
    std::error_code ec;
    if (std::filesystem::is_directory(path, ec)) return std::nullopt;
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    // Not by the file's size: a pipe (/dev/fd/63 of a shell) has none.
    std::string text;
    text.reserve(4096);
    for (std::istreambuf_iterator<char> at{file}, end; at != end; ++at) {
        if (text.size() == bytes_max) return std::nullopt;
        text += *at;
    }
    if (file.bad()) return std::nullopt;
    return text;
}

} // namespace mcpgw
