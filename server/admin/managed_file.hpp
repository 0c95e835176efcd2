// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/admin/admin_error.hpp"
#include "server/admin/managed_servers.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <utility>

namespace mcpgw {

/// Where `managed_servers` are kept: conf.d/managed.toml beside the configuration. Written as a
/// whole, so that nobody reads half of it; for its owner alone, since it may hold secrets.
class managed_file {
public:
    /// `path`: managed_path() of the configuration.
    explicit managed_file(std::string path) : path_(std::move(path)) {}

    [[nodiscard]] const std::string& path() const { return path_; }
    /// Text of the file as it is; empty: there is none. Errors: not_written.
    [[nodiscard]] admin_result<std::string> read() const;
    /// Errors: configuration_invalid with the problems.
    [[nodiscard]] admin_result<managed_servers> parse(const std::string& text) const;
    /// Empty text: the file goes. Errors: not_written.
    [[nodiscard]] admin_result<> write(const std::string& text) const;

private:
    std::string path_;
};

/// A table of `children` from JSON. Errors: bad_request.
admin_result<config_node> server_entry(const boost::json::object& entry);

} // namespace mcpgw
