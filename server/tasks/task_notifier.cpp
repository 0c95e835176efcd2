// SPDX-License-Identifier: Apache-2.0
#include "server/tasks/task_notifier.hpp"

#include "protocol/bridge/notification_bridge.hpp"
#include "protocol/bridge/task_repair.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/rpc.hpp"
#include "server/tasks/task_client.hpp"

#include <algorithm>
#include <utility>

namespace mcpgw {

result<std::vector<std::string>> task_notifier::requested_tasks(const client_request& listen) {
    std::vector<std::string> ids;
    const auto wanted = find_member(find_member(listen.params(), "notifications"), "taskIds");
    if (!is_json_array(wanted)) return ids;
    if (!declares_tasks(capabilities_of_client(listen))) return lacks_task_extension();
    element_reader reader{wanted};
    while (const auto element = reader.next()) {
        const auto id = unquote_json(*element);
        if (!id || ids.size() >= tasks_of_stream_max) continue;
        const auto record = table_.find(*id, task_owner(listen), clock_type::now());
        if (record && record->is_shown_at(listen.scope)) ids.push_back(*id);
    }
    return ids;
}

void task_notifier::start_publishing(const std::vector<std::string>& ids,
                                     const client_request& listen) {
    for (const auto& id : ids) {
        const auto record = table_.find(id, task_owner(listen), clock_type::now());
        if (!record) continue;
        record->has_new_listener = true;
        record->changed.notify_all();
        if (record->is_fed) continue;
        record->is_fed = true; // before: the coroutine may end before spawn() returns
        if (!upstreams_.spawn(publish(record, std::string{capabilities_of_client(listen)})))
            record->is_fed = false;
    }
}

/// For listen streams: what the task is like, at first and whenever that has changed.
task<> task_notifier::publish(std::shared_ptr<task_record> record, std::string capabilities) {
    abort_signal never;
    std::string last;
    bool is_over = false;
    while (!record->given_up.reason() && listeners_.has_task_listener(record->id)) {
        const bool is_new = std::exchange(record->has_new_listener, false);
        if (is_new || !is_over) {
            const auto shown = co_await servers_.show(record, era::modern, capabilities, never);
            auto text = shown.has_error() ? last : *shown;
            const bool is_changed = !shown.has_error() && (is_new || text != last);
            last = std::move(text);
            if (is_changed) listeners_.on_task_changed(record->id, last);
            is_over = is_terminal(task_status_of(last));
        }
        const auto now = clock_type::now();
        if (now >= record->expires) break;
        const auto interval = is_over ? task_record::poll_max : record->poll_interval();
        if (!record->has_new_listener)
            co_await record->changed.wait_until(std::min(now + interval, record->expires));
    }
    record->is_fed = false;
}

void task_notifier::on_notification(task_record& record, std::string_view line,
                                    const envelope& message) {
    if (message.method.of(line) == notification::progress)
        return relay_progress(record, line, message);
    const auto params = message.params.of(line);
    if (!parse_task_status(find_member(params, "status"))) return;
    record.task_json = repaired_task(without_related_task(params), record.form);
    record.changed.notify_all();
    notify_session(record);
}

/// The token of the call that made the task is good until the task ends (2025-11-25,
/// basic/utilities/tasks, "Task Progress Notifications"). The extension has no such thing.
void task_notifier::relay_progress(const task_record& record, std::string_view line,
                                   const envelope& message) {
    if (record.is_over()) return;
    if (record.caller) return record.caller->on_progress(line, message);
    const auto session = record.session.lock();
    if (!session || record.progress_token.empty()) return;
    auto shown = progress_for_client(line, message, record.progress_token, session->spoken);
    if (!shown.empty()) session->notify(std::move(shown));
}

void task_notifier::notify_session(const task_record& record) {
    const auto session = record.session.lock();
    if (!session || record.is_cancelled) return;
    session->notify(
        make_notification(notification::task_status,
                          task_for_client(record.task_json, record.form, era::legacy, record.id)));
}

} // namespace mcpgw
