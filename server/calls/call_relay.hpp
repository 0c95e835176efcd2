// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/upstream_call.hpp"
#include "transports/session/request_handler.hpp"

#include <memory>
#include <string>
#include <vector>

namespace mcpgw {

/// Carries what an upstream says during one call to the client that made it: progress with the
/// client's own token, log messages at the level it wants, questions that it is able to answer.
///
/// Shared with the upstream; detach() cuts it off when the request ends, because the reply sink is
/// gone then while a question may still be on its way.
class call_relay final : public call_observer {
public:
    /// `number`: of this request, among all of the gateway's life.
    call_relay(const client_request& request, reply_sink& sink, std::uint64_t number);

    /// The revision of the server that it relays for: questions are put into the client's.
    void set_server(revision server) { server_ = server; }
    [[nodiscard]] const std::string& client_capabilities() const { return client_capabilities_; }
    /// Raw {"requiredCapabilities":…} where a question was refused because the client lacks one.
    [[nodiscard]] const std::string& missing_capabilities() const { return missing_; }

    void on_progress(std::string_view line, const envelope& message) override;
    void on_log(std::string_view line, const envelope& message) override;
    result<std::shared_ptr<question>> ask(std::string_view method,
                                          std::string_view params) override;
    result<std::string> translate_answer(std::string_view method, std::string answer) override;
    [[nodiscard]] bool is_waiting_for_client() const override;
    [[nodiscard]] owner_id owner() const override { return owner_; }

    /// The server is being started: the client hears it as progress. See start_progress.
    void on_start(double progress, const std::string& message);
    /// The client has heard of progress up to here: what is not more is not told.
    void set_progress_floor(double told) { progress_floor_ = told; }
    [[nodiscard]] bool wants_progress() const { return !progress_token_.empty(); }
    /// From now on the client is asked nothing, as if it could not answer.
    void refuse_questions();
    /// The client has been asked something.
    [[nodiscard]] bool has_asked() const { return has_asked_; }
    /// Settles the questions that are still open: nobody waits for their answers any more.
    void withdraw(const fault& reason);
    void detach();

    /// Detaches at the end of a scope.
    struct attachment {
        std::shared_ptr<call_relay> relay;
        explicit attachment(std::shared_ptr<call_relay> r) : relay(std::move(r)) {}
        ~attachment() { relay->detach(); }
        attachment(const attachment&) = delete;
        attachment& operator=(const attachment&) = delete;
    };

private:
    reply_sink* sink_;
    std::string progress_token_; ///< raw; empty: the client wants no progress
    double progress_floor_ = 0;
    std::optional<int> log_level_;
    bool wants_logs_;
    std::string client_capabilities_;
    revision client_;
    revision server_ = newest_legacy;
    std::string missing_;
    owner_id owner_;
    std::vector<std::shared_ptr<question>> questions_;
    bool has_asked_ = false;
    bool refuses_questions_ = false;
};

} // namespace mcpgw
