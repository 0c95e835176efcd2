// SPDX-License-Identifier: Apache-2.0
#include "server/tasks/task_notifier.hpp"

#include "tests/support/eventually.hpp"
#include "tests/support/task_world.hpp"

#include <string>

namespace mcpgw::gateway_test {

TEST_CASE("status_notifications_of_core_servers_reach_the_session_that_made_the_task") {
    task_world world{"legacy"};
    gateway_client client{world, legacy()};
    gateway_client other{world, legacy()};
    const auto id = created(client, false);
    client.take_session_messages();
    client.request("tools/call", call_text("tell"));
    client.request("tasks/get", with_id(id)); // comes after what the server has told
    const auto heard = heard_by(client, "notifications/tasks/status");
    REQUIRE(heard.size() == 1);
    CHECK(text(heard[0], "taskId") == id);
    CHECK(heard_by(other, "notifications/tasks/status").empty());
}

TEST_CASE("status_changes_of_extension_tasks_are_told_to_the_session_that_waits") {
    task_world world{"modern"};
    gateway_client client{world, legacy()};
    gateway_client other{world, legacy()};
    const auto id = created(client, false);
    const auto waiting = client.start("tasks/result", with_id(id));
    other.request("tools/call", tell_end("good"));
    world.run_until([&] { return waiting->is_done(); });
    const auto heard = heard_by(client, "notifications/tasks/status");
    REQUIRE(heard.size() == 1);
    CHECK(text(heard[0], "taskId") == id);
    CHECK(text(heard[0], "status") == "completed");
    CHECK(heard[0].as_object().if_contains("result") == nullptr);
    CHECK(heard_by(other, "notifications/tasks/status").empty());
}

TEST_CASE("progress_of_a_core_task_goes_on_until_it_ends") {
    task_world world{"legacy"};
    gateway_client client{world, legacy()};
    gateway_client other{world, legacy()};
    const auto made =
        client.request("tools/call", call_text("work") + asking_for_task, R"("progressToken":"p")");
    const auto id = text(made.at("task"), "taskId");
    client.take_session_messages();
    for (int step = 1; step <= 2; ++step) {
        other.request("tools/call", call_text("step"));
        client.request("tasks/get", with_id(id)); // comes after what the server has told
        const auto heard = heard_by(client, "notifications/progress");
        REQUIRE(heard.size() == 1);
        CHECK(text(heard[0], "progressToken") == "p");
        CHECK(heard[0].at("progress").as_int64() == step);
    }
    other.request("tools/call", tell_end("good"));
    poll(client, id, "completed");
    other.request("tools/call", call_text("step"));
    client.request("tasks/get", with_id(id));
    CHECK(heard_by(client, "notifications/progress").empty());
    CHECK(heard_by(other, "notifications/progress").empty());
}

TEST_CASE("progress_of_a_task_that_its_client_does_not_know_belongs_to_the_call") {
    task_world world{"legacy"};
    gateway_client client{world, legacy("2025-06-18")};
    gateway_client other{world, task_capable()};
    const auto waiting = client.start("tools/call", call_text("work"), R"("progressToken":7)");
    REQUIRE(eventually(
        [&] { return text_of(other.call("s__seen")).find("tasks/result") != std::string::npos; }));
    other.request("tools/call", call_text("step"));
    world.run_until([&] { return !waiting->notifications().empty(); });
    CHECK(waiting->notifications()[0].at("params").at("progressToken").as_int64() == 7);
    other.request("tools/call", tell_end("good"));
    world.run_until([&] { return waiting->is_done(); });
    CHECK(text_of(waiting->result()) == "good");
}

TEST_CASE("listen_streams_hear_of_their_tasks") {
    for (const auto& server : both) {
        CAPTURE(server);
        task_world world{server};
        gateway_client client{world, task_capable()};
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

        gateway_client without{world, task_capable("{}")};
        check_error(without.send("subscriptions/listen", wish), -32021);
    }
}

} // namespace mcpgw::gateway_test
