// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/registry.hpp"
#include "server/catalog/exposure.hpp"
#include "server/changes/subscriptions.hpp"
#include "transports/log.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace mcpgw {

/// Hears what servers say outside of calls, and tells those clients that it concerns: which lists
/// have changed, compared with what was there last, and which resources. Finds the client that a
/// server may ask outside of any call. Owned by the gateway; the registry's only listener for as
/// long as it lives.
class change_reporter final : private registry::listener {
public:
    change_reporter(exposure expose, registry& upstreams, subscriptions& listeners, logger& log);
    ~change_reporter();
    change_reporter(const change_reporter&) = delete;
    change_reporter& operator=(const change_reporter&) = delete;

private:
    void on_catalog_changed() override;
    void on_upstream_notification(upstream& source, std::string_view line,
                                  const envelope& message) override;
    std::shared_ptr<call_observer> client_with(std::string_view key, revision server) override;
    void report(const catalog& before, const catalog& now, std::string_view scope);

    exposure expose_;
    registry& upstreams_;
    subscriptions& listeners_;
    logger& log_;
    std::shared_ptr<const catalog> last_merged_;
    std::map<std::string, std::shared_ptr<const catalog>, std::less<>> last_single_; ///< by server
};

} // namespace mcpgw
