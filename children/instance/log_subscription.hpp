// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/instance/peer_session.hpp"

#include <memory>

namespace mcpgw {

/// Log messages that some client wants: a legacy server is told to send them all, now and after
/// each start. Each client gets those of its own level. A part of `instance`.
class log_subscription {
public:
    explicit log_subscription(peer_session& session) : session_(session) {}

    /// Some client wants log messages.
    void want();
    /// The server runs.
    void on_running(const std::shared_ptr<link>& peer);

private:
    task<> request(std::shared_ptr<link> peer);

    peer_session& session_;
    bool is_wanted_ = false;
};

} // namespace mcpgw
