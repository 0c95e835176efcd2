// SPDX-License-Identifier: Apache-2.0
#include "server/reload/watch_plan.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <filesystem>

#include <sys/stat.h>

namespace mcpgw {

namespace fs = std::filesystem;

namespace {

constexpr int links_max = 40; // as in the kernel; beyond it nothing could be read either

using look_function = std::function<path_look(const std::string&)>;

/// The way of one path, step by step.
class walk {
public:
    walk(watch_plan& plan, const look_function& look) : plan_(plan), look_(look) {}

    void run(const std::string& path) {
        follow(path);
        while (!left_.empty()) {
            const auto name = left_.front();
            left_.pop_front();
            if (name == ".") continue;
            if (name == "..")
                here_ = here_.parent_path();
            else if (!step(name))
                return;
        }
    }

private:
    void follow(const fs::path& path) {
        if (path.is_absolute()) here_ = "/";
        std::deque<std::string> names;
        for (const auto& part : path.relative_path())
            if (!part.empty()) names.push_back(part.string());
        left_.insert(left_.begin(), names.begin(), names.end());
    }

    /// False: the way ends here.
    bool step(const std::string& name) {
        const auto next = (here_ / name).string();
        const auto found = look_(next);
        auto& around = plan_.directories[here_.string()];
        const bool is_passage = found.is == path_look::kind::directory && !left_.empty();
        (is_passage ? around.passages : around.names).insert(name);
        switch (found.is) {
        case path_look::kind::missing:
            return false;
        case path_look::kind::file:
            if (left_.empty()) plan_.files.insert(next);
            return false;
        case path_look::kind::directory:
            here_ = next;
            if (left_.empty()) plan_.directories[next].has_all_names = true;
            return true;
        case path_look::kind::link:
            break;
        }
        if (++links_ > links_max) return false;
        follow(found.target);
        return true;
    }

    watch_plan& plan_;
    const look_function& look_;
    fs::path here_{"/"};
    std::deque<std::string> left_; ///< names still to come
    int links_ = 0;
};

} // namespace

watch_plan plan_watches(std::span<const std::string> paths, const look_function& look) {
    watch_plan plan;
    for (const auto& path : paths) walk{plan, look}.run(path);
    return plan;
}

path_look look_at_path(const std::string& path) {
    struct stat about {};
    if (::lstat(path.c_str(), &about) != 0) return {};
    if (S_ISDIR(about.st_mode)) return {path_look::kind::directory, {}};
    if (!S_ISLNK(about.st_mode)) return {path_look::kind::file, {}};
    std::error_code gone;
    const auto target = fs::read_symlink(path, gone);
    if (gone) return {};
    return {path_look::kind::link, target.string()};
}

bool is_scratch_name(std::string_view name) {
    constexpr std::array endings{"~", ".swp", ".swx", ".swo", ".tmp", ".bak", ".orig", ".part"};
    if (name == "..data") return false;
    if (name.empty() || name.front() == '.' || name.front() == '#') return true;
    if (name == "4913") return true; // by which Vim finds out whether it may write there
    return std::ranges::any_of(endings,
                               [name](std::string_view ending) { return name.ends_with(ending); });
}

} // namespace mcpgw
