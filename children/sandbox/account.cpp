// SPDX-License-Identifier: Apache-2.0
#include "children/sandbox/account.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace mcpgw {

namespace {

constexpr int groups_max = 65'536; // the kernel's own limit

std::optional<unsigned> parse_number(std::string_view text) {
    constexpr auto none = static_cast<unsigned>(-1); // means "leave it" to the system calls
    unsigned number = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end || number == none) return std::nullopt;
    return number;
}

fault unknown(std::string_view key, std::string_view name) {
    return {errc::server_failed,
            fmt::format("`{}`: there is no {} '{}' on this machine", key, key, name)};
}

/// As chown(1) has it: a name first, else a number.
result<account> find_user(const std::string& user, bool has_group) {
    const auto* entry = ::getpwnam(user.c_str());
    const auto number = parse_number(user);
    if (entry == nullptr && number) entry = ::getpwuid(*number);
    account found;
    if (entry != nullptr) {
        found.uid = entry->pw_uid;
        found.gid = entry->pw_gid;
        found.name = entry->pw_name;
        found.home = entry->pw_dir;
        found.shell = entry->pw_shell;
        return found;
    }
    if (!number) return unknown("user", user);
    if (!has_group)
        return fault{
            errc::server_failed,
            fmt::format("`user`: {} has no entry on this machine, so nothing says what its "
                        "group is; set `group` as well",
                        user)};
    found.uid = *number;
    return found;
}

std::vector<gid_t> groups_of(const account& who) {
    if (who.name.empty()) return {who.gid};
    int count = 0;
    ::getgrouplist(who.name.c_str(), who.gid, nullptr, &count);
    if (count <= 0 || count > groups_max) return {who.gid};
    std::vector<gid_t> groups(static_cast<std::size_t>(count));
    if (::getgrouplist(who.name.c_str(), who.gid, groups.data(), &count) < 0) return {who.gid};
    groups.resize(static_cast<std::size_t>(count));
    return groups;
}

} // namespace

result<account> find_account(const std::string& user, const std::string& group) {
    account who;
    who.uid = ::geteuid();
    who.gid = ::getegid();
    if (!user.empty()) {
        auto found = find_user(user, !group.empty());
        if (found.has_error()) return found;
        who = std::move(*found);
    }
    if (!group.empty()) {
        const auto* const entry = ::getgrnam(group.c_str());
        const auto number = parse_number(group);
        if (entry == nullptr && !number) return unknown("group", group);
        who.gid = entry != nullptr ? entry->gr_gid : *number;
    }
    who.groups = groups_of(who);
    return who;
}

} // namespace mcpgw
