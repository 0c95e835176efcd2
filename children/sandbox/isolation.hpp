// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace mcpgw {

/// What a child may use at most (setrlimit). Empty: as the gateway itself.
struct resource_limits {
    std::optional<std::size_t> memory_bytes; ///< address space
    std::optional<std::size_t> data_bytes;   ///< memory that can be written
    std::optional<std::size_t> cpu_seconds;
    std::optional<std::size_t> files;     ///< open at once
    std::optional<std::size_t> processes; ///< of its user, all together
    std::optional<std::size_t> file_bytes;
    std::optional<std::size_t> core_bytes;

    bool operator==(const resource_limits&) const = default;
};

/// One of the limits, for code that goes through all of them.
struct limit_kind {
    std::string_view key; ///< in the configuration
    int resource;         ///< RLIMIT_…
    std::optional<std::size_t> resource_limits::*value;
};
std::span<const limit_kind> limit_kinds();

/// What a child reaches of the file system: these and what is beneath them.
struct landlock_paths {
    std::vector<std::string> read;  ///< and run
    std::vector<std::string> write; ///< read, run, changed, created, removed

    bool operator==(const landlock_paths&) const = default;
};

/// What a child's process is kept from. Applied by the launcher, all or nothing: what the system
/// cannot do is an error of the start.
struct isolation_options {
    resource_limits limits;
    std::string user;  ///< name or number; empty: ours
    std::string group; ///< name or number; empty: the user's
    std::optional<mode_t> umask;
    std::optional<landlock_paths> landlock;
    bool has_network = true;

    bool operator==(const isolation_options&) const = default;
    /// Nothing is asked for.
    [[nodiscard]] bool is_empty() const { return *this == isolation_options{}; }
};

/// "0027": one to four octal digits.
std::optional<mode_t> parse_umask(std::string_view text);

} // namespace mcpgw
