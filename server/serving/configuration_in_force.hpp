// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/registry/registry.hpp"
#include "server/config/config.hpp"
#include "server/gateway/gateway.hpp"
#include "server/reload/reloader.hpp"
#include "transports/http_server/http_listener.hpp"
#include "transports/stdio/stdio_transport.hpp"

#include <memory>
#include <vector>

namespace mcpgw {

/// Which configuration the parts of a gateway follow, and how they come to follow another one.
/// Owned by the application, whose parts outlive it.
class configuration_in_force final : public reloader::target {
public:
    configuration_in_force(configuration first, registry& upstreams, gateway& front, logger& log);

    [[nodiscard]] const configuration& operator*() const { return *now_; }
    [[nodiscard]] const configuration* operator->() const { return now_.get(); }

    /// Null: there is none of them (any more).
    void set_listener(http_listener* listener) { listener_ = listener; }
    void set_stdio(stdio_transport* stdio) { stdio_ = stdio; }

    [[nodiscard]] std::shared_ptr<const configuration> in_force() const override { return now_; }
    [[nodiscard]] std::vector<child_options> lagging() const override;
    result<void> put_into_force(std::shared_ptr<const configuration> next,
                                const config_plan& plan) override;

private:
    std::shared_ptr<const configuration> now_;
    registry& upstreams_;
    gateway& front_;
    logger& log_;
    http_listener* listener_ = nullptr;
    stdio_transport* stdio_ = nullptr;
};

} // namespace mcpgw
