// SPDX-License-Identifier: Apache-2.0
#include "server/tasks/task_routes.hpp"

#include "tests/support/task_world.hpp"

#include <string>
#include <vector>

namespace mcpgw::gateway_test {

TEST_CASE("cancelling_is_acknowledged_to_modern_clients_whatever_the_state") {
    for (const auto& server : both) {
        CAPTURE(server);
        task_world world{server};
        gateway_client client{world, task_capable()};
        const auto id = created(client, true);
        for (int i = 0; i < 2; ++i) {
            const auto ack = client.request("tasks/cancel", with_id(id));
            CHECK(text(ack, "resultType") == "complete");
            CHECK(ack.as_object().if_contains("taskId") == nullptr);
            CHECK(text(poll(client, id, "cancelled"), "taskId") == id);
        }
        const auto done = created(client, true);
        client.request("tools/call", tell_end("good"));
        poll(client, done, "completed");
        CHECK(text(client.request("tasks/cancel", with_id(done)), "resultType") == "complete");
        poll(client, done, "completed");
    }
}

TEST_CASE("a_task_that_was_begun_at_a_view_is_there_at_that_view_alone") {
    for (const auto& server : both) {
        CAPTURE(server);
        task_world world{server};
        view_options one;
        one.name = "one";
        auto other = one;
        other.name = "other";
        world.front().set_views({one, other});
        const auto at = [](client_traits traits, const std::string& scope) {
            traits.scope = scope;
            return traits;
        };
        gateway_client there{world, at(task_capable(), "views/one")};
        gateway_client elsewhere{world, at(task_capable(), "views/other")};
        gateway_client everywhere{world, task_capable()};
        const auto id = created(there, true);
        CHECK(text(there.request("tasks/get", with_id(id)), "status") == "working");
        check_error(elsewhere.send("tasks/get", with_id(id)), -32602);
        check_error(everywhere.send("tasks/get", with_id(id)), -32602);
        check_error(elsewhere.send("tasks/cancel", with_id(id)), -32602);
        there.request("tools/call", tell_end("good"));
        CHECK(text_of(poll(there, id, "completed").at("result")) == "good");
    }
}

TEST_CASE("cancelling_gives_legacy_clients_the_task_once") {
    for (const auto& server : both) {
        CAPTURE(server);
        task_world world{server};
        gateway_client client{world, legacy()};
        const auto id = created(client, false);
        const auto waiting = client.start("tasks/result", with_id(id));
        const auto task = client.request("tasks/cancel", with_id(id));
        CHECK(text(task, "status") == "cancelled");
        CHECK(text(task, "taskId") == id);
        check_error(client.send("tasks/cancel", with_id(id)), -32602);
        CHECK(text(client.request("tasks/get", with_id(id)), "status") == "cancelled");
        world.run_until([&] { return waiting->is_done(); });
        check_error(waiting, -32603);
    }
}

TEST_CASE("nobody_sees_or_touches_the_task_of_another") {
    for (const auto& server : both) {
        CAPTURE(server);
        task_world world{server};
        gateway_client owner{world, legacy()};
        gateway_client stranger{world, legacy()};
        gateway_client modern_stranger{world, task_capable()};
        const auto id = created(owner, false);
        for (const auto* const method : {"tasks/get", "tasks/result", "tasks/cancel"}) {
            check_error(stranger.send(method, with_id(id)), -32602);
            check_error(stranger.send(method, with_id("t-1")), -32602);
            check_error(owner.send(method, with_id("unknown")), -32602);
            check_error(owner.send(method, R"("taskId":7)"), -32602);
        }
        check_error(modern_stranger.send("tasks/get", with_id(id)), -32602);
        check_error(modern_stranger.send("tasks/update", with_id(id) + R"(,"inputResponses":{})"),
                    -32602);
        CHECK(stranger.request("tasks/list").at("tasks").as_array().empty());
        const auto own = owner.request("tasks/list").at("tasks").as_array();
        REQUIRE(own.size() == 1);
        CHECK(text(own[0], "taskId") == id);
        CHECK(text(own[0], "status") == "working");
        check_error(owner.send("tasks/list", R"("cursor":"x")"), -32602);
    }
}

TEST_CASE("tasks_belong_to_their_form") {
    task_world world{"legacy"};
    gateway_client without{world, task_capable(R"({"elicitation":{}})")};
    for (const auto* const method : {"tasks/get", "tasks/update", "tasks/cancel"}) {
        const auto refused = without.send(method, with_id("x") + R"(,"inputResponses":{})");
        check_error(refused, -32021);
        CHECK(refused->http_status() == 400);
        CHECK(refused->error()
                  .at("data")
                  .at("requiredCapabilities")
                  .as_object()
                  .contains("extensions"));
    }
    gateway_client client{world, task_capable()};
    check_error(client.send("tasks/result", with_id("x")), -32601);
    check_error(client.send("tasks/list"), -32601);
    gateway_client old{world, legacy()};
    check_error(old.send("tasks/update", with_id("x")), -32601);
    gateway_client older{world, legacy("2025-06-18")};
    check_error(older.send("tasks/get", with_id("x")), -32601);
}

TEST_CASE("tool_that_needs_a_task_is_refused_to_modern_clients_without_the_extension") {
    for (const auto& server : both) {
        CAPTURE(server);
        task_world world{server};
        gateway_client client{world, task_capable(R"({"elicitation":{}})")};
        const auto refused = client.send("tools/call", call_text("work"));
        check_error(refused, -32021);
        CHECK(refused->http_status() == 400);
        // One that only may have a task runs without.
        CHECK_FALSE(is_error(client.call("s__quick")));
    }
}

TEST_CASE("work_that_ended_at_once_is_a_finished_task_for_a_client_that_wants_one") {
    task_world world{"modern"};
    gateway_client client{world, legacy()};
    const auto made = client.request("tools/call", call_text("quick") + asking_for_task);
    CHECK(text(made.at("task"), "status") == "working"); // every core task begins so
    const auto id = text(made.at("task"), "taskId");
    CHECK(text(client.request("tasks/get", with_id(id)), "status") == "completed");
    CHECK(client.request("tasks/result", with_id(id)).as_object().contains("content"));
    check_error(client.send("tasks/cancel", with_id(id)), -32602);
}

TEST_CASE("a_task_belongs_to_the_principal_that_made_it") {
    for (const auto& server : both) {
        CAPTURE(server);
        task_world world{server};
        const auto session_of = [](const std::string& principal) {
            auto traits = legacy();
            traits.principal = principal;
            return traits;
        };
        gateway_client stranger{world, session_of("bob")};
        std::string id;
        {
            gateway_client first{world, session_of("alice")};
            id = created(first, false);
        }
        gateway_client second{world, session_of("alice")}; // its session has ended, she is back
        CHECK(text(second.request("tasks/get", with_id(id)), "status") == "working");
        check_error(stranger.send("tasks/get", with_id(id)), -32602);
        check_error(stranger.send("tasks/cancel", with_id(id)), -32602);
        CHECK(stranger.request("tasks/list").at("tasks").as_array().empty());
        auto anonymous = task_capable();
        gateway_client nobody{world, anonymous};
        check_error(nobody.send("tasks/get", with_id(id)), -32602);
    }
}

TEST_CASE("an_expired_task_is_unknown") {
    for (const auto& server : both) {
        CAPTURE(server);
        task_world world{server};
        gateway_client client{world, task_capable()};
        const auto made = client.request("tools/call", call_text("work", R"({"ttl":0})"));
        const auto id = text(made, "taskId");
        check_error(client.send("tasks/get", with_id(id)), -32602);
        check_error(client.send("tasks/cancel", with_id(id)), -32602);
        check_error(client.send("tasks/update", with_id(id) + R"(,"inputResponses":{})"), -32602);

        gateway_client old{world, legacy()};
        const auto task =
            old.request("tools/call", call_text("work", R"({"ttl":50})") + asking_for_task);
        // It waits no longer than the task lives.
        check_error(old.send("tasks/result", with_id(text(task.at("task"), "taskId"))), -32602);
        CHECK(old.request("tasks/list").at("tasks").as_array().empty());
    }
}

TEST_CASE("clients_of_tasks_hear_that_the_server_has_died") {
    for (const auto& server : both) {
        CAPTURE(server);
        task_world world{server};
        gateway_client client{world, task_capable()};
        gateway_client old{world, legacy()};
        const auto id = created(client, true);
        const auto other_id = created(old, false);
        const auto waiting = old.start("tasks/result", with_id(other_id));
        CHECK(text(old.request("tasks/get", with_id(other_id)), "status") == "working");
        client.send("tools/call", call_text("die"));
        world.run_until([&] { return waiting->is_done(); });
        if (server == "legacy") {
            // The result was waited for, and will never come.
            check_error(waiting, -32603);
            CHECK(poll(client, id, "failed").at("error").at("code").as_int64() == -32603);
            CHECK(text(old.request("tasks/get", with_id(other_id)), "status") == "failed");
        } else {
            // The next process does not know the task, and only the server can say that.
            check_error(client.send("tasks/get", with_id(id)), -32602);
        }
        CHECK_FALSE(is_error(client.call("s__quick")));
    }
}

TEST_CASE("cancelling_a_task_that_asks_takes_its_questions_back") {
    for (const auto& server : both) {
        CAPTURE(server);
        task_world world{server};
        gateway_client client{world, task_capable()};
        const auto id = created(client, true, R"({"asks":true})");
        poll(client, id, "input_required");
        client.request("tasks/cancel", with_id(id));
        const auto task = poll(client, id, "cancelled");
        CHECK(task.as_object().if_contains("inputRequests") == nullptr);

        gateway_client old{world, legacy()};
        const auto other_id = created(old, false, R"({"asks":true})");
        const auto waiting = old.start("tasks/result", with_id(other_id));
        world.run_until([&] { return waiting->questions().size() == 1; });
        CHECK(text(old.request("tasks/cancel", with_id(other_id)), "status") == "cancelled");
        world.run_until([&] { return waiting->is_done(); });
        check_error(waiting, -32603);
        if (server == "legacy") // which is told that nobody answers
            CHECK(text_of(client.call("s__about")).find(R"("message":"the task )") !=
                  std::string::npos);
    }
}

TEST_CASE("tasks_are_advertised_where_they_are_served") {
    for (const auto& server : both) {
        CAPTURE(server);
        task_world world{server};
        gateway_client client{world, task_capable()};
        client.names("tools/list", "tools");
        const auto capabilities = client.request("server/discover").at("capabilities");
        CHECK(capabilities.at("extensions").as_object().contains("io.modelcontextprotocol/tasks"));
        CHECK(capabilities.as_object().if_contains("tasks") == nullptr);

        client_traits raw = legacy();
        raw.is_initialized = false;
        gateway_client old{world, raw};
        const auto answer = old.request(
            "initialize", R"("protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{})");
        const auto& tasks = answer.at("capabilities").at("tasks");
        CHECK(tasks.at("requests").at("tools").as_object().contains("call"));
        CHECK(tasks.as_object().contains("list"));
        CHECK(tasks.as_object().contains("cancel"));
    }
    gateway_world plain{exposing(exposure::all)};
    plain.add(gateway_world::fake("old", {"legacy"}));
    gateway_client client{plain, task_capable()};
    client.names("tools/list", "tools");
    CHECK(client.request("server/discover")
              .at("capabilities")
              .as_object()
              .if_contains("extensions") == nullptr);
}

} // namespace mcpgw::gateway_test
