// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/registry.hpp"
#include "server/admin/admin_actions.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace mcpgw {

/// What the admin interface needs of those who keep the configuration. Where a function is empty,
/// the gateway cannot do that, and says so.
struct admin_hooks {
    using answer = admin_actions::answer;
    using undo = std::function<bool()>; ///< false: it cannot be undone
    struct configured_server {
        std::string name;
        bool is_enabled = true;
    };

    std::vector<std::string> files; ///< of the configuration; none: the built-in one
    std::string managed;            ///< what `managed_file` writes
    std::string name;               ///< of the configuration, for the name of the socket
    std::string socket;             ///< of the interface itself; empty: none
    /// The servers of the configuration that is in force, disabled ones included.
    std::function<std::vector<configured_server>()> configured;
    std::function<std::uint64_t()> generation;
    std::function<boost::json::array()> reloads; ///< the last ones, newest last
    /// Errors: configuration_invalid with the problems.
    std::function<task<answer>(bool is_dry_run, abort_signal& abort)> reload;
    std::function<boost::json::array()> flags;
    /// Before the next reload. Null: as the configuration says. Errors: flag_not_found,
    /// bad_request, not_written.
    std::function<admin_result<undo>(const std::string& name, const boost::json::value& value)>
        set_flag;
    std::function<boost::json::array()> views;
};

/// The admin interface of a gateway that runs. Owned by the application.
class gateway_admin final : public admin_actions {
public:
    gateway_admin(registry& upstreams, admin_hooks hooks);

    /// Once it is known.
    void set_socket(std::string path) { hooks_.socket = std::move(path); }

    answer status() override;
    task<answer> reload(bool is_dry_run, abort_signal& abort) override;
    answer servers() override;
    answer server(const std::string& name) override;
    answer logs(const std::string& name) override;
    task<answer> add_server(boost::json::object entry, abort_signal& abort) override;
    task<answer> remove_server(std::string name, abort_signal& abort) override;
    task<answer> set_enabled(std::string name, bool is_enabled, abort_signal& abort) override;
    task<answer> restart(std::string name, abort_signal& abort) override;
    answer flags() override;
    task<answer> set_flag(std::string name, boost::json::value value, abort_signal& abort) override;
    task<answer> unset_flag(std::string name, abort_signal& abort) override;
    answer views() override;

private:
    [[nodiscard]] boost::json::array server_list() const;
    [[nodiscard]] bool is_configured(std::string_view name) const;
    [[nodiscard]] std::string known_names() const;
    [[nodiscard]] admin_error unknown_server(std::string_view name) const;
    [[nodiscard]] admin_error unable(std::string_view what) const;
    task<answer> edit(std::string name, std::function<void(class managed_servers&)> change,
                      abort_signal& abort);
    task<answer> change_flag(std::string name, boost::json::value value, abort_signal& abort);

    registry& upstreams_;
    admin_hooks hooks_;
    clock_type::time_point started_ = clock_type::now();
    bool is_editing_ = false;
};

} // namespace mcpgw
