// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/upstream_call.hpp"
#include "transports/session/client_session.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace mcpgw {

/// Asks the client of a legacy session what a server wants to know outside of any call, on the
/// stream of the session. Shared with the instance that asks, which may outlive the session.
class session_voice final : public call_observer {
public:
    /// Null: that client knows no roots. One that has no stream now may be about to open it.
    static std::shared_ptr<session_voice> of(const std::shared_ptr<client_session>& session,
                                             revision server);

    void on_progress(std::string_view /*line*/, const envelope& /*message*/) override {}
    void on_log(std::string_view /*line*/, const envelope& /*message*/) override {}
    result<std::shared_ptr<question>> ask(std::string_view method,
                                          std::string_view params) override;
    result<std::string> translate_answer(std::string_view method, std::string answer) override;
    [[nodiscard]] owner_id owner() const override { return 0; }

    session_voice(const std::shared_ptr<client_session>& session, revision server)
        : session_(session), server_(server), client_(session->spoken)
        , client_capabilities_(session->client_capabilities) {}

private:
    std::weak_ptr<client_session> session_;
    revision server_;
    revision client_;
    std::string client_capabilities_;
};

} // namespace mcpgw
