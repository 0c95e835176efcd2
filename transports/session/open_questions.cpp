// SPDX-License-Identifier: Apache-2.0
#include "transports/session/open_questions.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/mcp.hpp"
#include "protocol/message/rpc.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

result<open_questions::outgoing> open_questions::make(std::string_view method,
                                                      std::string_view params, teller tell) {
    if (open_->size() >= questions_max)
        return fault{errc::server_busy, "too many questions to this client are open"};
    const auto raw_id = quote_json(fmt::format("gw-{}", next_id_++));
    auto on_answer = [weak = std::weak_ptr{open_}, raw_id](const result<std::string>& answer) {
        if (const auto open = weak.lock()) on_settled(*open, raw_id, answer);
    };
    auto pending = std::make_shared<question>(executor_, std::move(on_answer));
    open_->emplace(raw_id, entry{pending, std::move(tell)});
    return outgoing{std::move(pending), make_request(raw_id, method, params)};
}

// Only a question that is still in the table was settled by us: answers and the end of the client
// take it out first.
void open_questions::on_settled(table& open, const std::string& raw_id,
                                const result<std::string>& why) {
    const auto node = open.extract(raw_id);
    if (node.empty() || !node.mapped().tell) return;
    const std::string reason{why.has_error() ? std::string{why.error().message()}
                                             : "the answer is not needed"};
    node.mapped().tell(
        make_notification(notification::cancelled, fmt::format(R"({{"requestId":{},"reason":{}}})",
                                                               raw_id, quote_json(reason))));
}

bool open_questions::on_response(std::string_view text, const envelope& message) {
    const auto found = open_->find(message.id.of(text));
    if (found == open_->end()) return false;
    const auto asked = found->second.asked;
    open_->erase(found);
    if (message.is_error) {
        const auto reason =
            unquote_json(find_member(message.error.of(text), "message")).value_or("no reason");
        asked->settle(fault{errc::session_error, fmt::format("the client answered: {}", reason)});
    } else {
        asked->settle(std::string{message.result.of(text)});
    }
    return true;
}

void open_questions::fail_all(const fault& reason) {
    for (const auto& [id, each] : std::exchange(*open_, {})) each.asked->settle(reason);
}

} // namespace mcpgw
