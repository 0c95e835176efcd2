// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

namespace mcpgw {

/// Every file and directory whose change would make the configuration another one: those that were
/// read, and those that would have been, had they been there. Made while a configuration is read.
class used_files {
public:
    /// A file, there or not; or a directory of which the names were read.
    void add(const std::string& path);

    /// Absolute paths, sorted, each once.
    [[nodiscard]] std::vector<std::string> list() const { return {paths_.begin(), paths_.end()}; }

private:
    std::set<std::string> paths_;
};

/// `path` as seen from the directory of `file` (which may be relative itself), without . and ..
std::string path_beside(const std::string& file, const std::string& path);

} // namespace mcpgw
