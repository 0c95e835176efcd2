// SPDX-License-Identifier: Apache-2.0
#include "children/instance/question_relay.hpp"

#include "protocol/bridge/task_bridge.hpp"
#include "protocol/message/rpc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace mcpgw {

namespace {

/// The observer that a message without reference must belong to: the newest call, if all calls in
/// flight have one owner and so had those that were given up a while ago, which may still be at
/// work. A question that could belong to two clients belongs to nobody.
std::shared_ptr<call_observer>
sole_owner(const std::vector<std::shared_ptr<call_observer>>& observers,
           const std::vector<owner_id>& abandoned) {
    std::set<owner_id> owners(abandoned.begin(), abandoned.end());
    std::shared_ptr<call_observer> newest;
    for (const auto& observer : observers) {
        if (observer->owner() == 0) continue; // our own stream of changes: nobody's call
        owners.insert(observer->owner());
        newest = observer;
    }
    return owners.size() == 1 ? newest : nullptr;
}

fault no_room() {
    return {errc::server_busy, "too many questions are open"};
}

} // namespace

void question_relay::relay(std::string_view line, const envelope& message,
                           std::shared_ptr<call_observer> cause) {
    auto task_id = related_task(message.params.of(line));
    if (task_id.empty()) return relay_of_call(line, message, std::move(cause));
    relay_of_task(line, message, std::move(task_id));
}

void question_relay::relay_of_call(std::string_view line, const envelope& message,
                                   std::shared_ptr<call_observer> cause) {
    const auto name = message.method.of(line);
    const auto id = message.id.of(line);
    if (!session_.connection) return;
    const bool is_roots = name == method::roots_list;
    const auto observers = session_.connection->observers();
    // Roots are also asked for outside of any call, right after the handshake.
    if (!cause && observers.empty() && is_roots)
        return roots_.give(id, message.params.of(line));
    if (!cause && observers.empty())
        return answer(id, fault{errc::session_error, "no client waits for an answer of this "
                                                     "server, so nobody can be asked"});
    if (questions_.size() >= questions_max) return refuse(id);
    has_asked_roots_ = has_asked_roots_ || is_roots;
    on_question_();
    if (!cause) cause = sole_owner(observers, session_.connection->abandoned());
    if (cause) return ask(cause, std::string{id}, name, message.params.of(line));
    questions_.push_back({std::string{id}, nullptr, nullptr, {}});
    if (!session_.tasks.spawn(hold(session_.connection, std::string{id}, std::string{name},
                                   std::string{message.params.of(line)}))) {
        questions_.pop_back();
        refuse(id);
    }
}

// ---- tasks -----------------------------------------------------------------------------------

void question_relay::give_task(task_names names, const std::shared_ptr<call_observer>& observer) {
    std::erase_if(task_owners_, [](const auto& entry) { return entry.second.who.expired(); });
    task_owners_[std::move(names.id)] = {std::move(names.progress_token), observer};
    calls_changed_.notify_all();
}

std::shared_ptr<call_observer> question_relay::owner_of_task(std::string_view task_id) const {
    const auto found = task_owners_.find(task_id);
    return found == task_owners_.end() ? nullptr : found->second.who.lock();
}

/// Whose task a notification is about; null: about none.
std::shared_ptr<call_observer> question_relay::owner_of_news(std::string_view line,
                                                             const envelope& message) const {
    const auto name = message.method.of(line);
    if (name == notification::task_status)
        return owner_of_task(task_id_of(message.params.of(line)));
    const auto token = message.in_params.progress_token.of(line);
    if (name != notification::progress || token.empty()) return nullptr;
    for (const auto& [id, entry] : task_owners_)
        if (entry.progress_token == token) return entry.who.lock();
    return nullptr;
}

void question_relay::relay_of_task(std::string_view line, const envelope& message,
                                   std::string task_id) {
    std::string id{message.id.of(line)};
    const auto name = message.method.of(line);
    if (!session_.connection) return;
    if (questions_.size() >= questions_max) return refuse(id);
    if (const auto client = owner_of_task(task_id))
        return ask(client, std::move(id), name, message.params.of(line));
    questions_.push_back({id, nullptr, nullptr, {}});
    if (session_.tasks.spawn(hold_for_task(session_.connection, std::move(task_id), id,
                                           std::string{name},
                                           std::string{message.params.of(line)})))
        return;
    questions_.pop_back();
    refuse(id);
}

/// A question may come together with the answer that creates its task, before that was looked at.
task<> question_relay::hold_for_task(std::shared_ptr<link> peer, std::string task_id,
                                     std::string child_id, std::string method_name,
                                     std::string params) {
    const auto deadline = clock_type::now() + session_.options.question_hold_timeout;
    auto asked = owner_of_task(task_id);
    while (!asked && session_.connection == peer && is_pending(child_id) &&
           clock_type::now() < deadline) {
        co_await calls_changed_.wait_until(deadline);
        asked = owner_of_task(task_id);
    }
    if (session_.connection != peer || !is_pending(child_id)) co_return;
    forget(child_id);
    if (asked)
        ask(asked, child_id, method_name, params);
    else
        answer(child_id, fault{errc::session_error, "no client has this task"});
}

void question_relay::ask(const std::shared_ptr<call_observer>& observer, std::string child_id,
                         std::string_view method_name, std::string_view params) {
    auto asked = observer->ask(method_name, params);
    if (asked.has_error()) return answer(child_id, asked.error());
    questions_.push_back({std::move(child_id), *asked, observer, std::string{method_name}});
    if (session_.tasks.spawn(await_answer(session_.connection, questions_.back()))) return;
    (*asked)->settle(no_room());
    const auto id = questions_.back().child_id;
    questions_.pop_back();
    refuse(id);
}

void question_relay::refuse(std::string_view child_id) {
    answer(child_id, no_room());
}

void question_relay::forget(std::string_view child_id) {
    std::erase_if(questions_, [&](const auto& q) { return q.child_id == child_id; });
}

bool question_relay::is_pending(std::string_view child_id) const {
    return std::ranges::find(questions_, child_id, &pending_question::child_id) != questions_.end();
}

/// Over pipes a question names no call. While several clients could be meant it waits: they get no
/// company (the pool gives this instance no new calls), and when the others have ended, one is
/// left. Guessing could show one user's question to another.
task<> question_relay::hold(std::shared_ptr<link> peer, std::string child_id,
                            std::string method_name, std::string params) {
    const auto asked_at = clock_type::now();
    std::shared_ptr<call_observer> only;
    while (session_.connection == peer && is_pending(child_id)) {
        const auto observers = peer->observers();
        only = sole_owner(observers, peer->abandoned());
        // One refusal at a time: the call that it ends tells whose the others are.
        const auto deadline =
            std::max(asked_at, last_refusal_) + session_.options.question_hold_timeout;
        const bool is_late = clock_type::now() >= deadline;
        if (only || observers.empty() || is_late) break;
        co_await calls_changed_.wait_until(deadline);
    }
    if (session_.connection != peer || !is_pending(child_id)) co_return; // ended, or withdrawn
    forget(child_id);
    if (only) co_return ask(only, child_id, method_name, params);
    last_refusal_ = clock_type::now();
    answer(child_id, fault{errc::session_error,
                           "calls of several clients are in flight, so it is not certain who must "
                           "be asked; interactive = true for this server gives each of its "
                           "processes one client at a time from the beginning"});
}

task<> question_relay::await_answer(std::shared_ptr<link> peer, pending_question pending) {
    const auto outcome = co_await pending.asked->wait(clock_type::now() + question_timeout);
    std::erase_if(questions_, [&](const auto& q) { return q.asked == pending.asked; });
    const bool was_withdrawn = outcome.has_error() && outcome.error().code == errc::call_cancelled;
    if (was_withdrawn || peer != session_.connection) co_return;
    if (outcome.has_error()) co_return answer(pending.child_id, outcome);
    answer(pending.child_id, pending.asker->translate_answer(pending.method, *outcome));
}

bool question_relay::is_abandoned(owner_id whose) const {
    if (!session_.connection) return false;
    const auto owners = session_.connection->abandoned();
    return std::ranges::any_of(owners, [whose](owner_id each) { return each != whose; });
}

void question_relay::drop_roots() {
    if (has_asked_roots_ && session_.connection)
        session_.connection->try_send(make_notification(notification::roots_changed, {}));
}

void question_relay::answer(std::string_view child_id, const result<std::string>& outcome) {
    if (!session_.connection) return;
    session_.connection->try_send(outcome.has_error()
                                      ? make_error_response(child_id, outcome.error())
                                      : make_response(child_id, *outcome));
}

void question_relay::relay_log(std::string_view line, const envelope& message,
                               const std::shared_ptr<call_observer>& cause) {
    if (!session_.connection) return;
    if (cause) return cause->on_log(line, message);
    // A log message names no call. It may quote what one client sent, so it reaches nobody else.
    if (const auto observer =
            sole_owner(session_.connection->observers(), session_.connection->abandoned()))
        observer->on_log(line, message);
}

void question_relay::withdraw(std::string_view line, const envelope& message) {
    const auto id = message.in_params.request_id.of(line);
    // One that is held has not been asked: it is just forgotten.
    std::erase_if(questions_, [&](const auto& q) { return q.child_id == id && !q.asked; });
    for (const auto& pending : questions_)
        if (pending.child_id == id)
            pending.asked->settle(fault{errc::call_cancelled, "the server withdrew its question"});
}

void question_relay::on_connection_lost() {
    for (auto& pending : questions_)
        if (pending.asked)
            pending.asked->settle(fault{errc::connection_lost, "the server that asked has ended"});
    task_owners_.clear(); // the next process may give the same names
    calls_changed_.notify_all();
}

} // namespace mcpgw
