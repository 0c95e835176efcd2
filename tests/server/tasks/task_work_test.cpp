// SPDX-License-Identifier: Apache-2.0
#include "server/tasks/task_routes.hpp"

#include "tests/support/task_world.hpp"

#include <functional>
#include <string>
#include <vector>

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

TEST_CASE("modern_client_gets_a_task_of_either_server_and_its_result") {
    for (const auto& server : both) {
        CAPTURE(server);
        task_world world{server};
        gateway_client client{world, modern()};
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

TEST_CASE("a_failing_tool_completes_for_modern_clients_and_fails_for_legacy_ones") {
    for (const auto& server : both) {
        CAPTURE(server);
        task_world world{server};
        gateway_client client{world, modern()};
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

TEST_CASE("questions_of_a_task_reach_modern_clients_as_input_requests") {
    for (const auto& server : both) {
        CAPTURE(server);
        task_world world{server};
        gateway_client client{world, modern()};
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
    gateway_client client{world, modern()};
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
        gateway_client other{world, modern()};
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
    gateway_client other{world, modern()};
    REQUIRE(shows(other, [](const auto&, const auto& polls) { return polls != "0"; }));
    waiting->cancel();
    world.run_until([&] { return waiting->is_done(); });
    CHECK(shows(other, [](const auto& seen, const auto&) { return seen == "tasks/cancel"; }));
}

TEST_CASE("listen_streams_hear_of_their_tasks") {
    for (const auto& server : both) {
        CAPTURE(server);
        task_world world{server};
        gateway_client client{world, modern()};
        const auto id = created(client, true);
        const auto wish = fmt::format(R"("notifications":{{"taskIds":["{}","unknown"]}})", id);
        const auto stream = client.start("subscriptions/listen", wish);
        world.run_until([&] { return stream->notifications().size() >= 2; });
        const auto& ack = stream->notifications()[0].at("params").at("notifications");
        REQUIRE(ack.at("taskIds").as_array().size() == 1);
        CHECK(ack.at("taskIds").at(0).as_string() == id);
        client.request("tools/call", tell_end("good"));
        const auto last = [&] {
            return stream->notifications().back().at("params");
        };
        world.run_until([&] { return text(last(), "status") == "completed"; });
        CHECK(text(stream->notifications().back(), "method") == "notifications/tasks");
        CHECK(text(last(), "taskId") == id);
        CHECK(text_of(last().at("result")) == "good");
        CHECK(last().at("_meta").as_object().contains("io.modelcontextprotocol/subscriptionId"));
        stream->cancel();
        world.run_until([&] { return stream->is_done(); });

        gateway_client without{world, modern("{}")};
        check_error(without.send("subscriptions/listen", wish), -32021);
    }
}

} // namespace mcpgw::gateway_test
