// SPDX-License-Identifier: Apache-2.0
#include "server/reload/watch_table.hpp"

#include <sys/inotify.h>

namespace mcpgw {

void watch_table::begin() {
    for (auto& [watch, about] : entries_) about = {};
}

void watch_table::add(int watch, const directory_interest& interest) {
    auto& about = entries_[watch];
    about.is_wanted = true;
    about.in_directory.names.insert(interest.names.begin(), interest.names.end());
    about.in_directory.passages.insert(interest.passages.begin(), interest.passages.end());
    about.in_directory.has_all_names |= interest.has_all_names;
}

void watch_table::add_file(int watch) {
    auto& about = entries_[watch];
    about.is_wanted = true;
    about.is_file = true;
}

std::vector<int> watch_table::end() {
    std::vector<int> unwanted;
    for (const auto& [watch, about] : entries_)
        if (!about.is_wanted) unwanted.push_back(watch);
    for (const auto watch : unwanted) entries_.erase(watch);
    return unwanted;
}

bool watch_table::on_event(const file_event& event) {
    if ((event.mask & IN_Q_OVERFLOW) != 0) return true; // some were lost, of whatever
    const auto found = entries_.find(event.watch);
    if (found == entries_.end()) return false; // of a watch that was given up
    const auto& [names, passages, has_all_names] = found->second.in_directory;
    if (event.name.empty()) {
        // The thing itself: it is gone or elsewhere, or a file has changed. What else happens to a
        // directory (somebody looks after its mode) is no change of what is in it.
        const bool is_file = found->second.is_file;
        const auto ends = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED;
        const bool has_ended = (event.mask & ends) != 0;
        if ((event.mask & IN_IGNORED) != 0) entries_.erase(found); // its number may be used again
        return is_file || has_ended;
    }
    if (names.contains(event.name)) return true;
    if (passages.contains(event.name)) return (event.mask & (IN_MOVED_FROM | IN_MOVED_TO)) != 0;
    return has_all_names && !is_scratch_name(event.name);
}

} // namespace mcpgw
