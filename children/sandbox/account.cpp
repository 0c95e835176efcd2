// SPDX-License-Identifier: Apache-2.0
#include "children/sandbox/account.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
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

/// An entry of a database of users or groups, and the memory that its texts are in. A configuration
/// is read on a thread of its own, so nothing here is shared.
template <class Entry>
class database_entry {
public:
    /// `find`: one of the functions that end in _r, with its key bound.
    template <class Find>
    explicit database_entry(Find find) : texts_(text_bytes_min) {
        Entry* found = nullptr;
        int error = find(&entry_, texts_.data(), texts_.size(), &found);
        while (error == ERANGE && texts_.size() < text_bytes_max) {
            texts_.resize(texts_.size() * 2);
            error = find(&entry_, texts_.data(), texts_.size(), &found);
        }
        is_there_ = error == 0 && found != nullptr;
    }
    explicit operator bool() const { return is_there_; }
    const Entry* operator->() const { return &entry_; }

private:
    static constexpr std::size_t text_bytes_min = 1024;
    static constexpr std::size_t text_bytes_max = 1U << 20U; // groups with very many members

    Entry entry_{};
    std::vector<char> texts_;
    bool is_there_ = false;
};

using user_entry = database_entry<passwd>;
using group_entry = database_entry<::group>;

user_entry user_named(const std::string& name) {
    return user_entry{[&name](auto... out) {
        return ::getpwnam_r(name.c_str(), out...);
    }};
}

fault unknown(std::string_view key, std::string_view name) {
    return {errc::server_failed,
            fmt::format("`{}`: there is no {} '{}' on this machine", key, key, name)};
}

/// As chown(1) has it: a name first, else a number.
result<account> find_user(const std::string& user, bool has_group) {
    auto entry = user_named(user);
    const auto number = parse_number(user);
    if (!entry && number)
        entry = user_entry{[&number](auto... out) {
            return ::getpwuid_r(*number, out...);
        }};
    account found;
    if (entry) {
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
        const group_entry entry{[&group](auto... out) {
            return ::getgrnam_r(group.c_str(), out...);
        }};
        const auto number = parse_number(group);
        if (!entry && !number) return unknown("group", group);
        who.gid = entry ? entry->gr_gid : *number;
    }
    who.groups = groups_of(who);
    return who;
}

std::string group_name(gid_t group) {
    const group_entry entry{[group](auto... out) {
        return ::getgrgid_r(group, out...);
    }};
    return entry ? entry->gr_name : std::string{};
}

} // namespace mcpgw
