// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/http_server/adaptive_reply.hpp"
#include "transports/session/request_handler.hpp"

#include <memory>
#include <string>

namespace mcpgw {

/// The answer of the handler, or where it throws, which is a bug of ours, an error: this client
/// gets an answer all the same, and the others notice nothing.
task<client_reply> run_handler(http_service& service, client_request& request, reply_sink& sink);

/// One request over HTTP and its reply. Lives in the frame of the coroutine that serves the
/// request, which outlives the connection if the client of a session leaves in mid-call.
class http_exchange final : public reply_sink {
public:
    http_exchange(http_connection& connection, client_request& request);
    http_exchange(const http_exchange&) = delete;
    http_exchange& operator=(const http_exchange&) = delete;

    /// First; answer() and finish() must follow.
    void begin();
    task<client_reply> answer() { return run_handler(connection_.service(), request_, *this); }
    /// Writes the reply. `fields`: further header fields of a plain one. False: the connection must
    /// be closed.
    using header_list = std::vector<std::pair<std::string, std::string>>;
    task<bool> finish(client_reply&& reply, header_list fields = {});

    void notify(std::string line) override {
        if (!abort_.reason()) reply_.notify(line); // nothing more about a cancelled request
    }
    result<std::shared_ptr<question>> ask(std::string_view method,
                                          std::string_view params) override {
        return reply_.ask(method, params, questions_);
    }

private:
    http_connection& connection_;
    client_request& request_;
    abort_signal abort_;
    adaptive_reply reply_;
    question_group questions_;
};

} // namespace mcpgw
