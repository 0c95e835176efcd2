// SPDX-License-Identifier: Apache-2.0
#include "children/instance/client_roots.hpp"

#include "protocol/json/json_text.hpp"
#include "protocol/message/rpc.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

std::string client_roots::configured() const {
    std::string list;
    for (const auto& uri : session_.options.roots)
        list += fmt::format(R"({}{{"uri":{}}})", list.empty() ? "" : ",", quote_json(uri));
    return fmt::format(R"({{"roots":[{}]}})", list);
}

void client_roots::answer(std::string_view id, std::string_view roots) {
    if (session_.connection) session_.connection->try_send(make_response(id, roots));
}

void client_roots::give(std::string_view id, std::string_view params) {
    has_asked_ = true;
    auto client = asked_.size() < roots_asked_max ? client_of_() : nullptr;
    if (!client) return answer(id, configured());
    auto asked = client->ask(method::roots_list, params);
    if (asked.has_error()) return answer(id, configured());
    auto work = ask(session_.connection, std::move(client), *asked, std::string{id});
    asked_.push_back(*asked); // the answer may be there before spawn() returns
    if (session_.tasks.spawn(std::move(work))) return;
    std::erase(asked_, *asked);
    (*asked)->settle(fault{errc::server_busy, "too many questions are open"});
    answer(id, configured());
}

task<> client_roots::ask(std::shared_ptr<link> peer, std::shared_ptr<call_observer> client,
                         std::shared_ptr<question> asked, std::string id) {
    const auto latest = clock_type::now() + session_.options.question_hold_timeout;
    auto given = co_await asked->wait(latest);
    if (!given.has_error()) given = client->translate_answer(method::roots_list, *given);
    std::erase(asked_, asked);
    answered_.notify_all();
    if (session_.connection != peer) co_return;
    if (given.has_error())
        session_.context.log->debug("server '{}' gets the roots of its configuration: {}",
                                    session_.options.name, given.error().message());
    answer(id, given.has_error() ? configured() : *given);
}

void client_roots::renew() {
    if (!session_.connection || !has_agreed_) return; // it has not asked yet
    if (has_asked_)
        session_.connection->try_send(make_notification(notification::roots_changed, {}));
    learn(session_.connection);
}

/// After something that makes a server ask: calls wait until it has what it asked for.
void client_roots::learn(std::shared_ptr<link> peer) {
    if (session_.speaks == era::modern || !client_of_()) return;
    auto work = see_learnt(std::move(peer), ++learnt_);
    is_learning_ = true; // it may end before spawn() returns
    if (!session_.tasks.spawn(std::move(work))) is_learning_ = false;
}

/// Messages are read in their order: a server that has answered a ping has read what came before
/// it, and has asked if it wants to.
task<> client_roots::see_learnt(std::shared_ptr<link> peer, std::uint64_t time) {
    const auto latest = clock_type::now() + session_.options.question_hold_timeout;
    abort_signal never;
    auto sign = own_call(method::ping, sign_timeout);
    co_await peer->call(sign, session_.spoken, nullptr, never);
    const bool has_asked = !asked_.empty();
    while (session_.goes_on(peer) && !asked_.empty() && clock_type::now() < latest)
        co_await answered_.wait_until(latest);
    const auto read = clock_type::now() + roots_read_time;
    while (has_asked && session_.goes_on(peer) && clock_type::now() < read)
        co_await answered_.wait_until(read);
    if (time != learnt_) co_return; // another one sees to it
    is_learning_ = false;
    session_.changed.notify_all();
}

task<> client_roots::wait(abort_signal& abort) {
    const auto latest =
        clock_type::now() + sign_timeout + session_.options.question_hold_timeout;
    while (is_learning_ && session_.is_running() && !abort.reason() && clock_type::now() < latest)
        co_await session_.changed.wait_until(latest, abort);
}

void client_roots::on_start() {
    has_agreed_ = has_asked_ = is_learning_ = false;
}

void client_roots::on_agreed(const std::shared_ptr<link>& peer) {
    has_agreed_ = true;
    learn(peer);
}

void client_roots::on_connection_lost() {
    for (const auto& asked : std::exchange(asked_, {}))
        asked->settle(fault{errc::connection_lost, "the server that asked has ended"});
    answered_.notify_all();
}

} // namespace mcpgw
