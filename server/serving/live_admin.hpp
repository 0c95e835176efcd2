// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/config.hpp"
#include "server/serving/application.hpp"

#include <string>
#include <vector>

namespace mcpgw {

/// The admin interface of an application whose configuration can be read again: what is in force,
/// reloads, flags. Outlives the run of the application.
class live_admin {
public:
    /// `read`: what the application began with, from `inputs`.
    live_admin(application& app, config_inputs inputs, const config_result& read);
    live_admin(const live_admin&) = delete;
    live_admin& operator=(const live_admin&) = delete;

    /// Before the application runs. `directory`: see admin_front.
    void offer(const std::string& directory);
    /// See reloader::on_current.
    void on_current(const config_result& read) { flags_ = read.flags; }

private:
    using answer = admin_actions::answer;

    [[nodiscard]] admin_hooks hooks();
    [[nodiscard]] std::vector<admin_hooks::configured_server> configured() const;
    [[nodiscard]] boost::json::array reloads() const;
    task<answer> reload(bool is_dry_run, abort_signal& abort);
    [[nodiscard]] boost::json::array flags() const;
    [[nodiscard]] boost::json::array views() const;
    admin_result<admin_hooks::undo> set_flag(const std::string& name,
                                             const boost::json::value& value);

    application& app_;
    config_inputs inputs_;
    std::vector<config_flag> flags_;
};

} // namespace mcpgw
