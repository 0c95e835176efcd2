// SPDX-License-Identifier: Apache-2.0
// What a child offers; the code under test is children/instance/list_fetcher.cpp.
#include "tests/support/child_world.hpp"
#include "tests/support/eventually.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <csignal>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

using names = std::vector<std::string>;

bool has_tool(child_world& world, const std::string& name) {
    return std::ranges::count(keys(world.get().lists().tools), name) == 1;
}

/// How often the server was asked for its tools.
std::size_t fetches(child_world& world) {
    const auto received = json_of(world.call("received"));
    return static_cast<std::size_t>(
        std::ranges::count_if(received.as_array(), [](const json::value& message) {
            return message.at("method") == "tools/list";
        }));
}

} // namespace

TEST_CASE("all_lists_are_fetched_at_the_start_and_kept_as_the_server_wrote_them") {
    child_world world{fake_options({"--tools=2"})};
    CHECK(world.get().lists().capabilities.empty());
    world.must_start();
    const auto& lists = world.get().lists();
    CHECK(keys(lists.tools) == names{"tool_0", "tool_1"});
    CHECK(lists.tools[0].json == R"({"name":"tool_0","inputSchema":{"type":"object"}})");
    CHECK(keys(lists.prompts) == names{"a prompt"});
    CHECK(keys(lists.resources) == names{"fake://one"});
    CHECK(lists.templates.empty()); // the server has no such method
    CHECK(lists.capabilities.find("listChanged") != std::string::npos);
    CHECK(world.events.lists_changed == 1);
}

TEST_CASE("only_what_the_server_declares_is_asked_for") {
    child_world world{fake_options({"--bare"})};
    const auto received = text_of(world.call("received"));
    CHECK(received.find("tools/list") != std::string::npos);
    CHECK(received.find("prompts/list") == std::string::npos);
    CHECK(received.find("resources/") == std::string::npos);
}

TEST_CASE("every_page_of_a_list_is_fetched_with_the_servers_own_cursor") {
    child_world world{fake_options({"--tools=7", "--pages=3"})};
    world.must_start();
    CHECK(keys(world.get().lists().tools) ==
          names{"tool_0", "tool_3", "tool_6", "tool_1", "tool_4", "tool_2", "tool_5"});
    CHECK(text_of(world.call("received")).find(R"("cursor":"\"p\u00e4ge\"\/2")") !=
          std::string::npos);
}

TEST_CASE("endless_pages_end_at_the_limit_of_pages") {
    auto options = fake_options({"--endless-pages"});
    options.limits.list_pages_max = 5;
    child_world world{options};
    world.must_start();
    CHECK(world.get().lists().tools.size() == 5);
    CHECK(world.call("echo").has_value());
    CHECK(world.get().lists().remarks ==
          names{"tools/list has more than 5 pages (limits.list_pages_max); the rest is left out"});
}

TEST_CASE("a_cursor_that_is_a_number_leads_to_the_next_page_all_the_same") {
    child_world world{fake_options({"--tools=4", "--pages=2", "--number-cursor"})};
    world.must_start();
    CHECK(keys(world.get().lists().tools) == names{"tool_0", "tool_2", "tool_1", "tool_3"});
    CHECK(world.get().lists().remarks.empty());
}

TEST_CASE("pages_that_lead_in_a_circle_end_where_the_cursor_repeats") {
    child_world world{fake_options({"--same-cursor"})};
    world.must_start();
    CHECK(keys(world.get().lists().tools) == names{"tool_0"}); // two pages were read
    CHECK(world.get().lists().prompts.size() == 1);
    CHECK(world.status().last_error.empty());
    CHECK(world.get().lists().remarks ==
          names{"tools/list gives the same cursor again; the rest is left out"});
}

TEST_CASE("a_page_that_is_refused_leaves_the_pages_before_it") {
    child_world world{fake_options({"--tools=4", "--pages=2", "--refuse-page"})};
    world.must_start();
    CHECK(keys(world.get().lists().tools) == names{"tool_0", "tool_2"});
    CHECK(world.get().lists().remarks ==
          names{"tools/list refused page 2 (no such page); the rest is left out"});
}

TEST_CASE("a_list_that_is_refused_or_makes_no_sense_spares_the_other_lists_and_is_told") {
    for (const std::string flag : {"--refuse=tools/list", "--garble=tools/list"}) {
        CAPTURE(flag);
        child_world world{fake_options({flag})};
        world.must_start();
        CHECK(world.get().lists().tools.empty());
        CHECK(keys(world.get().lists().prompts) == names{"a prompt"});
        CHECK(world.status().state == upstream_state::running);
        CHECK(world.status().last_error.starts_with("tools/list failed: "));
        // It is tried again, but not all the time.
        CHECK_FALSE(world.get().pools().has_stale_lists(clock_type::now()));
        CHECK(world.get().pools().has_stale_lists(clock_type::now() + std::chrono::minutes{1}));
    }
}

TEST_CASE("a_list_that_makes_no_sense_any_more_keeps_the_one_of_before_until_it_does_again") {
    child_world world{fake_options()};
    world.must_start();
    text_of(world.call("mute", R"({"method":"tools/list","how":"garble"})"));
    text_of(world.call("change_tools"));
    world.loop.run_until([&world] { return !world.status().last_error.empty(); });
    CHECK(keys(world.get().lists().tools) == names{"tool_0"});
    text_of(world.call("mute", R"({"method":"nothing","how":"garble"})"));
    const auto later = clock_type::now() + std::chrono::minutes{1};
    abort_signal never;
    world.loop.await(world.get().pools().refresh_stale(later, std::chrono::seconds{50}, never));
    CHECK(keys(world.get().lists().tools) == names{"tool_0", "extra_0"});
    CHECK(world.status().last_error.empty());
}

TEST_CASE("hints_of_a_list_are_those_of_all_its_pages_together") {
    const auto tools = static_cast<std::size_t>(list_kind::tools);
    child_world world{
        fake_options({"--era=modern", "--tools=3", "--pages=3", "--hints=60000,public"})};
    world.must_start();
    CHECK(world.get().lists().hints[tools] == cache_hints{20'000, true});
    child_world silent{fake_options({"--era=modern"})};
    silent.must_start();
    CHECK(silent.get().lists().hints[tools] == cache_hints{0, false});
}

TEST_CASE("a_modern_server_that_tells_no_changes_is_asked_again_when_its_time_is_over") {
    child_world world{fake_options({"--era=modern", "--no-changes", "--hints=60000,public"})};
    world.must_start();
    text_of(world.call("change_tools"));
    abort_signal never;
    const auto refresh_at = [&world, &never](std::chrono::seconds later) {
        world.loop.await(world.get().pools().refresh_stale(clock_type::now() + later,
                                                           std::chrono::seconds{50}, never));
    };
    refresh_at(std::chrono::seconds{30});
    CHECK_FALSE(has_tool(world, "extra_0"));
    refresh_at(std::chrono::seconds{60});
    CHECK(has_tool(world, "extra_0"));
}

TEST_CASE("only_a_running_modern_server_that_tells_no_changes_is_asked_again") {
    const auto far = clock_type::now() + std::chrono::hours{48};
    child_world telling{fake_options({"--era=modern"})};
    telling.must_start();
    CHECK(telling.get().pools().has_stale_lists(far)); // of its prompts it tells nothing
    child_world legacy{fake_options({"--no-changes"})};
    legacy.must_start();
    CHECK_FALSE(legacy.get().pools().has_stale_lists(far));
    child_world stopped{fake_options({"--era=modern", "--no-changes"})};
    stopped.must_start();
    stopped.stop();
    CHECK_FALSE(stopped.get().pools().has_stale_lists(far));
}

TEST_CASE("a_list_that_is_too_long_ends_at_the_limit_of_items") {
    auto options = fake_options({"--tools=50", "--pages=2"});
    options.limits.list_items_max = 30;
    child_world world{options};
    world.must_start();
    CHECK(world.get().lists().tools.size() == 30);
    CHECK(world.get().lists().prompts.size() == 1);
}

TEST_CASE("lists_are_kept_while_the_server_does_not_run") {
    child_world world{fake_options()};
    world.must_start();
    world.stop();
    CHECK(keys(world.get().lists().tools) == names{"tool_0"});
}

TEST_CASE("a_changed_list_is_fetched_again_and_told") {
    child_world world{fake_options()};
    world.must_start();
    CHECK(world.events.lists_changed == 1);
    text_of(world.call("change_tools"));
    world.loop.run_until([&world] { return world.events.lists_changed == 2; });
    CHECK(keys(world.get().lists().tools) == names{"tool_0", "extra_0"});
}

TEST_CASE("many_changes_in_a_row_end_with_the_newest_list") {
    child_world world{fake_options()};
    world.must_start();
    std::vector<running_call*> calls;
    // It tells all changes before it reads the first request for the new list.
    REQUIRE(::kill(world.pid(), SIGSTOP) == 0);
    for (int i = 0; i < 20; ++i) calls.push_back(&world.begin(tool_call("change_tools")));
    REQUIRE(::kill(world.pid(), SIGCONT) == 0);
    for (auto* const call : calls) text_of(world.end(*call));
    world.loop.run_until([&world] { return has_tool(world, "extra_19"); });
    // The last one has ended.
    REQUIRE(eventually([&] { return fetches(world) == world.events.lists_changed; }));
    CHECK(world.get().lists().tools.size() == 21);
    CHECK(world.events.lists_changed <= 3); // the start, and not one fetch for each change
}

TEST_CASE("a_change_during_the_start_is_not_lost") {
    // The tools are fetched already when the server says that they changed.
    child_world world{fake_options({"--change-in=prompts/list"})};
    world.must_start();
    world.loop.run_until([&world] { return has_tool(world, "late"); });
    CHECK(keys(world.get().lists().tools) == names{"tool_0", "late"});
}

TEST_CASE("a_refresh_that_fails_keeps_the_list_of_before") {
    auto options = fake_options();
    child_world world{options};
    world.must_start();
    text_of(world.call("mute", R"({"method":"tools/list"})"));
    // It dies while the new list is awaited.
    text_of(world.call("change_tools"));
    const auto died = world.call("die", R"({"code":1,"say":"bye"})");
    CHECK(died.has_error());
    world.run_until_state(upstream_state::failed);
    CHECK(keys(world.get().lists().tools) == names{"tool_0"});
}

TEST_CASE("a_list_that_is_not_answered_in_time_keeps_the_one_of_before") {
    auto options = fake_options();
    options.list_timeout = std::chrono::milliseconds{500};
    child_world world{options};
    world.must_start();
    REQUIRE(has_tool(world, "tool_0"));
    text_of(world.call("mute", R"({"method":"tools/list"})"));
    text_of(world.call("change_tools"));
    world.loop.run_until([&world] { return world.events.lists_changed == 2; });
    CHECK(keys(world.get().lists().tools) == names{"tool_0"});
}

TEST_CASE("a_change_told_by_a_server_that_is_ending_neither_empties_nor_blocks_the_lists") {
    child_world world{fake_options({"--change-at-eof"})};
    world.must_start();
    world.stop();
    CHECK(keys(world.get().lists().tools) == names{"tool_0"});
    world.must_start();
    text_of(world.call("change_tools"));
    world.loop.run_until([&world] { return has_tool(world, "extra_0"); });
}
