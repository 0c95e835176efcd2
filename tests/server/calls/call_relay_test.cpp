// SPDX-License-Identifier: Apache-2.0
#include "server/calls/call_relay.hpp"

#include "tests/support/gateway_world.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace mcpgw::gateway_test {

namespace {

client_traits with_elicitation() {
    client_traits traits;
    traits.capabilities = R"({"elicitation":{},"roots":{}})";
    return traits;
}

/// tools/call members that reach `tool` of `server` through execute_child_tool.
std::vector<std::string> levels_of(const gateway_call& call) {
    std::vector<std::string> list;
    for (const auto& heard : call.notifications())
        if (heard.at("method") == "notifications/message")
            list.emplace_back(heard.at("params").at("level").as_string());
    return list;
}

using levels = std::vector<std::string>;

} // namespace

TEST_CASE("progress_of_two_clients_with_the_same_id_and_token_stays_apart") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::demo());
    gateway_client first{world, {}};
    gateway_client second{world, modern()};
    for (const std::string token : {R"("same")", "7"}) {
        first.set_next_id(50);
        second.set_next_id(50);
        const auto meta = R"("progressToken":)" + token;
        const auto one = first.start(
            "tools/call", call_members("demo__wait", R"({"seconds":0.05,"steps":3})"), meta);
        const auto two = second.start(
            "tools/call", executing("demo", "wait", R"({"seconds":0.05,"steps":5})"), meta);
        world.run_until([&] { return one->is_done() && two->is_done(); });
        CHECK(text_of(one->result()) == "waited 0.05 s");
        CHECK(text_of(two->result()) == "waited 0.05 s");
        REQUIRE(one->notifications().size() == 3);
        REQUIRE(two->notifications().size() == 5);
        for (const auto& call : {one, two}) {
            int step = 0;
            for (const auto& heard : call->notifications()) {
                CHECK(heard.at("method") == "notifications/progress");
                CHECK(heard.at("params").at("progressToken") == json::parse(token));
                CHECK(heard.at("params").at("progress") == ++step);
                CHECK(heard.at("params").at("total") == call->notifications().size());
            }
        }
    }
}

TEST_CASE("progress_of_the_oldest_clients_has_no_message") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::demo());
    for (const std::string version : {"2024-11-05", "2025-03-26"}) {
        CAPTURE(version);
        client_traits traits;
        traits.version = version;
        gateway_client client{world, traits};
        const auto call =
            client.send("tools/call", call_members("demo__wait", R"({"seconds":0.02,"steps":2})"),
                        R"("progressToken":"t")");
        REQUIRE_FALSE(call->notifications().empty());
        for (const auto& heard : call->notifications()) {
            const auto& params = heard.at("params").as_object();
            CHECK(params.at("progressToken") == "t");
            CHECK(params.contains("progress"));
            CHECK(params.contains("message") == (version == "2025-03-26"));
        }
    }
}

TEST_CASE("client_without_a_token_hears_no_progress") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::demo());
    gateway_client client{world, {}};
    const auto call =
        client.send("tools/call", call_members("demo__wait", R"({"seconds":0.02,"steps":4})"));
    CHECK(call->notifications().empty());
}

TEST_CASE("cancellation_reaches_the_child_and_ends_the_call") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::fake("old", {"legacy"}));
    world.add(gateway_world::fake("new", {"modern"}));
    gateway_client client{world, {}};
    for (const std::string name : {"old", "new"}) {
        const auto call = client.start("tools/call", call_members(name + "__hang"));
        const auto other = client.start("tools/call", executing(name, "hang"));
        auto& child = *world.upstreams().find(name);
        world.run_until([&] {
            return child.status().state == upstream_state::running &&
                   child.status().calls_in_flight == 2;
        });
        call->cancel();
        world.run_until([&] { return call->is_done(); });
        CHECK(call->error().at("data").at("code") == "CANCELLED");
        CHECK_FALSE(other->is_done());
        other->cancel();
        world.run_until([&] { return other->is_done(); });
        CHECK(child.status().calls_in_flight == 0);
        // The child heard of both, and lives.
        CHECK(text_of(client.call(name + "__cancelled")) ==
              R"("the client cancelled the request","the client cancelled the request")");
    }
}

TEST_CASE("logs_follow_the_level_of_each_legacy_session") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client quiet{world, {}};
    gateway_client loud{world, {}};
    const auto chat = call_members("old__chatty");
    // Without a level the server decides.
    CHECK(levels_of(*quiet.send("tools/call", chat)) == levels{"debug", "warning", "error"});
    quiet.request("logging/setLevel", R"("level":"error")");
    loud.request("logging/setLevel", R"("level":"debug")");
    CHECK(levels_of(*quiet.send("tools/call", chat)) == levels{"error"});
    CHECK(levels_of(*loud.send("tools/call", chat)) == levels{"debug", "warning", "error"});
    quiet.request("logging/setLevel", R"("level":"warning")");
    CHECK(levels_of(*quiet.send("tools/call", chat)) == levels{"warning", "error"});
    // The child itself was told to send everything.
    CHECK(text_of(quiet.call("old__who")) == R"("debug")");
}

TEST_CASE("logs_of_a_child_that_starts_after_the_level_was_set_arrive") {
    gateway_world world{exposing(exposure::gateway)};
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client client{world, {}};
    client.request("logging/setLevel", R"("level":"warning")");
    CHECK(levels_of(*client.send("tools/call", executing("old", "chatty"))) ==
          levels{"warning", "error"});
    CHECK(text_of(client.request("tools/call", executing("old", "who"))) == R"("debug")");
}

TEST_CASE("modern_client_gets_logs_only_where_its_request_asks_for_them") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("old", {"legacy"}));
    world.add(gateway_world::demo());
    gateway_client client{world, modern()};
    const auto level = [](const std::string& name) {
        return R"("io.modelcontextprotocol/logLevel":")" + name + "\"";
    };
    const auto chat = call_members("old__chatty");
    CHECK(levels_of(*client.send("tools/call", chat)).empty());
    CHECK(levels_of(*client.send("tools/call", chat, level("error"))) == levels{"error"});
    CHECK(levels_of(*client.send("tools/call", chat, level("debug"))) ==
          levels{"debug", "warning", "error"});
    const auto log = call_members("demo__log", R"({"level":"warning","message":"careful"})");
    CHECK(levels_of(*client.send("tools/call", log)).empty());
    CHECK(levels_of(*client.send("tools/call", log, level("info"))) == levels{"warning"});
    CHECK(levels_of(*client.send("tools/call", log, level("error"))).empty());
}

TEST_CASE("log_message_reaches_nobody_while_calls_of_two_clients_are_in_flight") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client first{world, {}};
    gateway_client second{world, {}};
    first.names("tools/list", "tools");
    const auto hanging = first.start("tools/call", call_members("old__hang"));
    const auto chatting = second.send("tools/call", call_members("old__chatty"));
    // It might quote what the other client sent.
    CHECK(hanging->notifications().empty());
    CHECK(chatting->notifications().empty());
    hanging->cancel();
    world.run_until([&] { return hanging->is_done(); });
    // The call that was given up may still be at work: the other client hears nothing of it.
    CHECK(levels_of(*second.send("tools/call", call_members("old__chatty"))).empty());
    CHECK(levels_of(*first.send("tools/call", call_members("old__chatty"))).size() == 3);
}

TEST_CASE("legacy_child_asks_the_legacy_client_that_called_it") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client client{world, with_elicitation()};
    client.answer = [](const gateway_call::asked&) {
        return R"({"roots":[{"uri":"file:///mine","n":1.0}]})";
    };
    for (const auto& members : {call_members("old__locals"), executing("old", "locals")}) {
        const auto call = client.send("tools/call", members);
        CHECK(text_of(call->result()) == R"({"roots":[{"uri":"file:///mine","n":1.0}]})");
        REQUIRE(call->questions().size() == 1);
        CHECK(call->questions()[0].method == "roots/list");
    }
}

TEST_CASE("question_of_a_legacy_child_is_refused_where_the_client_cannot_answer") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("old", {"legacy"}));
    for (const auto& traits : {client_traits{}, modern()}) {
        gateway_client client{world, traits};
        const auto call = client.send("tools/call", call_members("old__locals"));
        CHECK(call->questions().empty());
        const auto refusal = json::parse(text_of(call->result()));
        CHECK(refusal.at("code") == -32601);
        CHECK(refusal.at("message") == "the client does not support roots");
    }
}

TEST_CASE("question_goes_to_nobody_while_calls_of_two_clients_are_in_flight") {
    gateway_world world{exposing(exposure::all)};
    auto old = gateway_world::fake("old", {"legacy"});
    old.question_hold_timeout = std::chrono::milliseconds{1};
    world.add(old);
    gateway_client first{world, with_elicitation()};
    gateway_client second{world, with_elicitation()};
    first.names("tools/list", "tools");
    const auto hanging = first.start("tools/call", call_members("old__hang"));
    const auto asking = second.send("tools/call", call_members("old__locals"));
    CHECK(hanging->questions().empty());
    CHECK(asking->questions().empty());
    CHECK(text_of(asking->result()).find("not certain") != std::string::npos);
    hanging->cancel();
    world.run_until([&] { return hanging->is_done(); });
}

TEST_CASE("cancelled_call_withdraws_its_open_question") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client client{world, with_elicitation()};
    const auto call = client.start("tools/call", call_members("old__locals"));
    world.run_until([&] { return !call->questions().empty(); });
    call->cancel();
    world.run_until([&] { return call->is_done(); });
    CHECK(call->error().at("data").at("code") == "CANCELLED");
    // The child is well and serves others.
    CHECK(text_of(client.call("old__who")).empty());
}

} // namespace mcpgw::gateway_test
