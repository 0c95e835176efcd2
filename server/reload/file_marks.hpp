// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <span>
#include <string>

namespace mcpgw {

/// What tells that the thing at a path, links followed, is another than before. A file that is
/// written twice within the clock's step of some milliseconds, to the same size, has one mark.
struct file_mark {
    std::uint64_t device = 0;
    std::uint64_t inode = 0; ///< 0: nothing is there
    std::int64_t size = 0;
    std::int64_t written_ns = 0;
    std::int64_t changed_ns = 0; ///< also by new rights, and by a rename

    friend bool operator==(const file_mark&, const file_mark&) = default;
};

file_mark mark_of(const std::string& path);

using file_marks = std::map<std::string, file_mark>;
file_marks marks_of(std::span<const std::string> paths);

/// It has changed since then, as far as its times say. What is not there has not.
bool has_changed_since(const file_mark& mark, std::chrono::system_clock::time_point when);

/// Files there are changed by other machines, of which this one's kernel hears nothing.
bool is_on_remote_filesystem(const std::string& path);

} // namespace mcpgw
