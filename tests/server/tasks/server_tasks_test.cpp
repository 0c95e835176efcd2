// SPDX-License-Identifier: Apache-2.0
#include "server/tasks/server_tasks.hpp"

#include "tests/support/task_world.hpp"

#include <csignal>
#include <string>
#include <vector>

namespace mcpgw::gateway_test {

using namespace std::chrono_literals;

TEST_CASE("modern_client_gets_a_task_of_either_server_and_its_result") {
    for (const auto& server : both) {
        CAPTURE(server);
        task_world world{server};
        gateway_client client{world, task_capable()};
        const auto id = created(client, true);
        CHECK(id.find("t-") == std::string::npos); // never the server's own
        auto task = client.request("tasks/get", with_id(id));
        CHECK(text(task, "resultType") == "complete");
        CHECK(text(task, "taskId") == id);
        CHECK(text(task, "status") == "working");
        client.request("tools/call", tell_end("good"));
        task = poll(client, id, "completed");
        CHECK(text_of(task.at("result")) == "good");
        CHECK(task.at("result").as_object().if_contains("_meta") == nullptr);
        CHECK(task.as_object().if_contains("ttl") == nullptr);
    }
}

TEST_CASE("a_task_of_a_removed_server_is_not_looked_for_at_one_that_came_back_under_its_name") {
    task_world world{"modern"};
    gateway_client client{world, task_capable()};
    const auto id = created(client, true);
    CHECK(text(client.request("tasks/get", with_id(id)), "status") == "working");
    const auto server = world.upstreams().find("s");
    auto impatient = server->options();
    impatient.pool.drain_timeout = 0s;
    server->adopt(impatient);
    const auto pid = static_cast<pid_t>(server->status().pid);
    world.remove_and_add("s");
    world.run_until([pid] { return ::kill(pid, 0) != 0; });
    gateway_client other{world, task_capable()};
    created(other, true); // which the new one gives the same id
    const auto lost = client.send("tasks/get", with_id(id));
    CHECK(text(lost->error(), "message").find("not there any more") != std::string::npos);
}

TEST_CASE("a_failing_tool_completes_for_modern_clients_and_fails_for_legacy_ones") {
    for (const auto& server : both) {
        CAPTURE(server);
        task_world world{server};
        gateway_client client{world, task_capable()};
        auto id = created(client, true);
        client.request("tools/call", tell_end("bad"));
        CHECK(is_error(poll(client, id, "completed").at("result")));
        id = created(client, true);
        client.request("tools/call", tell_end("broken"));
        const auto broken = poll(client, id, "failed");
        CHECK(text(broken.at("error"), "message") == "it broke");
        CHECK(broken.as_object().if_contains("result") == nullptr);

        gateway_client old{world, legacy()};
        id = created(old, false);
        client.request("tools/call", tell_end("bad"));
        CHECK(is_error(old.request("tasks/result", with_id(id))));
        CHECK(poll(old, id, "failed").as_object().if_contains("result") == nullptr);
        id = created(old, false);
        client.request("tools/call", tell_end("broken"));
        const auto failed = old.send("tasks/result", with_id(id));
        check_error(failed, -32603);
        CHECK(text(failed->error(), "message") == "it broke");
    }
}

TEST_CASE("questions_of_a_task_reach_modern_clients_as_input_requests") {
    for (const auto& server : both) {
        CAPTURE(server);
        task_world world{server};
        gateway_client client{world, task_capable()};
        const auto id = created(client, true);
        client.request("tools/call", call_text("ask"));
        json::value task;
        for (int i = 0; i < 200; ++i) {
            task = poll(client, id, "input_required");
            if (task.at("inputRequests").as_object().size() == 2) break;
        }
        const auto requests = task.at("inputRequests").as_object();
        REQUIRE(requests.size() == 2);
        std::vector<std::string> keys;
        for (const auto& entry : requests) {
            keys.emplace_back(entry.key());
            CHECK(text(entry.value(), "method") == "elicitation/create");
            CHECK(entry.value().at("params").as_object().if_contains("_meta") == nullptr);
        }
        const auto update = [&](const std::string& key, const std::string& value) {
            return client.request("tasks/update", fmt::format(R"({},"inputResponses":{{"{}":{}}})",
                                                              with_id(id), key, value));
        };
        CHECK(text(update("nobody", R"({"action":"accept"})"), "resultType") == "complete");
        update(keys[0], R"({"action":"accept","content":{"n":1}})");
        task = client.request("tasks/get", with_id(id));
        CHECK(text(task, "status") == "input_required");
        CHECK(task.at("inputRequests").as_object().contains(keys[1]));
        CHECK_FALSE(task.at("inputRequests").as_object().contains(keys[0]));
        update(keys[1], R"({"action":"decline"})");
        poll(client, id, "working");
        const auto answers = text_of(client.call("s__about"));
        CHECK(answers.find(R"("content":{"n":1})") != std::string::npos);
        CHECK(answers.find(R"("decline")") != std::string::npos);
        if (server == "legacy")
            CHECK(answers.find(R"("io.modelcontextprotocol/related-task":{"taskId":"t-1"})") !=
                  std::string::npos);
        client.request("tools/call", tell_end("good"));
        poll(client, id, "completed");
    }
}

} // namespace mcpgw::gateway_test
