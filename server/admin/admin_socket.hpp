// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <string>
#include <vector>

namespace mcpgw {

/// The Unix socket of a gateway's admin interface as a file: where it is, that it is ours alone,
/// and that it is gone afterwards. A socket that was left behind by a crash is replaced, once a
/// connection has shown that nobody is there.
class admin_socket {
public:
    /// Listens at `path`, in a directory that is made if need be. Where another gateway listens
    /// there and `has_others`, at a name beside it, made of ours and the number of this process;
    /// then the directory is that of all gateways of this user, and swept.
    /// Errors: internal_error with what cannot be done, where and why.
    static result<admin_socket> open(const std::string& path, bool has_others);
    ~admin_socket();
    admin_socket(admin_socket&& other) noexcept;
    admin_socket& operator=(admin_socket&& other) noexcept;

    [[nodiscard]] const std::string& path() const { return path_; }
    /// The descriptor, which is then the caller's.
    [[nodiscard]] int release();

private:
    admin_socket(int listening, std::string path) : listening_(listening), path_(std::move(path)) {}

    int listening_ = -1;
    std::string path_;
};

/// Where the admin interface of a gateway is, below that directory, by the name of its
/// configuration (configuration_mark::name); empty: the built-in one. Empty result: there is no
/// directory.
std::string admin_socket_path(const std::string& directory, const std::string& name);
/// Where somebody answers: `path`, and the names beside it that open() makes of it.
std::vector<std::string> live_admin_sockets(const std::string& path);
/// The same of all configurations.
std::vector<std::string> all_live_admin_sockets(const std::string& directory);

/// The process at the other end is this user's, or the administrator's.
bool is_own_peer(int connection);

} // namespace mcpgw
