// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "protocol/json/message_text.hpp"
#include "protocol/message/envelope.hpp"
#include "protocol/message/mcp.hpp"
#include "transports/async/abort_signal.hpp"
#include "transports/async/asio.hpp"
#include "transports/session/client_session.hpp"
#include "transports/session/question.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {

/// One request of a client, as a transport hands it over. Owned by the transport until the reply.
struct client_request {
    shared_text text; ///< the whole message, on one line
    envelope message; ///< spans into `text`
    era client_era = era::legacy;
    revision spoken = newest_legacy;         ///< of this client
    std::shared_ptr<client_session> session; ///< legacy clients; null for a modern one over HTTP
    std::string scope;     ///< what its endpoint shows (endpoint_scope.hpp); empty: the gateway
    std::string principal; ///< who the client is; empty: nobody asked
    /// The Mcp-Param-* fields of a modern request over HTTP: name as sent, value trimmed.
    std::vector<std::pair<std::string, std::string>> param_headers;
    abort_signal* abort = nullptr;
    /// The gateway made it of another request, which alone is what the header fields are about.
    bool is_within_another = false;

    [[nodiscard]] std::string_view method() const { return message.method.of(text); }
    [[nodiscard]] std::string_view id() const { return message.id.of(text); }
    [[nodiscard]] std::string_view params() const { return message.params.of(text); }
    /// It came over modern HTTP, where headers must mirror parts of the message.
    [[nodiscard]] bool has_headers() const {
        return client_era == era::modern && !session && !is_within_another;
    }
};

/// The finished answer.
struct client_reply {
    message_text text;     ///< JSON-RPC response, one line
    int http_status = 200; ///< where the transport has one
};

/// What the handler may say to the client while a request runs. Implemented by each transport;
/// valid until handle() has returned.
class reply_sink {
public:
    /// One notification of this request, a whole message. Never waits; a slow client may lose
    /// notifications, never the answer.
    virtual void notify(std::string line) = 0;
    /// Asks the client. session_error where this client cannot be asked.
    virtual result<std::shared_ptr<question>> ask(std::string_view method,
                                                  std::string_view params) = 0;

protected:
    ~reply_sink() = default;
};

/// The one way up: what a transport calls. Implemented by the server room.
class request_handler {
public:
    virtual task<client_reply> handle(client_request& request, reply_sink& sink) = 0;
    /// A notification of a client. Cancellation is the transport's own business and not passed on.
    virtual void on_notification(const client_request& notification) = 0;
    /// A session that was opened has ended.
    virtual void on_session_closed(client_session& session) = 0;
    /// Whether there is what the endpoint is to show (endpoint_scope.hpp). Error: path_not_found;
    /// `is_near`: asked on this machine, by somebody who may hear what there is instead.
    [[nodiscard]] virtual result<void> check_scope(std::string_view scope, bool is_near) const = 0;
    /// Ready to serve, and what people should know all the same (a line each; empty: nothing); else
    /// why not (for /readyz). `is_strict`: children that keep failing count.
    [[nodiscard]] virtual result<std::string> readiness(bool is_strict) const = 0;
    /// The state of every child as one JSON object, without anything secret (for /status).
    [[nodiscard]] virtual std::string status_json() const = 0;

protected:
    ~request_handler() = default;
};

} // namespace mcpgw
