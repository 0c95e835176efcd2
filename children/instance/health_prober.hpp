// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/instance/peer_session.hpp"
#include "children/policy/health_watch.hpp"

#include <cstddef>
#include <memory>

namespace mcpgw {

/// Asks a running server now and then whether it still answers, as `health` of its options says
/// (`health_watch` decides when). Owned by `instance`.
class health_prober {
public:
    class owner {
    public:
        /// It has not answered `misses` checks in a row.
        virtual void on_sick(std::size_t misses) = 0;
        virtual void on_well() = 0;

    protected:
        ~owner() = default;
    };

    health_prober(peer_session& session, owner& above) : session_(session), owner_(above) {}

    /// Asks until `peer` is the connection no longer.
    task<> run(std::shared_ptr<link> peer);

    /// How often it was asked in this life.
    [[nodiscard]] std::size_t checks() const { return checks_; }
    /// Those in a row that it did not answer.
    [[nodiscard]] std::size_t misses() const { return misses_; }

private:
    task<bool> is_answered(std::shared_ptr<link> peer);

    peer_session& session_;
    owner& owner_;
    std::size_t checks_ = 0;
    std::size_t misses_ = 0;
};

} // namespace mcpgw
