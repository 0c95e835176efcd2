// SPDX-License-Identifier: Apache-2.0
#include "server/tasks/task_waiter.hpp"

#include "tests/support/task_world.hpp"

#include <functional>
#include <string>

namespace mcpgw::gateway_test {
namespace {

/// Whether the server has come to what is wanted of the task requests that it saw, within a number
/// of calls that no machine is too slow for.
bool shows(gateway_client& other,
           const std::function<bool(const std::string& seen, const std::string& polls)>& wanted) {
    for (int i = 0; i < 20'000; ++i)
        if (wanted(text_of(other.call("s__seen")), text_of(other.call("s__polls")))) return true;
    return false;
}

} // namespace

TEST_CASE("tasks_result_waits_for_the_end_and_names_the_task") {
    for (const auto& server : both) {
        CAPTURE(server);
        task_world world{server};
        gateway_client client{world, legacy()};
        const auto id = created(client, false);
        const auto waiting = client.start("tasks/result", with_id(id));
        CHECK(text(client.request("tasks/get", with_id(id)), "status") == "working");
        CHECK_FALSE(waiting->is_done());
        client.request("tools/call", tell_end("good"));
        world.run_until([&] { return waiting->is_done(); });
        const auto result = waiting->result();
        CHECK(text_of(result) == "good");
        CHECK(text(result.at("_meta").at("io.modelcontextprotocol/related-task"), "taskId") == id);
        CHECK(text(poll(client, id, "completed"), "taskId") == id);
        // It can be had again.
        CHECK(text_of(client.request("tasks/result", with_id(id))) == "good");
    }
}

TEST_CASE("questions_of_a_task_reach_legacy_clients_while_they_wait_for_the_result") {
    for (const auto& server : both) {
        CAPTURE(server);
        task_world world{server};
        gateway_client client{world, legacy()};
        client.answer = [](const gateway_call::asked&) {
            return R"({"action":"accept","content":{"n":1}})";
        };
        const auto id = created(client, false);
        client.request("tools/call", call_text("ask"));
        CHECK(text(poll(client, id, "input_required"), "taskId") == id);
        const auto waiting = client.start("tasks/result", with_id(id));
        world.run_until([&] { return waiting->questions().size() == 2; });
        const auto& params = waiting->questions()[0].params;
        CHECK(text(params.at("_meta").at("io.modelcontextprotocol/related-task"), "taskId") == id);
        poll(client, id, "working");
        CHECK(text_of(client.call("s__about")).find(R"("n":1)") != std::string::npos);
        client.request("tools/call", tell_end("good"));
        world.run_until([&] { return waiting->is_done(); });
        CHECK(text_of(waiting->result()) == "good");
        CHECK(waiting->questions().size() == 2);
    }
}

TEST_CASE("a_question_right_after_the_creation_is_not_lost") {
    task_world world{"legacy"};
    gateway_client client{world, task_capable()};
    const auto id = created(client, true, R"({"asks":true})");
    CHECK(poll(client, id, "input_required").at("inputRequests").as_object().size() == 1);
}

TEST_CASE("plain_call_that_becomes_a_task_is_waited_for_inside_the_gateway") {
    struct row {
        std::string server, version;
    };
    for (const auto& [server, version] :
         {row{"modern", "2025-11-25"}, row{"modern", "2025-06-18"}, row{"legacy", "2025-06-18"}}) {
        CAPTURE(server, version);
        task_world world{server};
        gateway_client client{world, legacy(version)};
        client.answer = [](const gateway_call::asked&) {
            return R"({"action":"accept","content":{"n":1}})";
        };
        const auto waiting = client.start("tools/call", call_text("work"));
        gateway_client other{world, task_capable()};
        CHECK(shows(other, [](const auto& seen, const auto& polls) {
            return seen.find("tasks/result") != std::string::npos || polls != "0";
        }));
        other.request("tools/call", call_text("ask"));
        world.run_until([&] { return waiting->questions().size() == 2; });
        other.request("tools/call", tell_end("good"));
        world.run_until([&] { return waiting->is_done(); });
        const auto result = waiting->result();
        CHECK(text_of(result) == "good");
        CHECK(result.as_object().if_contains("resultType") == nullptr);
        CHECK(result.as_object().if_contains("_meta") == nullptr);
    }
}

TEST_CASE("cancelling_a_call_that_became_a_task_cancels_the_task") {
    task_world world{"modern"};
    gateway_client client{world, legacy()};
    const auto waiting = client.start("tools/call", call_text("work"));
    gateway_client other{world, task_capable()};
    REQUIRE(shows(other, [](const auto&, const auto& polls) { return polls != "0"; }));
    waiting->cancel();
    world.run_until([&] { return waiting->is_done(); });
    CHECK(shows(other, [](const auto& seen, const auto&) { return seen == "tasks/cancel"; }));
}

} // namespace mcpgw::gateway_test
