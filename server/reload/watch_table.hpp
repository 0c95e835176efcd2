// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/reload/watch_plan.hpp"

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace mcpgw {

/// One event of inotify.
struct file_event {
    int watch = -1;
    std::uint32_t mask = 0; ///< IN_…
    std::string_view name;  ///< in a watched directory; empty: the watched thing itself
};

/// Which watch of the system is for what, and so which of its events count. A watch belongs to a
/// thing rather than to a path: two paths of one directory have one watch and both interests. Does
/// no I/O.
class watch_table {
public:
    /// From here on until end() everything that is to be watched is added again.
    void begin();
    void add(int watch, const directory_interest& interest);
    void add_file(int watch);
    /// Those that were not added again: nobody wants their events any more.
    [[nodiscard]] std::vector<int> end();

    /// True: something that is watched may have changed.
    bool on_event(const file_event& event);

private:
    struct entry {
        directory_interest in_directory;
        bool is_file = false;
        bool is_wanted = false;
    };
    std::map<int, entry> entries_;
};

} // namespace mcpgw
