// SPDX-License-Identifier: Apache-2.0
#include "protocol/bridge/task_bridge.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/message/envelope.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {
namespace {

/// With times where the text has T1 and T2.
std::string timed(std::string_view text) {
    std::string made{text};
    for (const std::string_view name : {"T1", "T2"})
        for (auto at = made.find(name); at != std::string::npos; at = made.find(name))
            made.replace(at, name.size(), name == "T1" ? "2026-01-02T03:04:05Z"
                                                       : "2026-01-02T03:04:06Z");
    return made;
}

/// Equal as JSON, whatever the order of members.
void check_equal(std::string_view actual, std::string_view expected) {
    INFO(actual);
    REQUIRE_FALSE(check_json(actual).has_error());
    CHECK(boost::json::parse(actual) == boost::json::parse(timed(expected)));
}

const std::string core_task = timed(
    R"({"taskId":"c-1","status":"working","statusMessage":"half","createdAt":"T1",)"
    R"("lastUpdatedAt":"T2","ttl":60000,"pollInterval":500,"x":1.0})");
const std::string flat_task = timed(
    R"({"resultType":"complete","taskId":"c-1","status":"working","statusMessage":"half",)"
    R"("createdAt":"T1","lastUpdatedAt":"T2","ttlMs":60000,"pollIntervalMs":500,"x":1.0,)"
    R"("_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s"}}})");

std::string with_status(std::string_view status, std::string_view more = {}) {
    return timed(R"({"taskId":"c-1","createdAt":"T1","lastUpdatedAt":"T2","ttlMs":null,)"
                 R"("status":")") +
           std::string{status} + "\"" + std::string{more} + "}";
}
std::string core_with_status(std::string_view status) {
    return timed(R"({"taskId":"c-1","createdAt":"T1","lastUpdatedAt":"T2","ttl":null,"status":")") +
           std::string{status} + "\"}";
}
std::string status_of_task(std::string_view task) {
    return std::string{find_member(task, "status")};
}

TEST_CASE("a_result_that_creates_a_task_is_told_from_others") {
    CHECK(created_task(R"({"task":{"taskId":"a"}})", era::legacy) == R"({"taskId":"a"})");
    CHECK_FALSE(created_task(flat_task, era::legacy).size() > 0);
    const std::string creation = R"({"resultType":"task","taskId":"a","status":"working"})";
    CHECK(created_task(creation, era::modern) == creation);
    for (const std::string_view other :
         {R"({"content":[]})", R"({"task":"x"})", R"({"task":{}})", R"({"task":{"taskId":7}})",
          R"({"task":{"taskId":""}})", R"({"resultType":"task"})",
          R"({"resultType":"complete","taskId":"a"})", "[]", ""}) {
        CAPTURE(other);
        CHECK(created_task(other, era::legacy).empty());
        CHECK(created_task(other, era::modern).empty());
    }
}

TEST_CASE("creation_becomes_that_of_the_clients_era") {
    const auto core_creation = R"({"task":)" + std::string{core_task} +
                               R"(,"_meta":{"k":1,"io.modelcontextprotocol/serverInfo":{}}})";
    check_equal(creation_for_client(core_creation, era::legacy, era::modern, "g-1"),
                R"({"resultType":"task","taskId":"g-1","status":"working","statusMessage":"half",)"
                R"("createdAt":"T1","lastUpdatedAt":"T2","ttlMs":60000,"pollIntervalMs":500,)"
                R"("x":1.0,"_meta":{"k":1}})");
    check_equal(creation_for_client(core_creation, era::legacy, era::legacy, "g-1"),
                R"({"task":{"taskId":"g-1","status":"working","statusMessage":"half",)"
                R"("createdAt":"T1","lastUpdatedAt":"T2","ttl":60000,"pollInterval":500,"x":1.0},)"
                R"("_meta":{"k":1,"io.modelcontextprotocol/serverInfo":{}}})");
    const auto flat_creation = R"({"resultType":"task",)" + with_status("working").substr(1);
    check_equal(creation_for_client(flat_creation, era::modern, era::legacy, "g-1"),
                R"({"task":{"taskId":"g-1","status":"working","createdAt":"T1",)"
                R"("lastUpdatedAt":"T2","ttl":null}})");
    check_equal(creation_for_client(flat_creation, era::modern, era::modern, "g-1"),
                R"({"resultType":"task","taskId":"g-1","status":"working","createdAt":"T1",)"
                R"("lastUpdatedAt":"T2","ttlMs":null})");
}

TEST_CASE("a_task_begins_as_work_for_clients_of_the_other_era") {
    const auto flat = [](std::string_view status) {
        return R"({"resultType":"task",)" + with_status(status).substr(1);
    };
    const auto core = [](std::string_view status) {
        return R"({"task":)" + core_with_status(status) + "}";
    };
    for (const std::string_view status : {"input_required", "completed", "failed"}) {
        CAPTURE(status);
        const auto told = "\"" + std::string{status} + "\"";
        const auto to_core = creation_for_client(flat(status), era::modern, era::legacy, "g");
        CHECK(status_of_task(find_member(to_core, "task")) == R"("working")");
        const auto to_flat = creation_for_client(core(status), era::legacy, era::modern, "g");
        CHECK(status_of_task(to_flat) ==
              (status == "input_required" ? R"("input_required")" : R"("working")"));
        const auto same = creation_for_client(flat(status), era::modern, era::modern, "g");
        CHECK(status_of_task(same) == told);
    }
}

TEST_CASE("durations_of_core_tasks_become_whole_milliseconds") {
    const std::vector<std::pair<std::string_view, std::string_view>> table{
        {"60000", "60000"}, {"null", "null"},  {"1500.0", "1500"}, {"1500.6", "1501"},
        {"6e4", "60000"},   {"1e400", "null"}, {"1e300", "null"},
    };
    for (const auto& [ttl, whole] : table) {
        CAPTURE(ttl);
        const auto task = R"({"taskId":"c","status":"working","ttl":)" + std::string{ttl} + "}";
        const auto made = task_for_client(task, era::legacy, era::modern, "g");
        CHECK(find_member(made, "ttlMs") == whole);
        CHECK(find_member(made, "ttl").empty());
    }
    // Both forms require one.
    CHECK(find_member(task_for_client(R"({"taskId":"c"})", era::modern, era::legacy, "g"), "ttl") ==
          "null");
}

TEST_CASE("core_task_gets_its_outcome_and_its_questions_on_the_way_to_a_modern_client") {
    const auto shown = [](std::string_view told, const task_payload& payload) {
        return task_for_client(core_with_status(told), era::legacy, era::modern, "g", payload);
    };
    const std::string failed_tool =
        R"({"content":[],"isError":true,)"
        R"("_meta":{"io.modelcontextprotocol/related-task":{"taskId":"c-1"}}})";
    // Core calls it failed; the extension keeps that word for JSON-RPC errors.
    const auto completed = shown("failed", {{}, failed_tool, {}});
    CHECK(status_of_task(completed) == R"("completed")");
    CHECK(find_member(completed, "result") == R"({"content":[],"isError":true})");
    const auto failed = shown("failed", {{}, {}, R"({"code":-32603,"message":"m"})"});
    CHECK(status_of_task(failed) == R"("failed")");
    CHECK(find_member(failed, "error") == R"({"code":-32603,"message":"m"})");
    CHECK(find_member(failed, "result").empty());
    const auto asking = shown("working", {R"({"r1":{"method":"roots/list"}})", {}, {}});
    CHECK(status_of_task(asking) == R"("input_required")");
    CHECK(find_member(asking, "inputRequests") == R"({"r1":{"method":"roots/list"}})");
    // What the client could do nothing with is still work.
    CHECK(status_of_task(shown("input_required", {})) == R"("working")");
    CHECK(status_of_task(shown("completed", {})) == R"("working")");
    CHECK(status_of_task(shown("cancelled", {{}, failed_tool, {}})) == R"("cancelled")");
    CHECK(status_of_task(shown("dreaming", {})) == R"("working")");
}

TEST_CASE("extension_task_becomes_a_bare_core_task") {
    const auto shown = [](std::string_view task) {
        return task_for_client(task, era::modern, era::legacy, "g");
    };
    check_equal(shown(flat_task),
                R"({"taskId":"g","status":"working","statusMessage":"half","createdAt":"T1",)"
                R"("lastUpdatedAt":"T2","ttl":60000,"pollInterval":500,"x":1.0})");
    const auto good = shown(with_status("completed", R"(,"result":{"content":[]})"));
    CHECK(status_of_task(good) == R"("completed")");
    CHECK(find_member(good, "result").empty());
    const auto bad = shown(with_status("completed", R"(,"result":{"isError":true})"));
    CHECK(status_of_task(bad) == R"("failed")");
    const auto broken = shown(with_status("failed", R"(,"error":{"code":1,"message":"m"})"));
    CHECK(status_of_task(broken) == R"("failed")");
    CHECK(find_member(broken, "error").empty());
    const auto asking = shown(with_status("input_required", R"(,"inputRequests":{"a":{}})"));
    CHECK(status_of_task(asking) == R"("input_required")");
    CHECK(find_member(asking, "inputRequests").empty());
}

TEST_CASE("task_of_the_clients_own_form_keeps_all_but_its_id") {
    const auto flat = task_for_client(
        with_status("completed",
                    R"(,"result":{"n":1.0,"_meta":)"
                    R"({"io.modelcontextprotocol/related-task":{"taskId":"c-1"}}},"y":2.0)"),
        era::modern, era::modern, "g");
    check_equal(flat, R"({"taskId":"g","status":"completed","createdAt":"T1","lastUpdatedAt":"T2",)"
                      R"("ttlMs":null,"result":{"n":1.0},"y":2.0})");
    const auto core = task_for_client(core_task, era::legacy, era::legacy, "g \"1\"");
    CHECK(task_id_of(core) == "g \"1\"");
    CHECK(find_member(core, "ttl") == "60000");
    CHECK(find_member(core, "x") == "1.0");
}

TEST_CASE("related_task_is_read_set_and_removed_in_meta_alone") {
    constexpr std::string_view key = "io.modelcontextprotocol/related-task";
    const std::string text =
        R"({"a":1.0,"_meta":{"k":2.0,")" + std::string{key} + R"(":{"taskId":"old"}}})";
    CHECK(related_task(text) == "old");
    CHECK(related_task(R"({"a":1})").empty());
    CHECK(related_task(R"({"_meta":{"x":{"taskId":"old"}}})").empty());
    const auto set = with_related_task(text, "new");
    CHECK(related_task(set) == "new");
    CHECK(find_member(find_member(set, "_meta"), "k") == "2.0");
    CHECK(related_task(with_related_task("{}", "new")) == "new");
    CHECK(without_related_task(text) == R"({"a":1.0,"_meta":{"k":2.0}})");
    CHECK(without_related_task(R"({"_meta":{")" + std::string{key} +
                               R"(":{"taskId":"old"}},"a":1})") == R"({"a":1})");
    const std::string other = R"({ "_meta":{"k":1} })";
    CHECK(without_related_task(other) == other);
}

TEST_CASE("task_capabilities_of_both_eras_are_recognised") {
    CHECK(offers_tasks(R"({"tasks":{"requests":{"tools":{"call":{}}}}})", era::legacy));
    CHECK_FALSE(offers_tasks(R"({"tasks":{"list":{},"requests":{}}})", era::legacy));
    CHECK_FALSE(offers_tasks(R"({"tasks":{"requests":{"tools":{"call":{}}}}})", era::modern));
    const std::string declared = R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})";
    CHECK(offers_tasks(declared, era::modern));
    CHECK_FALSE(offers_tasks(declared, era::legacy));
    CHECK(declares_tasks(declared));
    for (const std::string_view none : {"", "{}", R"({"tasks":{}})", R"({"extensions":{}})",
                                        R"({"extensions":{"io.modelcontextprotocol/tasks":1}})"}) {
        CAPTURE(none);
        CHECK_FALSE(declares_tasks(none));
        CHECK(declares_tasks(with_tasks_declared(none)));
    }
    CHECK(with_tasks_declared(declared) == declared);
    CHECK(with_tasks_declared(R"({"roots":{},"extensions":{"a/b":{"x":1.0}}})") ==
          R"({"roots":{},"extensions":{"a/b":{"x":1.0},"io.modelcontextprotocol/tasks":{}}})");
}

TEST_CASE("task_support_of_a_tool_is_forbidden_unless_it_says_otherwise") {
    CHECK(task_support_of(R"({"execution":{"taskSupport":"required"}})") == task_support::required);
    CHECK(task_support_of(R"({"execution":{"taskSupport":"optional"}})") == task_support::optional);
    for (const std::string_view other :
         {R"({"execution":{"taskSupport":"forbidden"}})", R"({"execution":{}})", "{}", ""})
        CHECK(task_support_of(other) == task_support::forbidden);
}

TEST_CASE("a_task_can_be_given_another_status") {
    CHECK(with_task_status(core_with_status("working"), task_status::cancelled) ==
          core_with_status("cancelled"));
    CHECK(is_terminal(task_status::cancelled));
    CHECK(is_terminal(task_status::failed));
    CHECK(is_terminal(task_status::completed));
    CHECK_FALSE(is_terminal(task_status::input_required));
    CHECK_FALSE(parse_task_status(R"("done")").has_value());
    CHECK_FALSE(parse_task_status("null").has_value());
    CHECK(parse_task_status(R"("input_required")") == task_status::input_required);
}

} // namespace
} // namespace mcpgw
