// SPDX-License-Identifier: Apache-2.0
#include "server/config/format/used_files.hpp"

#include <filesystem>
#include <system_error>

namespace mcpgw {

namespace fs = std::filesystem;

namespace {

std::string whole(const fs::path& path) {
    std::error_code ec;
    const auto full = fs::absolute(path, ec).lexically_normal();
    return ec ? path.string() : full.string();
}

} // namespace

void used_files::add(const std::string& path) {
    if (!path.empty()) paths_.insert(whole(path));
}

std::string path_beside(const std::string& file, const std::string& path) {
    return whole(fs::path{file}.parent_path() / path);
}

} // namespace mcpgw
