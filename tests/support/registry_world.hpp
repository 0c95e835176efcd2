// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/registry.hpp"
#include "tests/support/child_world.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw::child_test {

/// Keeps what the registry tells.
struct recorded_listener final : registry::listener {
    std::size_t catalog_changes = 0;
    std::vector<std::string> notifications;

    void on_catalog_changed() override { ++catalog_changes; }
    void on_upstream_notification(upstream& source, std::string_view line,
                                  const envelope& /*message*/) override {
        notifications.push_back(source.name() + ": " + std::string{line});
    }
};

/// A registry and its loop; closed at the end of the test, however that comes.
class registry_world {
public:
    explicit registry_world(naming_options naming = {})
        : all(loop.get_executor(), std::move(naming), nullptr, log_, {}) {
        all.set_listener(&listener);
    }
    ~registry_world() { loop.await(all.close()); }
    registry_world(const registry_world&) = delete;
    registry_world& operator=(const registry_world&) = delete;

    void list_all(std::chrono::milliseconds limit = std::chrono::seconds{50}) {
        abort_signal never;
        loop.await(all.ensure_listed(limit, never));
    }
    [[nodiscard]] upstream_state state_of(std::string_view name) const {
        return all.find(name)->status().state;
    }
    [[nodiscard]] bool offers(std::string_view tool) const {
        return all.catalogs().merged()->find_tool(tool) != nullptr;
    }

    process_loop loop;
    recorded_listener listener;

private:
    logger log_{log_level::off};

public:
    registry all;
};

} // namespace mcpgw::child_test
