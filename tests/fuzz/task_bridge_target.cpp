// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.hpp"

#include "protocol/bridge/task_bridge.hpp"
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "protocol/message/envelope.hpp"
#include "protocol/message/mcp.hpp"
#include "tests/fuzz/json_oracle.hpp"

#include <array>
#include <set>

namespace mcpgw::test {

namespace {

namespace json = boost::json;
using name_set = std::set<std::string_view>;

constexpr std::array forms{era::legacy, era::modern};
constexpr std::string_view our_id = "our \"id\"";

/// Names that some rule of the bridge looks at. All others are foreign.
const name_set task_names{"taskId",        "status", "ttl",          "ttlMs",
                          "resultType",    "_meta",  "pollInterval", "pollIntervalMs",
                          "inputRequests", "result", "error"};

/// The foreign members of an object, as they are written, in order.
std::string foreign_members(std::string_view object, const name_set& names) {
    member_writer out;
    member_reader reader{object};
    while (const auto member = reader.next())
        if (!names.contains(member->key)) out.add(member->key, member->value);
    return out.take_members();
}

/// Names of which an object has two are read by nobody in the same way.
bool has_clear_names(std::string_view object) {
    std::set<std::string_view> seen;
    member_reader reader{object};
    while (const auto member = reader.next())
        if (!seen.insert(member->key).second) return false;
    return true;
}

std::string check_object(std::string_view text) {
    if (!check_json(text)) return "no JSON";
    if (!is_json_object(text)) return "no object";
    return has_clear_names(text) ? "" : "a name twice";
}

/// What both forms promise of a task that a client of `to` gets.
std::string check_task(std::string_view task, era from, era to) {
    if (auto problem = check_object(task); !problem.empty()) return problem;
    if (task_id_of(task) != our_id) return "the id is not ours";
    if (!parse_task_status(find_member(task, "status"))) return "no status";
    const bool is_modern = to == era::modern;
    if (find_member(task, is_modern ? "ttlMs" : "ttl").empty()) return "no time to live";
    if (from == to) return {};
    const name_set strange = is_modern ? name_set{"ttl", "pollInterval"}
                                       : name_set{"ttlMs",  "pollIntervalMs", "inputRequests",
                                                  "result", "error",          "resultType"};
    for (const auto name : strange)
        if (!find_member(task, name).empty()) return "a member of the other form";
    return {};
}

/// Status and payload of the extension belong together (SEP-2663, "Task Status").
std::string check_payload(std::string_view task, const task_payload& payload) {
    const auto status = task_status_of(task);
    const auto is_there = [&](std::string_view name, task_status when) {
        return find_member(task, name).empty() == (status != when);
    };
    if (!is_there("result", task_status::completed)) return "result";
    if (!is_there("error", task_status::failed)) return "error";
    if (!is_there("inputRequests", task_status::input_required)) return "inputRequests";
    if (payload.error.empty() && payload.result.empty() && payload.input_requests.empty() &&
        status != task_status::working && status != task_status::cancelled)
        return "an outcome that nobody knows";
    return {};
}

std::string check_tasks(const std::string& text) {
    const std::array payloads{task_payload{}, task_payload{R"({"k":{"method":"m"}})", {}, {}},
                              task_payload{{}, R"({"content":[],"isError":true})", {}},
                              task_payload{{}, {}, R"({"code":-1,"message":"m"})"}};
    for (const era from : forms)
        for (const era to : forms)
            for (const auto& payload : payloads) {
                const auto task = task_for_client(text, from, to, our_id, payload);
                if (auto problem = check_task(task, from, to); !problem.empty())
                    return "task: " + problem;
                if (foreign_members(text, task_names) != foreign_members(task, task_names))
                    return "task: foreign members";
                if (from == era::modern || to == era::legacy) continue;
                if (auto problem = check_payload(task, payload); !problem.empty())
                    return "task: " + problem;
            }
    const auto changed = with_task_status(text, task_status::cancelled);
    if (!check_object(changed).empty()) return "changed status: no object";
    const bool had_status = !find_member(text, "status").empty();
    if (had_status && task_status_of(changed) != task_status::cancelled) return "changed status";
    return {};
}

std::string check_creation(const std::string& text, era from) {
    if (created_task(text, from).empty()) return {};
    if (!has_clear_names(created_task(text, from))) return {};
    for (const era to : forms) {
        const auto made = creation_for_client(text, from, to, our_id);
        if (auto problem = check_object(made); !problem.empty()) return "creation: " + problem;
        const auto task = created_task(made, to);
        if (task.empty()) return "creation: none";
        if (task_id_of(task) != our_id) return "creation: the id is not ours";
        const bool is_at_work = !is_terminal(task_status_of(task));
        if (from != to && !is_at_work) return "creation: a task that has ended";
    }
    return {};
}

std::string check_meta(const std::string& text) {
    const name_set no_meta{"_meta"};
    const name_set relation{meta_key::related_task};
    const auto related = with_related_task(text, our_id);
    if (auto problem = check_object(related); !problem.empty()) return "relation: " + problem;
    if (related_task(related) != our_id) return "relation: another task";
    const auto unrelated = without_related_task(related);
    if (!related_task(unrelated).empty()) return "relation: still there";
    for (const auto& out : {related, unrelated}) {
        if (foreign_members(text, no_meta) != foreign_members(out, no_meta))
            return "relation: foreign members";
        if (foreign_members(find_member(text, "_meta"), relation) !=
            foreign_members(find_member(out, "_meta"), relation))
            return "relation: foreign members of _meta";
    }
    return {};
}

std::string check_capabilities(const std::string& text) {
    const auto declared = with_tasks_declared(text);
    if (auto problem = check_object(declared); !problem.empty()) return "capabilities: " + problem;
    if (!declares_tasks(declared)) return "capabilities: no tasks";
    if (with_tasks_declared(declared) != declared) return "capabilities: declared twice";
    if (foreign_members(text, {"extensions"}) != foreign_members(declared, {"extensions"}))
        return "capabilities: foreign members";
    if (declares_tasks(text) != offers_tasks(text, era::modern))
        return "capabilities: two readings";
    return {};
}

} // namespace

std::string check_task_bridge_invariants(std::string_view text) {
    const std::string message = R"({"jsonrpc":"2.0","id":1,"result":)" + std::string{text} + "}";
    const auto scanned = scan_envelope(message);
    if (!scanned) return {};
    const std::string object{scanned->result.of(message)};
    if (!is_json_object(object) || !has_clear_names(object)) return {};
    for (const auto name : {"_meta", "extensions"})
        if (!has_clear_names(find_member(object, name))) return {};
    std::string problem = check_tasks(object);
    for (const era from : forms)
        if (problem.empty()) problem = check_creation(object, from);
    if (problem.empty()) problem = check_meta(object);
    if (problem.empty()) problem = check_capabilities(object);
    return problem;
}

} // namespace mcpgw::test
