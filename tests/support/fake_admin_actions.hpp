// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/admin/admin_actions.hpp"
#include "transports/async/async_event.hpp"

#include <boost/json/serialize.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace mcpgw {

/// Takes down what it is asked, and answers with that.
class fake_admin_actions final : public admin_actions {
public:
    explicit fake_admin_actions(executor ex) : gate(ex) {}

    answer status() override { return note("status"); }
    task<answer> reload(bool is_dry_run, abort_signal& abort) override {
        if (is_waiting) {
            const abort_signal::listener told{abort, [this] {
                                                  gate.notify();
                                              }};
            co_await gate.wait();
        }
        if (abort.reason()) co_return admin_error_of(*abort.reason());
        co_return note(is_dry_run ? "reload dry" : "reload");
    }
    answer servers() override { return note("servers"); }
    answer server(const std::string& name) override {
        if (name == "bug") throw std::runtime_error("a bug");
        if (name == "none") return admin_error{admin_errc::server_not_found, "none of that name"};
        return note("server " + name);
    }
    answer logs(const std::string& name) override { return note("logs " + name); }
    task<answer> add_server(boost::json::object entry, abort_signal& /*abort*/) override {
        co_return note("add " + boost::json::serialize(entry));
    }
    task<answer> remove_server(std::string name, abort_signal& /*abort*/) override {
        co_return note("remove " + name);
    }
    task<answer> set_enabled(std::string name, bool is_enabled, abort_signal& /*abort*/) override {
        co_return note((is_enabled ? "enable " : "disable ") + name);
    }
    task<answer> restart(std::string name, abort_signal& /*abort*/) override {
        co_return note("restart " + name);
    }
    answer flags() override { return note("flags"); }
    task<answer> set_flag(std::string name, boost::json::value value,
                          abort_signal& /*abort*/) override {
        co_return note("set " + name + " " + boost::json::serialize(value));
    }
    task<answer> unset_flag(std::string name, abort_signal& /*abort*/) override {
        co_return note("unset " + name);
    }
    answer views() override { return note("views"); }

    std::vector<std::string> asked;
    bool is_waiting = false; ///< reload() waits for the gate, or the end of the gateway
    async_event gate;

private:
    answer note(std::string what) {
        asked.push_back(what);
        return boost::json::object{{"asked", what}};
    }
};

} // namespace mcpgw
