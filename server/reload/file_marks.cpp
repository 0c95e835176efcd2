// SPDX-License-Identifier: Apache-2.0
#include "server/reload/file_marks.hpp"

#include <algorithm>
#include <array>

#include <sys/stat.h>
#include <sys/vfs.h>

namespace mcpgw {

namespace {

/// Times of files are those of the kernel's last tick.
constexpr std::chrono::milliseconds tick_max{20};

std::int64_t nanoseconds(const timespec& time) {
    return std::chrono::nanoseconds{std::chrono::seconds{time.tv_sec}}.count() + time.tv_nsec;
}

} // namespace

file_mark mark_of(const std::string& path) {
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0) return {};
    return {about.st_dev, about.st_ino, about.st_size, nanoseconds(about.st_mtim),
            nanoseconds(about.st_ctim)};
}

file_marks marks_of(std::span<const std::string> paths) {
    file_marks marks;
    for (const auto& path : paths) marks.emplace(path, mark_of(path));
    return marks;
}

bool has_changed_since(const file_mark& mark, std::chrono::system_clock::time_point when) {
    const std::chrono::nanoseconds since = when.time_since_epoch() - tick_max;
    return mark.inode != 0 && mark.changed_ns >= since.count();
}

bool is_on_remote_filesystem(const std::string& path) {
    // statfs(2). FUSE has what containers on a virtual machine get of its host.
    constexpr std::array<std::uint32_t, 9> remote{
        0x6969,     // NFS
        0x517B,     // SMB
        0xFF534D42, // CIFS
        0xFE534D42, // SMB2
        0x65735546, // FUSE
        0x01021997, // 9P
        0x00C36400, // Ceph
        0x5346414F, // AFS
        0x0BD00BD0, // Lustre
    };
    struct statfs about {};
    if (::statfs(path.c_str(), &about) != 0) return false;
    return std::ranges::find(remote, static_cast<std::uint32_t>(about.f_type)) != remote.end();
}

} // namespace mcpgw
