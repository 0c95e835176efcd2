// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/registry.hpp"
#include "server/catalog/catalog_view.hpp"
#include "server/changes/subscriptions.hpp"
#include "transports/log.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace mcpgw {

/// Hears what servers say outside of calls, and tells those clients that it concerns: which lists
/// have changed, compared with what was there last, and which resources. Finds the client that a
/// server may ask outside of any call. Owned by the gateway; the registry's only listener for as
/// long as it lives.
class change_reporter final : private registry::listener {
public:
    change_reporter(exposure expose, registry& upstreams, const catalog_view& view,
                    const views& faces, subscriptions& listeners, logger& log);
    ~change_reporter();
    /// Somebody begins to listen at that endpoint: what it shows now is what changes are told
    /// against.
    void follow(std::string_view scope);
    /// Other views are in force.
    void on_views_changed();
    change_reporter(const change_reporter&) = delete;
    change_reporter& operator=(const change_reporter&) = delete;

    /// The gateway itself has other tools, at all endpoints that may show them.
    void on_own_tools_changed();
    /// Clients see something else from now on, and are told.
    void set_exposure(exposure expose);

private:
    void on_catalog_changed() override;
    void on_upstream_notification(upstream& source, std::string_view line,
                                  const envelope& message) override;
    std::shared_ptr<call_observer> client_with(std::string_view key, revision server) override;
    /// Of the lists as clients see them: tools, prompts, resources with their templates.
    using prints = std::array<std::uint64_t, 3>;
    static prints prints_of(const catalog& lists);
    void report(const prints& before, const prints& now, std::string_view scope);

    exposure expose_;
    registry& upstreams_;
    const catalog_view& view_;
    const views& views_;
    subscriptions& listeners_;
    logger& log_;
    prints last_merged_;
    struct last_told {
        std::shared_ptr<const catalog> of;
        prints seen = prints_of({});
    };
    std::unordered_map<std::string, last_told> last_single_; ///< by server
    std::map<std::string, prints, std::less<>> last_views_;  ///< by scope, where somebody listens
};

} // namespace mcpgw
