// SPDX-License-Identifier: Apache-2.0
#include "server/tasks/task_terms.hpp"

#include "protocol/json/json_members.hpp"
#include "server/tasks/task_client.hpp"

#include <fmt/format.h>

namespace mcpgw {

result<task_terms> agree_on_tasks(const client_request& request, const upstream& target,
                                  revision spoken, task_support support) {
    const auto is_offered = [&] {
        return offers_tasks(target.lists().capabilities, era_of(spoken));
    };
    const bool is_needed = support == task_support::required;
    task_terms agreed;
    if (era_of(spoken) == era::modern) {
        agreed.declares_tasks = knows_tasks(request) && is_offered();
        return agreed;
    }
    const bool is_about_tasks = is_needed || request.message.in_params.task;
    if (!is_about_tasks || !is_offered()) return agreed;
    if (request.client_era == era::modern) {
        if (is_needed && !knows_tasks(request)) return lacks_task_extension();
        if (is_needed) agreed.members = R"("task":{})";
        return agreed;
    }
    agreed.keeps_task = wants_task(request);
    // A client that is older than tasks gets the result in the end.
    if (is_needed && request.spoken < core_tasks_revision) agreed.members = R"("task":{})";
    return agreed;
}

std::string task_terms::apply_to(std::string_view params) const {
    const auto object = fmt::format("{{{}}}", params);
    member_writer kept;
    member_reader reader{object};
    while (const auto member = reader.next())
        if (member->key != "task" || keeps_task) kept.add(member->key, member->value);
    auto text = kept.take_members();
    if (!text.empty() && !members.empty()) text += ',';
    return text + members;
}

bool needs_task_extension(const result<upstream_answer>& answer) {
    if (answer.has_error() || !answer->message.is_error) return false;
    const auto error = answer->message.error.of(answer->line);
    const auto needed = find_member(find_member(error, "data"), "requiredCapabilities");
    return find_member(error, "code") == "-32021" && declares_tasks(needed);
}

bool concerns_tasks(const client_request& request, const upstream_answer& answer, era form) {
    const auto& in = answer.message.in_result;
    const auto type = in.result_type.of(answer.line);
    const bool may_be_task = form == era::modern ? type == R"("task")" : !in.task.empty();
    if (may_be_task && !created_task(answer.message.result.of(answer.line), form).empty())
        return true;
    return wants_task(request) && type != R"("input_required")";
}

} // namespace mcpgw
