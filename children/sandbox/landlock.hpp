// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/sandbox/isolation.hpp"
#include "protocol/error.hpp"

#include <cstdint>

namespace mcpgw {

/// What this kernel offers of Landlock (landlock(7)): 0: nothing, 1: Linux 5.13, 2: 5.19, 3: 6.2,
/// 5: 6.10, …
int landlock_abi();

/// From here on Landlock also keeps files from being cut short (truncate(2)).
inline constexpr int landlock_abi_of_truncate = 3;

/// The kinds of access that rules of an ABI decide about. Everything else stays as it is.
std::uint64_t landlock_rights(int abi);
/// Those that a path gets. A rule for a file may hold rights of files only.
std::uint64_t landlock_grant(int abi, bool is_writable, bool is_directory);

/// The rules for one process. Made while the paths can be opened, enforced later.
class landlock_rules {
public:
    /// Errors: server_failed with the key and the path that is wrong.
    static result<landlock_rules> make(const landlock_paths& paths);
    ~landlock_rules();
    landlock_rules(landlock_rules&& other) noexcept;
    landlock_rules& operator=(landlock_rules&&) = delete;

    /// For this thread and everything that it starts, for good. no_new_privs must be set.
    [[nodiscard]] result<void> enforce() const;

private:
    explicit landlock_rules(int descriptor) : descriptor_(descriptor) {}
    result<void> add(const std::string& path, bool is_writable, int abi);

    int descriptor_;
};

} // namespace mcpgw
