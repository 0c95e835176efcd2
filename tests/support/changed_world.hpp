// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/registry_world.hpp"

#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace mcpgw::child_test {

using step = wanted_server::step;

inline bool has_same_command_line(const child_options& one, const child_options& other) {
    return one.command == other.command && one.args == other.args;
}

/// Which servers there shall be, and what becomes of those that are there.
class changed_world : public registry_world {
public:
    struct wanted {
        child_options options;
        step what = step::keep;
    };
    void change(const std::vector<wanted>& servers, bool is_listing_children = false) {
        std::vector<wanted_server> list;
        for (const auto& server : servers) list.push_back({server.options, server.what});
        all.change(list, {}, is_listing_children, has_same_command_line);
    }
    pid_t pid_of(std::string_view name) {
        const auto found = all.find(name);
        return found == nullptr ? 0 : static_cast<pid_t>(found->status().pid);
    }
    void must_start(std::string_view name) {
        const auto started = loop.await(
            all.find(name)->life().ensure_running(clock_type::now() + std::chrono::seconds{50}));
        REQUIRE(started.has_value());
    }
    /// A call that is answered when end() says so.
    void hold(std::string_view name) {
        const auto server = all.find(name);
        loop.spawn(
            process_loop::store(server->places().call(tool_call("hold"), nullptr, never_), held_));
        held_on_ = server;
        loop.run_until([&] { return server->status().calls_in_flight == 1; });
    }
    answer_or_fault end() {
        // The old process is reached by those who found it before.
        abort_signal never;
        loop.await(held_on_->places().call(tool_call("release"), nullptr, never));
        held_on_.reset();
        loop.run_until([this] { return held_.has_value(); });
        return *held_;
    }
    static bool is_alive(pid_t pid) { return ::kill(pid, 0) == 0; }
    void run_until_gone(pid_t pid) {
        loop.run_until([pid] { return !is_alive(pid); });
    }

private:
    abort_signal never_;
    std::optional<answer_or_fault> held_;
    upstream_ref held_on_;
};

inline child_options with_tools(std::string name, int count, std::vector<std::string> more = {}) {
    more.push_back("--tools=" + std::to_string(count));
    return fake_options(std::move(more), std::move(name));
}

} // namespace mcpgw::child_test
