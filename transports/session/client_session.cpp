// SPDX-License-Identifier: Apache-2.0
#include "transports/session/client_session.hpp"

#include <string>
#include <utility>
#include <vector>

namespace mcpgw {

result<client_session::outgoing_question>
client_session::make_question(std::string_view method, std::string_view params,
                              open_questions::teller tell) {
    if (is_closed_) return fault{errc::session_error, "the client's session has ended"};
    return questions_.make(method, params, std::move(tell));
}

client_session::running_request::running_request(client_session& session, std::string_view raw_id,
                                                 abort_signal& signal, bool is_cancellable)
    : session_(session)
    , id_(raw_id)
    , signal_(signal)
    , is_cancellable_(is_cancellable)
    , is_unique_(session.running_.insert(*this).second) {}

client_session::running_request::~running_request() {
    if (is_unique_) session_.running_.erase(session_.running_.iterator_to(*this));
}

void client_session::cancel(std::string_view text, const envelope& message) {
    const auto found = running_.find(message.in_params.request_id.of(text));
    if (found == running_.end() || !found->is_cancellable_) return;
    found->signal_.abort({errc::call_cancelled, "the client cancelled the request"});
}

void client_session::close(const fault& reason) {
    if (std::exchange(is_closed_, true)) return;
    std::vector<std::string> running; // aborting may end requests, which leave the table
    running.reserve(running_.size());
    for (const auto& request : running_) running.emplace_back(request.id_);
    for (const auto& id : running) {
        const auto found = running_.find(id);
        if (found != running_.end()) found->signal_.abort(reason);
    }
    questions_.fail_all(reason);
    streams.close();
}

} // namespace mcpgw
