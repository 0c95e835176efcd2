// SPDX-License-Identifier: Apache-2.0
#include "protocol/bridge/task_bridge.hpp"

#include "protocol/bridge/task_repair.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

namespace mcpgw {

namespace {

constexpr std::array<std::string_view, 5> status_names{"working", "input_required", "completed",
                                                       "failed", "cancelled"};

/// The extension wants whole milliseconds; core allows any number.
std::string whole_number(std::string_view raw) {
    if (raw.find_first_of(".eE") == std::string_view::npos) return std::string{raw};
    double value = 0;
    const auto [end, ec] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
    constexpr double exact_max = 9007199254740991.0;
    if (ec != std::errc{} || end != raw.data() + raw.size() || std::abs(value) > exact_max)
        return "null";
    return fmt::format("{}", std::llround(value));
}

/// Members that every task has, under the names of `to`; `ttl` comes last if it was left out.
class task_writer {
public:
    task_writer(std::string_view task_json, era from, era to, std::string_view id,
                bool keeps_meta = false)
        : from_(from), to_(to), keeps_meta_(keeps_meta) {
        out_.add("taskId", quote_json(id));
        member_reader reader{task_json};
        while (const auto member = reader.next()) copy(*member);
        if (!has_ttl_) out_.add(to == era::modern ? "ttlMs" : "ttl", "null");
    }

    [[nodiscard]] member_writer& out() { return out_; }

private:
    void copy(const json_member& member) {
        const auto key = member.key;
        if (key == "taskId" || key == "status" || key == "resultType") return;
        if (key == "_meta" && !keeps_meta_) return;
        const std::string_view ttl = from_ == era::modern ? "ttlMs" : "ttl";
        const std::string_view interval = from_ == era::modern ? "pollIntervalMs" : "pollInterval";
        if (key == ttl) {
            has_ttl_ = true;
            return out_.add(to_ == era::modern ? "ttlMs" : "ttl", number(member.value));
        }
        if (key == interval)
            return out_.add(to_ == era::modern ? "pollIntervalMs" : "pollInterval",
                            number(member.value));
        // Where a server has the members of both forms, those of its own are meant.
        const bool is_other = key == (from_ == era::modern ? "ttl" : "ttlMs") ||
                              key == (from_ == era::modern ? "pollInterval" : "pollIntervalMs");
        if (is_other && from_ != to_) return;
        const bool is_payload = key == "result" || key == "error" || key == "inputRequests";
        if (is_payload && from_ != to_) return;
        if (is_payload && key == "result") return out_.add(key, without_related_task(member.value));
        out_.add(key, member.value);
    }
    [[nodiscard]] std::string number(std::string_view raw) const {
        return from_ == era::legacy && to_ == era::modern ? whole_number(raw) : std::string{raw};
    }

    era from_;
    era to_;
    bool keeps_meta_;
    member_writer out_;
    bool has_ttl_ = false;
};

task_status status_for(std::string_view task_json, era from, era to, const task_payload& payload) {
    const auto told = task_status_of(task_json);
    if (from == to) return told;
    if (to == era::legacy) {
        const bool is_error = find_member(find_member(task_json, "result"), "isError") == "true";
        return told == task_status::completed && is_error ? task_status::failed : told;
    }
    if (told == task_status::cancelled) return told;
    if (!payload.error.empty()) return task_status::failed;
    if (!payload.result.empty()) return task_status::completed;
    // Without its outcome (or its questions) a task would make no sense to the client.
    return payload.input_requests.empty() ? task_status::working : task_status::input_required;
}

std::string quoted(task_status status) {
    return quote_json(to_string(status));
}

std::string meta_without(std::string_view meta, std::string_view unwanted) {
    member_writer kept;
    member_reader reader{meta};
    while (const auto member = reader.next())
        if (member->key != unwanted) kept.add(member->key, member->value);
    return kept.empty() ? std::string{} : kept.object();
}

/// The object with `_meta` replaced; empty: without it.
std::string with_meta(std::string_view object_json, const std::string& meta) {
    member_writer out;
    member_reader reader{object_json};
    while (const auto member = reader.next())
        if (member->key != "_meta") out.add(member->key, member->value);
    if (!meta.empty()) out.add("_meta", meta);
    return out.object();
}

} // namespace

std::optional<task_status> parse_task_status(std::string_view raw) {
    const auto name = unquote_json(raw);
    if (!name) return std::nullopt;
    const auto* const found = std::ranges::find(status_names, *name);
    if (found == status_names.end()) return std::nullopt;
    return static_cast<task_status>(found - status_names.begin());
}

std::string_view to_string(task_status status) {
    return status_names[static_cast<std::size_t>(status)];
}

task_status task_status_of(std::string_view task_json) {
    return parse_task_status(find_member(task_json, "status")).value_or(task_status::working);
}

bool is_terminal(task_status status) {
    return status >= task_status::completed;
}

bool offers_tasks(std::string_view server_capabilities, era of) {
    if (of == era::modern)
        return is_json_object(
            find_member(find_member(server_capabilities, "extensions"), extension::tasks));
    const auto requests = find_member(find_member(server_capabilities, "tasks"), "requests");
    return is_json_object(find_member(find_member(requests, "tools"), "call"));
}

bool declares_tasks(std::string_view client_capabilities) {
    return is_json_object(
        find_member(find_member(client_capabilities, "extensions"), extension::tasks));
}

std::string with_tasks_declared(std::string_view client_capabilities) {
    if (declares_tasks(client_capabilities)) return std::string{client_capabilities};
    member_writer extensions;
    member_writer out;
    member_reader reader{client_capabilities};
    while (const auto member = reader.next()) {
        if (member->key != "extensions") {
            out.add(member->key, member->value);
            continue;
        }
        member_reader inner{member->value};
        while (const auto each = inner.next())
            if (each->key != extension::tasks) extensions.add(each->key, each->value);
    }
    extensions.add(extension::tasks, "{}");
    out.add("extensions", extensions.object());
    return out.object();
}

std::string_view created_task(std::string_view result_json, era from) {
    const bool is_flat = from == era::modern;
    if (is_flat && find_member(result_json, "resultType") != R"("task")") return {};
    const auto task = is_flat ? result_json : find_member(result_json, "task");
    if (!is_json_object(task) || task_id_of(task).empty()) return {};
    return task;
}

std::string task_id_of(std::string_view task_json) {
    return unquote_json(find_member(task_json, "taskId")).value_or("");
}

std::string creation_for_client(std::string_view result_json, era from, era to,
                                std::string_view id) {
    const auto task = repaired_new_task(created_task(result_json, from), from);
    task_writer written{task, from, to, id};
    // Core tasks begin as `working` (2025-11-25, basic/utilities/tasks, "Task Status Lifecycle"),
    // and the outcome of a task is never part of its creation (SEP-2663, "Task Creation").
    const auto told = task_status_of(task);
    const bool is_news = from != to && (to == era::legacy || is_terminal(told));
    written.out().add("status", quoted(is_news ? task_status::working : told));
    member_writer out;
    if (to == era::modern) {
        out.add("resultType", R"("task")");
        const auto flat = written.out().object();
        member_reader members{flat};
        while (const auto member = members.next()) out.add(member->key, member->value);
    } else {
        out.add("task", written.out().object());
    }
    const auto meta = find_member(result_json, "_meta");
    const auto kept = from == to ? std::string{meta} : meta_without(meta, meta_key::server_info);
    if (!kept.empty()) out.add("_meta", kept);
    return out.object();
}

std::string task_for_client(std::string_view task_json, era from, era to, std::string_view id,
                            const task_payload& payload) {
    task_writer written{task_json, from, to, id, from == to};
    const auto status = status_for(task_json, from, to, payload);
    auto& out = written.out();
    out.add("status", quoted(status));
    if (from == to || to == era::legacy) return out.object();
    if (status == task_status::failed) out.add("error", payload.error);
    if (status == task_status::completed) out.add("result", without_related_task(payload.result));
    if (status == task_status::input_required) out.add("inputRequests", payload.input_requests);
    return out.object();
}

std::string with_task_status(std::string_view core_task_json, task_status status) {
    member_writer out;
    member_reader reader{core_task_json};
    while (const auto member = reader.next())
        out.add(member->key, member->key == "status" ? quoted(status) : member->value);
    return out.object();
}

std::string related_task(std::string_view object_json) {
    const auto meta = find_member(object_json, "_meta");
    return task_id_of(find_member(meta, meta_key::related_task));
}

std::string with_related_task(std::string_view object_json, std::string_view id) {
    member_writer meta;
    member_reader reader{find_member(object_json, "_meta")};
    while (const auto member = reader.next())
        if (member->key != meta_key::related_task) meta.add(member->key, member->value);
    meta.add(meta_key::related_task, fmt::format(R"({{"taskId":{}}})", quote_json(id)));
    return with_meta(object_json, meta.object());
}

std::string without_related_task(std::string_view object_json) {
    const auto meta = find_member(object_json, "_meta");
    if (find_member(meta, meta_key::related_task).empty()) return std::string{object_json};
    return with_meta(object_json, meta_without(meta, meta_key::related_task));
}

task_support task_support_of(std::string_view tool_json) {
    const auto support = find_member(find_member(tool_json, "execution"), "taskSupport");
    if (support == R"("required")") return task_support::required;
    return support == R"("optional")" ? task_support::optional : task_support::forbidden;
}

} // namespace mcpgw
