// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_isolation.hpp"

#include "children/sandbox/account.hpp"
#include "children/sandbox/landlock.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

namespace mcpgw {

namespace {

void apply_umask(const checked_section& section, isolation_options& options,
                 problem_log& problems) {
    std::string text;
    if (!section.take("umask", text)) return;
    options.umask = parse_umask(text);
    if (!text.empty() && !options.umask)
        problems.error(section.find("umask")->line, section.path_of("umask"),
                       "must be one to four octal digits", "write umask = \"0027\"");
}

/// One list of paths; those that begin with ~ are a mistake that would be hard to see.
void apply_paths(const checked_section& table, std::string_view key,
                 std::vector<std::string>& paths,
                 const std::function<std::string(const std::string&)>& absolute, bool is_checked,
                 problem_log& problems) {
    if (!table.take(key, paths)) return;
    const auto* const list = table.find(key);
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const auto where = key_path(table.path_of(key), i);
        const auto line = list->items[i].line;
        if (paths[i].empty()) {
            problems.error(line, where, "is empty");
            continue;
        }
        paths[i] = absolute(paths[i]);
        std::error_code ec;
        if (is_checked && !std::filesystem::exists(paths[i], ec))
            problems.error(line, where, "does not exist",
                           list->items[i].text.starts_with("~")
                               ? "~ is not expanded: write ${HOME}/..."
                               : "make it, or leave it out: a rule needs something to stand on");
    }
}

void check_landlock(const checked_section& section, const landlock_paths& paths,
                    problem_log& problems) {
    const auto line = section.find("landlock")->line;
    const auto path = section.path_of("landlock");
    if (paths.read.empty() && paths.write.empty())
        problems.error(line, path, "without paths the child could not even read its program",
                       "for most: read = [\"/usr\", \"/lib\", \"/lib64\", \"/bin\", \"/etc\"]");
    const int abi = landlock_abi();
    if (abi == 0)
        problems.error(line, path, "this kernel offers no Landlock",
                       "it came with Linux 5.13, and may be switched off; leave the key out");
    else if (abi < landlock_abi_of_truncate)
        problems.warning(line, path,
                         "before Linux 6.2 a child can still cut files short that its user may "
                         "write",
                         "set user as well, or use a newer kernel");
}

void check_account(const checked_section& section, const isolation_options& options,
                   problem_log& problems) {
    const auto* const user = section.find("user");
    const auto* const group = section.find("group");
    if (user == nullptr && group == nullptr) return;
    const auto found = find_account(options.user, options.group);
    if (found.has_value()) return;
    // The other one of the two may stand in [defaults].
    const std::string message{found.error().message()};
    const bool is_group = user == nullptr || (group != nullptr && message.starts_with("`group`"));
    problems.error((is_group ? group : user)->line, section.path_of(is_group ? "group" : "user"),
                   message);
}

} // namespace

void apply_isolation(const checked_section& section, isolation_options& options,
                     const std::function<std::string(const std::string&)>& absolute,
                     bool is_checked, problem_log& problems) {
    problem_log reported{""}; // the first check reported them
    section.take("user", options.user);
    section.take("group", options.group);
    section.take("network", options.has_network);
    apply_umask(section, options, problems);
    if (is_checked) check_account(section, options, problems);
    if (const auto* node = section.find("rlimits"); node != nullptr) {
        const checked_section limits{node, "children.rlimits", "", reported};
        for (const auto& kind : limit_kinds()) limits.take(kind.key, options.limits.*kind.value);
    }
    if (const auto* node = section.find("landlock"); node != nullptr) {
        const checked_section table{node, "children.landlock", section.path_of("landlock"),
                                    reported};
        if (!options.landlock) options.landlock.emplace();
        apply_paths(table, "read", options.landlock->read, absolute, is_checked, problems);
        apply_paths(table, "write", options.landlock->write, absolute, is_checked, problems);
        if (is_checked) check_landlock(section, *options.landlock, problems);
    }
}

} // namespace mcpgw
