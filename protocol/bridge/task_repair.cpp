// SPDX-License-Identifier: Apache-2.0
#include "protocol/bridge/task_repair.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/repair/question_shapes.hpp"
#include "protocol/repair/shape.hpp"
#include "protocol/repair/shapes.hpp"
#include "protocol/bridge/task_bridge.hpp"
#include "protocol/text/value_rules.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::string_view unknown_time = R"("1970-01-01T00:00:00Z")";
constexpr std::string_view no_end =
    R"({"code":-32603,"message":"the server did not tell how the task ended"})";

constexpr std::array task_members{
    member_shape{"taskId", wanted::any},
    member_shape{"status", wanted::any},
    member_shape{"statusMessage", wanted::text},
    member_shape{"createdAt", wanted::timestamp},
    member_shape{"lastUpdatedAt", wanted::timestamp},
    member_shape{.key = "_meta", .type = wanted::object, .rule = &result_meta_rule},
};
constexpr shape task_shape{task_members};

/// A time in milliseconds as a whole number, or nothing.
std::optional<std::string> milliseconds(std::string_view raw) {
    constexpr double exact_max = 9007199254740991.0;
    double value = 0;
    if (!is_finite_number(raw)) return std::nullopt;
    std::from_chars(raw.data(), raw.data() + raw.size(), value);
    if (value < 0 || value > exact_max) return std::nullopt;
    return fmt::format("{}", std::llround(value));
}

bool is_error(std::string_view raw) {
    return is_json_object(raw) && is_whole_number(find_member(raw, "code")) &&
           is_json_string(find_member(raw, "message"));
}

std::string questions_of(std::string_view raw) {
    if (!is_json_object(raw)) return {};
    member_reader members{raw};
    if (!members.next()) return {};
    const auto asking = fmt::format(R"({{"inputRequests":{}}})", raw);
    const auto fitted = fit_input_required(asking);
    if (fitted.has_error()) return {};
    return std::string{find_member(*fitted ? **fitted : asking, "inputRequests")};
}

/// What an extension's task has beside its status, and no other.
void add_outcome(member_writer& out, std::string_view task) {
    auto status = task_status_of(task);
    if (status == task_status::input_required) {
        const auto questions = questions_of(find_member(task, "inputRequests"));
        if (questions.empty())
            status = task_status::working;
        else
            out.add("inputRequests", questions);
    }
    if (status == task_status::completed) {
        auto made = repaired_task_result(find_member(task, "result"));
        if (made.has_error())
            status = task_status::failed;
        else
            out.add("result", *made);
    }
    if (status == task_status::failed) {
        const auto error = find_member(task, "error");
        out.add("error", is_error(error) ? error : no_end);
    }
    out.add("status", quote_json(to_string(status)));
}

/// All but the status and what comes with it.
member_writer ordinary_members(std::string_view task, era form) {
    const bool is_modern = form == era::modern;
    const std::string_view ttl = is_modern ? "ttlMs" : "ttl";
    const std::string_view interval = is_modern ? "pollIntervalMs" : "pollInterval";
    member_writer out{task.size()};
    member_reader members{task};
    while (const auto member = members.next()) {
        const auto key = member->key;
        const bool is_outcome = key == "result" || key == "error" || key == "inputRequests";
        if (key == ttl || key == interval || key == "status" || (is_modern && is_outcome)) continue;
        out.add(key, member->value);
    }
    const auto created = find_member(task, "createdAt");
    const auto updated = find_member(task, "lastUpdatedAt");
    if (created.empty()) out.add("createdAt", updated.empty() ? unknown_time : updated);
    if (updated.empty()) out.add("lastUpdatedAt", created.empty() ? unknown_time : created);
    out.add(ttl, milliseconds(find_member(task, ttl)).value_or("null"));
    if (const auto time = milliseconds(find_member(task, interval))) out.add(interval, *time);
    return out;
}

std::string fitted_task(std::string_view task_json) {
    auto fitted = fit(task_json, task_shape, "task");
    return fitted.has_value() ? std::move(fitted->text) : std::string{"{}"};
}

} // namespace

std::string repaired_new_task(std::string_view task_json, era form) {
    const auto task = fitted_task(task_json);
    auto out = ordinary_members(task, form);
    out.add("status", quote_json(to_string(task_status_of(task))));
    return out.take_object();
}

std::string repaired_task(std::string_view task_json, era form) {
    if (form == era::legacy) return repaired_new_task(task_json, form);
    const auto task = fitted_task(task_json);
    auto out = ordinary_members(task, form);
    add_outcome(out, task);
    return out.take_object();
}

result<std::string> repaired_task_result(std::string_view result_json) {
    if (!is_json_object(result_json))
        return fault{errc::server_failed, fmt::format("the result of the task is {}, not an object",
                                                      kind_of(result_json))};
    auto fitted = fit(result_json, *result_shape(method::tools_call), "result");
    if (fitted.has_error()) return fitted.error();
    return std::move(fitted->text);
}

} // namespace mcpgw
