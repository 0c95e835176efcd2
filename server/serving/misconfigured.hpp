// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/config/config.hpp"
#include "transports/session/request_handler.hpp"

#include <functional>
#include <string>
#include <vector>

namespace mcpgw {

/// Stands in for the gateway where its configuration cannot be used and a client has started it: an
/// editor shows of a program that ends nothing but "Connection closed", and never its stderr. So
/// this answers the opening of both eras and offers one tool, which says what is wrong and where.
class misconfigured final : public request_handler {
public:
    /// What is wrong now; empty: nothing any more. Asked with each call of the tool, since the file
    /// may have been mended.
    using diagnosis = std::function<std::vector<config_problem>()>;

    misconfigured(std::string file, diagnosis look)
        : file_(std::move(file)), look_(std::move(look)) {}

    task<client_reply> handle(client_request& request, reply_sink& sink) override;
    void on_notification(const client_request& /*notification*/) override {}
    void on_session_closed(client_session& /*session*/) override {}
    /// Whatever the client was to see: it hears why it does not.
    [[nodiscard]] result<void> check_scope(std::string_view /*scope*/,
                                           bool /*is_near*/) const override {
        return {};
    }
    [[nodiscard]] result<std::string> readiness(bool is_strict) const override;
    [[nodiscard]] std::string status_json() const override { return "{}"; }

private:
    [[nodiscard]] result<std::string> answer(client_request& request) const;
    [[nodiscard]] result<std::string> call(const client_request& request) const;
    [[nodiscard]] std::string explain() const;

    std::string file_;
    diagnosis look_;
};

/// The problems as a person reads them, one line each; the errors first.
std::string problem_lines(const std::vector<config_problem>& problems);

} // namespace mcpgw
