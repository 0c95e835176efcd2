// SPDX-License-Identifier: Apache-2.0
// What a child says of itself: requests to the client behind a call, and notifications.
#include "children/instance/instance.hpp"

#include "protocol/bridge/task_bridge.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/rpc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace mcpgw {

namespace {

constexpr std::chrono::minutes question_timeout{30}; // a person may have to think
constexpr std::size_t questions_max = 128;           // open at the same time, one child

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

} // namespace

void instance::on_request(std::string_view line, const envelope& message,
                          std::shared_ptr<call_observer> cause) {
    const auto name = message.method.of(line);
    const auto id = message.id.of(line);
    if (name == method::ping) return answer(id, std::string{"{}"});
    if (era_ == era::modern) {
        // 2026-07-28, basic/transports/stdio: the server MUST NOT write requests to stdout.
        context_.log->warning("server '{}' sent a request although its protocol forbids that",
                              options_.name);
        return answer(id, fault{errc::method_not_found, "this protocol revision has no requests "
                                                        "from servers"});
    }
    auto task_id = related_task(message.params.of(line));
    if (name == method::sampling || name == method::elicitation || name == method::roots_list)
        return !task_id.empty() ? relay_task_question(line, message, std::move(task_id))
                                : relay_question(line, message, std::move(cause));
    answer(id, fault{errc::method_not_found, fmt::format("Method not found: {}", name)});
}

/// `roots` of the configuration: what a server gets that asks outside of any call.
std::string instance::configured_roots() const {
    std::string list;
    for (const auto& uri : options_.roots)
        list += fmt::format(R"({}{{"uri":{}}})", list.empty() ? "" : ",", quote_json(uri));
    return fmt::format(R"({{"roots":[{}]}})", list);
}

void instance::relay_question(std::string_view line, const envelope& message,
                              std::shared_ptr<call_observer> cause) {
    const auto name = message.method.of(line);
    const auto id = message.id.of(line);
    if (!link_) return;
    const bool is_roots = name == method::roots_list;
    const auto observers = link_->observers();
    // Roots are also asked for outside of any call, right after the handshake.
    if (!cause && observers.empty() && is_roots) return answer(id, configured_roots());
    if (!cause && observers.empty())
        return answer(id, fault{errc::session_error, "no client waits for an answer of this "
                                                     "server, so nobody can be asked"});
    if (questions_.size() >= questions_max)
        return answer(id, fault{errc::server_busy, "too many questions are open"});
    has_asked_roots_ = has_asked_roots_ || is_roots;
    owner_.on_question(*this);
    if (!cause) cause = sole_owner(observers, link_->abandoned());
    if (cause) return ask(cause, std::string{id}, name, message.params.of(line));
    questions_.push_back({std::string{id}, nullptr, nullptr, {}});
    if (!tasks_.spawn(hold_question(link_, std::string{id}, std::string{name},
                                    std::string{message.params.of(line)}))) {
        questions_.pop_back();
        answer(id, fault{errc::server_busy, "too many questions are open"});
    }
}

// ---- tasks -----------------------------------------------------------------------------------

void instance::give_task(task_names names, const std::shared_ptr<call_observer>& observer) {
    std::erase_if(task_owners_, [](const auto& entry) { return entry.second.who.expired(); });
    task_owners_[std::move(names.id)] = {std::move(names.progress_token), observer};
    calls_changed_.notify_all();
}

std::shared_ptr<call_observer> instance::owner_of_task(std::string_view task_id) const {
    const auto found = task_owners_.find(task_id);
    return found == task_owners_.end() ? nullptr : found->second.who.lock();
}

/// Whose task a notification is about; null: about none.
std::shared_ptr<call_observer> instance::owner_of_news(std::string_view line,
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

void instance::relay_task_question(std::string_view line, const envelope& message,
                                   std::string task_id) {
    std::string id{message.id.of(line)};
    const auto name = message.method.of(line);
    if (!link_) return;
    if (questions_.size() >= questions_max)
        return answer(id, fault{errc::server_busy, "too many questions are open"});
    if (const auto client = owner_of_task(task_id))
        return ask(client, std::move(id), name, message.params.of(line));
    questions_.push_back({id, nullptr, nullptr, {}});
    if (tasks_.spawn(hold_task_question(link_, std::move(task_id), id, std::string{name},
                                        std::string{message.params.of(line)})))
        return;
    questions_.pop_back();
    answer(id, fault{errc::server_busy, "too many questions are open"});
}

/// A question may come together with the answer that creates its task, before that was looked at.
task<> instance::hold_task_question(std::shared_ptr<link> peer, std::string task_id,
                                    std::string child_id, std::string method_name,
                                    std::string params) {
    const auto deadline = clock_type::now() + options_.question_hold_timeout;
    auto asked = owner_of_task(task_id);
    while (!asked && link_ == peer && is_pending(child_id) && clock_type::now() < deadline) {
        co_await calls_changed_.wait_until(deadline);
        asked = owner_of_task(task_id);
    }
    if (link_ != peer || !is_pending(child_id)) co_return;
    std::erase_if(questions_, [&](const auto& q) { return q.child_id == child_id; });
    if (asked)
        ask(asked, child_id, method_name, params);
    else
        answer(child_id, fault{errc::session_error, "no client has this task"});
}

void instance::ask(const std::shared_ptr<call_observer>& observer, std::string child_id,
                   std::string_view method_name, std::string_view params) {
    auto asked = observer->ask(method_name, params);
    if (asked.has_error()) return answer(child_id, asked.error());
    questions_.push_back({std::move(child_id), *asked, observer, std::string{method_name}});
    if (tasks_.spawn(answer_question(link_, questions_.back()))) return;
    const fault refusal{errc::server_busy, "too many questions are open"};
    (*asked)->settle(refusal);
    const auto id = questions_.back().child_id;
    questions_.pop_back();
    answer(id, refusal);
}

bool instance::is_pending(std::string_view child_id) const {
    return std::ranges::find(questions_, child_id, &pending_question::child_id) != questions_.end();
}

/// Over pipes a question names no call. While several clients could be meant it waits: they get no
/// company (upstream gives this instance no new calls), and when the others have ended, one is
/// left. Guessing could show one user's question to another.
task<> instance::hold_question(std::shared_ptr<link> peer, std::string child_id,
                               std::string method_name, std::string params) {
    const auto asked_at = clock_type::now();
    std::shared_ptr<call_observer> only;
    while (link_ == peer && is_pending(child_id)) {
        const auto observers = peer->observers();
        only = sole_owner(observers, peer->abandoned());
        // One refusal at a time: the call that it ends tells whose the others are.
        const auto deadline = std::max(asked_at, last_refusal_) + options_.question_hold_timeout;
        const bool is_late = clock_type::now() >= deadline;
        if (only || observers.empty() || is_late) break;
        co_await calls_changed_.wait_until(deadline);
    }
    if (link_ != peer || !is_pending(child_id)) co_return; // ended, or withdrawn
    std::erase_if(questions_, [&](const auto& q) { return q.child_id == child_id; });
    if (only) co_return ask(only, child_id, method_name, params);
    last_refusal_ = clock_type::now();
    answer(child_id, fault{errc::session_error,
                           "calls of several clients are in flight, so it is not certain who must "
                           "be asked; interactive = true for this server gives each of its "
                           "processes one client at a time from the beginning"});
}

task<> instance::answer_question(std::shared_ptr<link> peer, pending_question pending) {
    const auto outcome = co_await pending.asked->wait(clock_type::now() + question_timeout);
    std::erase_if(questions_, [&](const auto& q) { return q.asked == pending.asked; });
    const bool was_withdrawn = outcome.has_error() && outcome.error().code == errc::call_cancelled;
    if (was_withdrawn || peer != link_) co_return;
    if (outcome.has_error()) co_return answer(pending.child_id, outcome);
    answer(pending.child_id, pending.asker->translate_answer(pending.method, *outcome));
}

bool instance::is_abandoned(owner_id whose) const {
    if (!link_) return false;
    const auto owners = link_->abandoned();
    return std::ranges::any_of(owners, [whose](owner_id each) { return each != whose; });
}

void instance::drop_roots() {
    if (has_asked_roots_ && link_)
        link_->try_send(make_notification(notification::roots_changed, {}));
}

void instance::answer(std::string_view child_id, const result<std::string>& outcome) {
    if (!link_) return;
    link_->try_send(outcome.has_error() ? make_error_response(child_id, outcome.error())
                                        : make_response(child_id, *outcome));
}

void instance::on_notification(std::string_view line, const envelope& message,
                               std::shared_ptr<call_observer> cause) {
    if (cause && cause->on_notification(line, message)) return;
    if (const auto hearer = owner_of_news(line, message)) {
        hearer->on_notification(line, message);
        return;
    }
    const auto name = message.method.of(line);
    if (name == notification::message) return relay_log(line, message, cause);
    if (name == notification::cancelled) return withdraw_question(line, message);
    if (name == notification::tools_changed || name == notification::prompts_changed ||
        name == notification::resources_changed) {
        // One of several processes may have come to offer something of its own.
        has_lists_ = true;
        is_refresh_wanted_ = true; // during the start: looked at when that has ended
        return refresh_if_wanted();
    }
    owner_.on_notification(*this, line, message);
}

void instance::relay_log(std::string_view line, const envelope& message,
                         const std::shared_ptr<call_observer>& cause) {
    if (!link_) return;
    if (cause) return cause->on_log(line, message);
    // A log message names no call. It may quote what one client sent, so it reaches nobody else.
    if (const auto observer = sole_owner(link_->observers(), link_->abandoned()))
        observer->on_log(line, message);
}

void instance::withdraw_question(std::string_view line, const envelope& message) {
    const auto id = message.in_params.request_id.of(line);
    // One that is held has not been asked: it is just forgotten.
    std::erase_if(questions_, [&](const auto& q) { return q.child_id == id && !q.asked; });
    for (const auto& pending : questions_)
        if (pending.child_id == id)
            pending.asked->settle(fault{errc::call_cancelled, "the server withdrew its question"});
}

} // namespace mcpgw
