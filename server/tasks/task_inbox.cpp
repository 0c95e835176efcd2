// SPDX-License-Identifier: Apache-2.0
#include "server/tasks/task_inbox.hpp"

#include "protocol/bridge/task_bridge.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

task_inbox::task_inbox(executor ex, sides both, async_condition& changed,
                       notification_callback on_notified)
    : executor_(ex)
    , both_(std::move(both))
    , changed_(changed)
    , on_notified_(std::move(on_notified)) {}

question_route task_inbox::route(std::string_view unique_id) const {
    question_route between;
    between.server = both_.server;
    between.client = both_.client;
    between.client_capabilities = both_.client_capabilities;
    between.unique_id = unique_id;
    return between;
}

void task_inbox::forget_settled() {
    std::erase_if(entries_, [](const entry& e) { return e.asked->is_settled(); });
}

result<std::shared_ptr<question>> task_inbox::ask(std::string_view method_name,
                                                  std::string_view params) {
    forget_settled();
    if (entries_.size() >= questions_max)
        return fault{errc::server_busy, "the task has too many open questions"};
    entry added;
    added.key = fmt::format("q{}", next_key_);
    auto translated =
        question_for_client(method_name, params, route(both_.task_id + "-" + added.key));
    if (translated.has_error()) return translated.error();
    ++next_key_;
    added.method = method_name;
    added.params = std::move(*translated);
    // 2025-11-25, basic/utilities/tasks, "Associating Task-Related Messages".
    if (era_of(both_.client) == era::legacy)
        added.params = with_related_task(added.params.empty() ? "{}" : added.params, both_.task_id);
    added.asked = std::make_shared<question>(executor_);
    entries_.push_back(std::move(added));
    auto asked = entries_.back().asked;
    changed_.notify_all();
    return asked;
}

std::string task_inbox::input_requests() {
    forget_settled();
    member_writer list;
    for (const auto& e : entries_) {
        member_writer request;
        request.add("method", quote_json(e.method));
        if (!e.params.empty()) request.add("params", e.params);
        list.add(e.key, request.object());
    }
    return list.empty() ? std::string{} : list.object();
}

const task_inbox::entry* task_inbox::take_unshown() {
    forget_settled();
    const auto found = std::ranges::find(entries_, false, &entry::is_shown);
    if (found == entries_.end()) return nullptr;
    found->is_shown = true;
    return &*found;
}

void task_inbox::put_back(std::string_view key) {
    const auto found = std::ranges::find(entries_, key, &entry::key);
    if (found != entries_.end()) found->is_shown = false;
}

void task_inbox::settle(std::string_view key, const result<std::string>& answer) {
    const auto found = std::ranges::find(entries_, key, &entry::key);
    if (found == entries_.end()) return;
    const auto open = std::move(*found);
    entries_.erase(found);
    if (answer.has_error()) return open.asked->settle(answer.error());
    auto translated = answer_for_server(open.method, *answer, route({}));
    if (translated.has_error()) return open.asked->settle(translated.error());
    open.asked->settle(with_related_task(*translated, both_.child_id));
}

void task_inbox::settle_all(std::string_view input_responses) {
    member_reader reader{input_responses};
    while (const auto member = reader.next())
        if (is_json_object(member->value)) settle(member->key, std::string{member->value});
    changed_.notify_all();
}

void task_inbox::withdraw(const fault& reason) {
    // The server took nothing back, so it gets an answer: call_cancelled would be none.
    const fault unanswered{errc::session_error, std::string{reason.message()}};
    for (const auto& e : std::exchange(entries_, {})) e.asked->settle(unanswered);
}

} // namespace mcpgw
