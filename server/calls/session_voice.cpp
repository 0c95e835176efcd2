// SPDX-License-Identifier: Apache-2.0
#include "server/calls/session_voice.hpp"

#include "protocol/bridge/client_capabilities.hpp"
#include "protocol/bridge/question_bridge.hpp"

namespace mcpgw {

std::shared_ptr<session_voice> session_voice::of(const std::shared_ptr<client_session>& session,
                                                 revision server) {
    const bool has_roots = abilities_of(session->client_capabilities, session->spoken).roots;
    if (!has_roots || session->is_closed()) return nullptr;
    return std::make_shared<session_voice>(session, server);
}

result<std::shared_ptr<question>> session_voice::ask(std::string_view method_name,
                                                     std::string_view params) {
    const auto session = session_.lock();
    if (!session || session->is_closed()) return fault{errc::session_error, "the client has left"};
    auto shown = question_for_client(method_name, params,
                                     {server_, client_, client_capabilities_, {}});
    if (shown.has_error()) return shown.error();
    auto made = session->make_question(
        method_name, *shown, [weak = session_](std::string line) {
            if (const auto to = weak.lock()) to->notify(std::move(line));
        });
    if (made.has_error()) return made.error();
    session->notify(std::move(made->line));
    return std::move(made->pending);
}

result<std::string> session_voice::translate_answer(std::string_view method_name,
                                                    std::string answer) {
    return answer_for_server(method_name, answer, {server_, client_, client_capabilities_, {}});
}

} // namespace mcpgw
