// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace mcpgw {

/// What is found at a path, links not followed.
struct path_look {
    enum class kind { missing, file, directory, link };
    kind is = kind::missing;
    std::string target; ///< of a link
};

/// What counts of the events in one directory.
struct directory_interest {
    std::set<std::string, std::less<>> names; ///< anything that happens to these
    /// Directories on the way to those: only that they are renamed. Whoever deploys by
    /// `mv new current` changes files without touching one.
    std::set<std::string, std::less<>> passages;
    bool has_all_names = false; ///< all but the scratch files of editors

    friend bool operator==(const directory_interest&, const directory_interest&) = default;
};

/// Where one must look to notice that what is read through some paths has changed. Directories
/// rather than files: whoever writes a new file and renames it leaves the old one as it was. Each
/// link on the way has its directory watched as well, and so has the nearest one that exists of a
/// path that does not: Kubernetes swaps `..data`, a link in the middle of the way.
struct watch_plan {
    std::map<std::string, directory_interest> directories;
    /// Regular files as they are now: one that is mounted alone into a container is changed
    /// without an event in the directory where it is seen.
    std::set<std::string> files;

    friend bool operator==(const watch_plan&, const watch_plan&) = default;
};

/// `paths`: absolute, files or directories, there or not. `look` is asked for each step of the way.
watch_plan plan_watches(std::span<const std::string> paths,
                        const std::function<path_look(const std::string&)>& look);

/// What the system has there.
path_look look_at_path(const std::string& path);

/// Of what editors and writers keep beside a file for a moment. Kubernetes' `..data` is none.
bool is_scratch_name(std::string_view name);

} // namespace mcpgw
