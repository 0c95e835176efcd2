// SPDX-License-Identifier: Apache-2.0
#include "server/gateway/client_watches.hpp"

#include "tests/support/gateway_world.hpp"
#include "tests/support/held_back_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

namespace mcpgw::gateway_test {

namespace {

std::string uri(const std::string& text) {
    return R"("uri":")" + text + "\"";
}

} // namespace

TEST_CASE("resource_updates_reach_those_who_subscribed") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client first{world, {}};
    gateway_client second{world, {}};
    gateway_client third{world, {}};
    for (auto* const client : {&first, &second})
        CHECK(client->request("resources/subscribe", uri("fake://doc")) == json::object{});
    // The child was asked once: one subscription serves all.
    CHECK(text_of(third.call("old__subscriptions")) == R"(resources/subscribe "fake://doc")");
    for (auto* const client : {&first, &second, &third}) client->take_session_messages();

    third.call("old__touch", R"({"uri":"fake://doc"})");
    third.call("old__touch", R"({"uri":"fake://other"})");
    for (auto* const client : {&first, &second}) {
        const auto heard = client->take_session_messages();
        REQUIRE(heard.size() == 1);
        CHECK(heard[0].at("method") == "notifications/resources/updated");
        CHECK(heard[0].at("params").at("uri") == "fake://doc");
    }
    CHECK(third.take_session_messages().empty());

    first.request("resources/unsubscribe", uri("fake://doc"));
    CHECK(text_of(third.call("old__subscriptions")) == R"(resources/subscribe "fake://doc")");
    second.request("resources/unsubscribe", uri("fake://doc"));
    CHECK(text_of(third.call("old__subscriptions")) ==
          R"(resources/subscribe "fake://doc",resources/unsubscribe "fake://doc")");
    third.call("old__touch", R"({"uri":"fake://doc"})");
    CHECK(first.take_session_messages().empty());
    CHECK(second.take_session_messages().empty());
}

TEST_CASE("a_resource_is_watched_again_where_its_server_was_removed_and_came_back") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client client{world, {}};
    gateway_client other{world, {}};
    client.request("resources/subscribe", uri("fake://doc"));
    world.remove_and_add("old");
    CHECK(text_of(other.call("old__subscriptions")).empty()); // it knows nothing of the first
    client.request("resources/subscribe", uri("fake://doc"));
    CHECK(text_of(other.call("old__subscriptions")) == R"(resources/subscribe "fake://doc")");
    client.request("resources/subscribe", uri("fake://doc")); // which changes nothing
    CHECK(text_of(other.call("old__subscriptions")) == R"(resources/subscribe "fake://doc")");
    client.request("resources/unsubscribe", uri("fake://doc"));
    CHECK(text_of(other.call("old__subscriptions")) ==
          R"(resources/subscribe "fake://doc",resources/unsubscribe "fake://doc")");
}

TEST_CASE("a_view_hears_of_its_resources_and_no_others") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("old", {"legacy"}));
    view_options docs;
    docs.name = "docs";
    docs.resources = std::vector<std::string>{"fake://doc"};
    view_options none;
    none.name = "none";
    none.resources = std::vector<std::string>{};
    world.front().set_views({docs, none});
    client_traits at_docs;
    at_docs.scope = "views/docs";
    client_traits at_none;
    at_none.scope = "views/none";
    gateway_client shown{world, at_docs};
    gateway_client hidden{world, at_none};
    gateway_client whole{world, {}};
    for (auto* const client : {&shown, &hidden})
        CHECK(client->request("resources/subscribe", uri("fake://doc")) == json::object{});
    CHECK(text_of(whole.call("old__subscriptions")) == R"(resources/subscribe "fake://doc")");
    for (auto* const client : {&shown, &hidden}) client->take_session_messages();
    whole.call("old__touch", R"({"uri":"fake://doc"})");
    const auto heard = shown.take_session_messages();
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].at("method") == "notifications/resources/updated");
    CHECK(hidden.take_session_messages().empty());
    hidden.request("resources/unsubscribe", uri("fake://doc"));
    CHECK(text_of(whole.call("old__subscriptions")) == R"(resources/subscribe "fake://doc")");
    shown.request("resources/unsubscribe", uri("fake://doc"));
    CHECK(text_of(whole.call("old__subscriptions")) ==
          R"(resources/subscribe "fake://doc",resources/unsubscribe "fake://doc")");
}

TEST_CASE("live_subscriptions_survive_the_death_of_their_server_and_count_as_one_change") {
    struct row {
        child_options options;
        std::string resource;
    };
    for (auto& [options, resource] :
         std::vector<row>{{gateway_world::fake("old", {"legacy"}), "fake://doc"},
                          {gateway_world::demo("old"), "demo://greeting"}}) {
        gateway_world world{exposing(exposure::gateway)};
        options.start = start_policy::lazy; // what brings it back is that somebody listens
        world.add(options);
        client_traits scoped;
        scoped.scope = "old";
        gateway_client client{world, scoped};
        client.request("resources/subscribe", uri(resource));
        client.take_session_messages();
        auto& server = *world.upstreams().find("old");
        const auto first_pid = server.status().pid;
        REQUIRE(::kill(static_cast<pid_t>(first_pid), SIGKILL) == 0);
        std::size_t changes = 0;
        const auto listen = [&] {
            for (const auto& message : client.take_session_messages())
                if (message.at("method") == "notifications/resources/updated") ++changes;
            return changes > 0;
        };
        world.run_until(listen);
        CHECK(server.status().pid != first_pid);
        if (resource != "fake://doc") continue;
        CHECK(text_of(client.call("subscriptions")) == R"(resources/subscribe "fake://doc")");
        // A real change afterwards is the second one: nothing was told twice.
        client.call("touch", R"({"uri":"fake://doc"})");
        listen();
        CHECK(changes == 2);
    }
}

TEST_CASE("subscribing_twice_is_harmless_and_needs_a_uri") {
    gateway_world world{exposing(exposure::all)};
    world.add(gateway_world::fake("old", {"legacy"}));
    gateway_client client{world, {}};
    client.request("resources/subscribe", uri("fake://doc"));
    client.request("resources/subscribe", uri("fake://doc"));
    CHECK(text_of(client.call("old__subscriptions")) == R"(resources/subscribe "fake://doc")");
    CHECK(client.send("resources/subscribe")->error().at("code") == -32602);
    // Resources of the gateway and of modern children: nobody has to be asked.
    CHECK(client.request("resources/subscribe", uri("mcp://server_summary")) == json::object{});
}

TEST_CASE("a_subscription_that_is_taken_back_before_it_is_made_leaves_nothing_behind") {
    const held_back late;
    auto settings = exposing(exposure::all);
    settings.list_wait = std::chrono::milliseconds{30};
    gateway_world world{settings};
    world.add(late.options("late", "legacy"));
    auto& late_server = *world.upstreams().find("late");
    gateway_client client{world, {}};
    const auto before = client.start("resources/subscribe", R"("uri":"fake://doc")");
    client.request("resources/unsubscribe", R"("uri":"fake://doc")");
    late.start();
    world.run_until([&before] { return before->is_done(); });
    const auto said = client.call("late__subscriptions");
    CHECK(text_of(said).ends_with(R"(resources/unsubscribe "fake://doc")"));
    CHECK(client.session().subscriptions.empty());
    CHECK(late_server.state() == upstream_state::running);
}

} // namespace mcpgw::gateway_test
