#include "transports/client_session.hpp"

#include "protocol/json_members.hpp"
#include "protocol/json_text.hpp"
#include "protocol/rpc.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace {
constexpr std::size_t questions_max = 256; // open at the same time, one session
}

std::shared_ptr<outbox> client_session::attach(std::shared_ptr<outbox> stream) {
    auto previous = std::exchange(stream_, std::move(stream));
    while (stream_ && !backlog_.empty()) {
        stream_->try_push(backlog_.front());
        backlog_.pop_front();
    }
    return previous;
}

void client_session::detach(const outbox& stream) {
    if (stream_.get() == &stream) stream_.reset();
}

void client_session::notify(std::string line) {
    if (is_closed_) return;
    if (stream_) {
        stream_->try_push(line);
        return;
    }
    backlog_.push_back(std::move(line));
    if (backlog_.size() > backlog_max_) backlog_.pop_front();
}

result<client_session::outgoing_question> client_session::make_question(std::string_view method,
                                                                        std::string_view params) {
    if (is_closed_) return fault{errc::session_error, "the client's session has ended"};
    std::erase_if(questions_, [](const auto& entry) { return entry.second->is_settled(); });
    if (questions_.size() >= questions_max)
        return fault{errc::server_busy, "too many questions to this client are open"};
    const auto raw_id = quote_json(fmt::format("gw-{}", next_question_++));
    auto pending = std::make_shared<question>(executor_);
    questions_.emplace(raw_id, pending);
    return outgoing_question{std::move(pending), make_request(raw_id, method, params)};
}

bool client_session::on_response(std::string_view text, const envelope& message) {
    const auto found = questions_.find(message.id.of(text));
    if (found == questions_.end()) return false;
    const auto asked = found->second;
    questions_.erase(found);
    if (message.is_error) {
        const auto reason =
            unquote_json(find_member(message.error.of(text), "message")).value_or("no reason");
        asked->settle(fault{errc::session_error, fmt::format("the client answered: {}", reason)});
    } else {
        asked->settle(std::string{message.result.of(text)});
    }
    return true;
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
    for (const auto& [id, asked] : questions_) asked->settle(reason);
    questions_.clear();
    if (stream_) stream_->close();
    stream_.reset();
    backlog_.clear();
}

} // namespace mcpgw
