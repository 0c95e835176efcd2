// SPDX-License-Identifier: Apache-2.0
#include "server/config/layers/include_pattern.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fnmatch.h>

namespace mcpgw {

namespace fs = std::filesystem;

namespace {

bool is_pattern(const std::string& text) {
    return text.find_first_of("*?[") != std::string::npos;
}

included_files one_file(const std::string& path, used_files& files) {
    files.add(path);
    std::error_code ec;
    if (fs::is_directory(path, ec))
        return {{}, "is a directory", "write " + fs::path{path}.filename().string() + "/*.toml"};
    if (!fs::exists(path, ec))
        return {{}, "the file does not exist", "its path is relative to the file that includes it"};
    return {{path}, {}, {}};
}

} // namespace

included_files find_included(const std::string& pattern, used_files& files) {
    if (!is_pattern(pattern)) return one_file(pattern, files);
    const fs::path whole{pattern};
    const auto directory = whole.parent_path();
    if (is_pattern(directory.string()))
        return {{}, "* ? and [ may stand in the last part of a path only", ""};
    files.add(directory.string());
    included_files found;
    std::error_code ec;
    for (fs::directory_iterator entry{directory, ec}, end; !ec && entry != end;
         entry.increment(ec)) {
        const auto name = entry->path().filename().string();
        std::error_code gone;
        const bool is_meant =
            ::fnmatch(whole.filename().c_str(), name.c_str(), FNM_PERIOD | FNM_NOESCAPE) == 0;
        if (is_meant && !fs::is_directory(entry->path(), gone))
            found.paths.push_back(entry->path().string());
    }
    const bool is_unreadable = ec && ec != std::errc::no_such_file_or_directory;
    if (is_unreadable) found.problem = "the directory cannot be read";
    std::ranges::sort(found.paths);
    return found;
}

} // namespace mcpgw
