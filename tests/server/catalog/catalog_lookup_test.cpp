// SPDX-License-Identifier: Apache-2.0
#include "server/catalog/catalog_lookup.hpp"

#include "tests/support/gateway_world.hpp"
#include "tests/support/held_back_server.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace mcpgw::gateway_test {

namespace {

using namespace std::chrono_literals;

/// A program that reads its input and never says a word.
child_options hanging(const std::string& name) {
    auto options = gateway_world::demo(name);
    options.command = "sh";
    options.args = {"-c", "while read line; do :; done"};
    options.start_timeout = options.probe_timeout = 60s;
    return options;
}

gateway_options listing(exposure expose, std::chrono::milliseconds wait = 30ms) {
    auto options = exposing(expose);
    options.list_wait = wait;
    return options;
}

client_traits speaking(era spoken) {
    client_traits traits;
    traits.spoken = spoken;
    return traits;
}

const json::value* partial_of(const json::value& list) {
    const auto* const meta = list.as_object().if_contains("_meta");
    return meta == nullptr ? nullptr : meta->as_object().if_contains("mcp-gateway/partial");
}

std::size_t count(const json::value& list, std::string_view prefix) {
    return static_cast<std::size_t>(
        std::ranges::count_if(list.at("tools").as_array(), [prefix](const auto& tool) {
            return std::string_view{tool.at("name").as_string()}.starts_with(prefix);
        }));
}

} // namespace

TEST_CASE("a_server_that_hangs_holds_up_nothing_that_is_meant_for_others") {
    struct row {
        const char* method;
        std::string members;
        bool is_of_gateway; ///< a tool of the gateway's own
    };
    const std::vector<row> rows{
        {"tools/call", call_members("good__bare"), false},
        {"prompts/get", R"("name":"good__ask")", false},
        {"resources/read", R"("uri":"fake://doc")", false},
        {"resources/subscribe", R"("uri":"fake://doc")", false},
        {"completion/complete",
         R"("ref":{"type":"ref/prompt","name":"good__ask"},"argument":{"name":"a","value":""})",
         false},
        {"tools/call",
         call_members("execute_child_tool", R"({"server_id":"good","tool_name":"bare"})"), true},
        {"tools/call", call_members("get_schema", R"({"server_id":"good"})"), true},
        {"tools/call", call_members("list_registered_children"), true},
        {"tools/call", call_members("get_child_status", R"({"server_id":"bad"})"), true},
        {"tools/call", call_members("no_such_tool"), false},
        {"tools/call", call_members("good__no_such_tool"), false},
    };
    for (const auto expose : {exposure::gateway, exposure::all, exposure::both}) {
        for (const auto spoken : {era::legacy, era::modern}) {
            gateway_world world{listing(expose)};
            world.add(gateway_world::fake("good", {"legacy", "prompts"}));
            world.add(hanging("bad"));
            REQUIRE(world.upstreams().find("good") != nullptr);
            abort_signal never;
            gateway_client client{world, speaking(spoken)};
            bool has_started = false;
            const auto begin = [](upstream& c, bool& started) -> task<> {
                co_await c.life().ensure_running(clock_type::now() + 20s);
                started = true;
            };
            world.spawn(begin(*world.upstreams().find("good"), has_started));
            world.run_until([&has_started] { return has_started; });
            client.request("tools/list"); // the hanging one is started by that
            for (const auto& r : rows) {
                CAPTURE(static_cast<int>(expose), static_cast<int>(spoken), r.method, r.members);
                const bool is_legacy_method = std::string_view{r.method} == "resources/subscribe";
                if (spoken == era::modern && is_legacy_method) continue;
                if (r.is_of_gateway && expose == exposure::all) continue;
                const auto since = clock_type::now();
                const auto reply = client.send(r.method, r.members);
                CHECK(clock_type::now() - since < 5s); // it hangs for a minute
                CHECK(reply->is_done());
            }
        }
    }
}

TEST_CASE("a_list_comes_without_the_server_that_hangs_and_says_so") {
    for (const auto spoken : {era::legacy, era::modern}) {
        gateway_world world{listing(exposure::both)};
        world.add(gateway_world::fake("good", {"modern", "kept"}));
        world.add(hanging("bad"));
        gateway_client client{world, speaking(spoken)};
        auto list = client.request("tools/list");
        world.run_until([&] {
            list = client.request("tools/list");
            return count(list, "good__") > 0;
        });
        const auto* const partial = partial_of(list);
        REQUIRE(partial != nullptr);
        CHECK(json::serialize(*partial) == R"({"bad":"starting"})");
        // Whoever kept it would miss the rest.
        if (spoken == era::modern) CHECK(list.at("ttlMs") == 0);
        // Names that lead to the hanging server wait for it, and for as long as the client does.
        const auto call = client.start("tools/call", call_members("bad__tool"));
        client.request("tools/list");
        CHECK_FALSE(call->is_done());
        call->cancel();
        world.run_until([&call] { return call->is_done(); });
        CHECK(call->error().at("data").at("code") == "CANCELLED");
    }
}

TEST_CASE("what_was_missing_in_a_list_is_told_once_for_each_kind_when_it_is_there") {
    for (const auto* const server_era : {"legacy", "modern"}) {
        const held_back late;
        gateway_world world{listing(exposure::all)};
        auto options = late.options("late", server_era);
        options.start = start_policy::lazy;
        world.add(options);
        gateway_client client{world, speaking(era::legacy)};
        CHECK(partial_of(client.request("tools/list")) != nullptr);
        // A call of what the client knows from elsewhere waits for its server alone.
        const auto call = client.start("tools/call", call_members("late__bare"));
        client.take_session_messages();
        late.start();
        world.run_until([&call] { return call->is_done(); });
        CHECK(json::serialize(call->result().at("content")) == "[]");
        std::vector<std::string> told;
        for (const auto& message : client.take_session_messages())
            told.emplace_back(message.at("method").as_string());
        std::ranges::sort(told);
        CHECK(told == std::vector<std::string>{"notifications/prompts/list_changed",
                                               "notifications/resources/list_changed",
                                               "notifications/tools/list_changed"});
        const auto list = client.request("tools/list");
        CHECK(count(list, "late__") > 0);
        CHECK(partial_of(list) == nullptr);
    }
}

TEST_CASE("a_list_that_began_partial_is_read_to_its_end_as_it_was") {
    const held_back late;
    auto settings = listing(exposure::all);
    settings.list_page_items = 10;
    gateway_world world{settings};
    world.add(gateway_world::fake("first", {"legacy"}));
    world.add(late.options("late", "legacy"));
    gateway_client client{world, speaking(era::modern)};
    auto page = client.request("tools/list");
    world.run_until([&] {
        page = client.request("tools/list");
        return page.as_object().contains("nextCursor");
    });
    CHECK(partial_of(page) != nullptr);
    late.start();
    world.run_until([&] { return world.upstreams().untold().empty(); });
    std::vector<std::string> names;
    for (;;) {
        for (const auto& tool : page.at("tools").as_array())
            names.emplace_back(tool.at("name").as_string());
        CHECK(page.at("ttlMs") == 0);
        const auto* const cursor = page.as_object().if_contains("nextCursor");
        if (cursor == nullptr) break;
        page =
            client.request("tools/list", fmt::format(R"("cursor":{})", json::serialize(*cursor)));
    }
    CHECK(std::ranges::all_of(names, [](const auto& name) { return name.starts_with("first__"); }));
    std::ranges::sort(names);
    CHECK(std::ranges::adjacent_find(names) == names.end());
}

TEST_CASE("names_without_a_prefix_are_found_as_soon_as_their_server_has_told") {
    const held_back late;
    auto settings = listing(exposure::all);
    settings.naming.prefix = prefix_policy::never;
    gateway_world world{settings};
    world.add(late.options("late", "legacy"));
    world.add(hanging("bad"));
    gateway_client client{world, speaking(era::legacy)};
    const auto call = client.start("tools/call", call_members("bare"));
    const auto read = client.start("resources/read", R"("uri":"fake://doc")");
    const auto gone = client.start("tools/call", call_members("nowhere"));
    client.request("tools/list");
    CHECK_FALSE(call->is_done());
    late.start();
    world.run_until([&] { return call->is_done() && read->is_done(); });
    CHECK(call->result().as_object().contains("content"));
    CHECK(read->result().as_object().contains("contents"));
    CHECK_FALSE(gone->is_done()); // the hanging one may have it
    gone->cancel();
    world.run_until([&gone] { return gone->is_done(); });
}

TEST_CASE("a_call_whose_server_cannot_be_started_says_why") {
    gateway_world world{listing(exposure::all)};
    auto missing = gateway_world::demo("missing");
    missing.command = "/no/such/program";
    world.add(missing);
    gateway_client client{world, speaking(era::legacy)};
    const auto list = client.request("tools/list");
    REQUIRE(partial_of(list) != nullptr);
    CHECK(json::serialize(*partial_of(list)) == R"({"missing":"failed"})");
    const auto error = client.send("tools/call", call_members("missing__tool"))->error();
    CHECK(error.at("data").at("code") == "SERVER_FAILED");
    CHECK(std::string{error.at("message").as_string()}.find("/no/such/program") !=
          std::string::npos);
}

} // namespace mcpgw::gateway_test
