// SPDX-License-Identifier: Apache-2.0
#include "children/sandbox/landlock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace mcpgw {

namespace {

constexpr std::uint64_t files_run =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE; // of files and of what is beneath
constexpr std::uint64_t files_written = LANDLOCK_ACCESS_FS_WRITE_FILE;
constexpr std::uint64_t directories_changed =
    LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
// The headers that we build with may be older than the kernel that we run on.
constexpr std::uint64_t refer = 1ULL << 13U;     // ABI 2: rename and link between directories
constexpr std::uint64_t truncate = 1ULL << 14U;  // ABI 3
constexpr std::uint64_t ioctl_dev = 1ULL << 15U; // ABI 5
constexpr int abi_of_refer = 2;
constexpr int abi_of_ioctl = 5;

fault problem(std::string_view key, std::string text) {
    return {errc::server_failed, fmt::format("`{}`: {}", key, text)};
}

} // namespace

int landlock_abi() {
    const auto abi =
        ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return static_cast<int>(std::max(abi, 0L));
}

std::uint64_t landlock_rights(int abi) {
    return landlock_grant(abi, true, true);
}

std::uint64_t landlock_grant(int abi, bool is_writable, bool is_directory) {
    std::uint64_t rights = files_run;
    if (is_directory) rights |= LANDLOCK_ACCESS_FS_READ_DIR;
    if (!is_writable) return rights;
    rights |= files_written;
    if (abi >= landlock_abi_of_truncate) rights |= truncate;
    if (abi >= abi_of_ioctl) rights |= ioctl_dev;
    if (is_directory) rights |= directories_changed;
    if (is_directory && abi >= abi_of_refer) rights |= refer;
    return rights;
}

result<landlock_rules> landlock_rules::make(const landlock_paths& paths) {
    const int abi = landlock_abi();
    landlock_ruleset_attr handled{};
    handled.handled_access_fs = landlock_rights(abi);
    const auto descriptor = abi == 0 ? -1L
                                     : ::syscall(SYS_landlock_create_ruleset, &handled,
                                                 sizeof handled.handled_access_fs, 0);
    if (descriptor < 0)
        return problem("landlock", "this kernel offers no Landlock (it came with Linux 5.13, and "
                                   "may be switched off); leave the key out, or change the kernel");
    landlock_rules rules{static_cast<int>(descriptor)};
    for (const auto& path : paths.read)
        if (auto added = rules.add(path, false, abi); added.has_error()) return added.error();
    for (const auto& path : paths.write)
        if (auto added = rules.add(path, true, abi); added.has_error()) return added.error();
    return rules;
}

result<void> landlock_rules::add(const std::string& path, bool is_writable, int abi) {
    const std::string_view key = is_writable ? "landlock.write" : "landlock.read";
    const int opened = ::open(path.c_str(), O_PATH | O_CLOEXEC);
    if (opened < 0)
        return problem(key, fmt::format("cannot open '{}': {}", path, std::strerror(errno)));
    struct stat about {};
    const bool is_directory = ::fstat(opened, &about) == 0 && S_ISDIR(about.st_mode);
    landlock_path_beneath_attr rule{};
    rule.allowed_access = landlock_grant(abi, is_writable, is_directory);
    rule.parent_fd = opened;
    const auto outcome =
        ::syscall(SYS_landlock_add_rule, descriptor_, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    const int error = errno;
    ::close(opened);
    if (outcome != 0)
        return problem(key,
                       fmt::format("no rule is possible for '{}': {}", path, std::strerror(error)));
    return {};
}

result<void> landlock_rules::enforce() const {
    if (::syscall(SYS_landlock_restrict_self, descriptor_, 0) == 0) return {};
    return problem("landlock", fmt::format("cannot be enforced: {}", std::strerror(errno)));
}

landlock_rules::landlock_rules(landlock_rules&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

landlock_rules::~landlock_rules() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

} // namespace mcpgw
