#include "transports/client_session.hpp"

#include <utility>

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
    , is_unique_(session.running_.emplace(id_, running_entry{&signal, is_cancellable}).second) {}

client_session::running_request::~running_request() {
    if (is_unique_) session_.running_.erase(id_);
}

void client_session::cancel(std::string_view text, const envelope& message) {
    const auto found = running_.find(message.in_params.request_id.of(text));
    if (found == running_.end() || !found->second.is_cancellable) return;
    found->second.signal->abort({errc::call_cancelled, "the client cancelled the request"});
}

void client_session::close(const fault& reason) {
    if (std::exchange(is_closed_, true)) return;
    const auto running = running_; // aborting may end requests, which leave the table
    for (const auto& [id, entry] : running)
        if (running_.contains(id)) entry.signal->abort(reason);
    questions_.fail_all(reason);
    streams.close();
}

} // namespace mcpgw
