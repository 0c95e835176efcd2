// SPDX-License-Identifier: Apache-2.0
#include "server/calls/fallback.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

using namespace mcpgw;

namespace {

fallback_target to(std::string server, std::string tool = {}) {
    fallback_target target;
    target.server = std::move(server);
    target.tool = std::move(tool);
    return target;
}

child_options child(std::string name, std::vector<fallback_target> fallbacks = {}) {
    child_options options;
    options.name = std::move(name);
    options.fallbacks = std::move(fallbacks);
    return options;
}

/// "server.tool arguments", or nothing.
std::string shown(const std::optional<fallback_plan::step>& step) {
    return step ? fmt::format("{}.{} {}", step->server, step->tool, step->arguments) : "";
}

std::vector<std::string> loops_of(const std::vector<child_options>& children) {
    std::vector<std::string> list;
    for (const auto& loop : find_fallback_loops(children))
        list.push_back(fmt::format("{}/{}/{}: {}", loop.where.child, loop.where.tool,
                                   loop.where.index, fmt::join(loop.way, " ")));
    return list;
}

} // namespace

TEST_CASE("the_list_of_a_tool_takes_the_place_of_its_servers") {
    auto options = child("a", {to("b")});
    options.tools["x"].fallbacks = {{to("c")}};
    options.tools["y"].fallbacks.emplace();
    options.tools["z"].is_repeatable = true;
    CHECK(fallbacks_of(options, "x").at(0).server == "c");
    CHECK(fallbacks_of(options, "y").empty());
    CHECK(fallbacks_of(options, "z").at(0).server == "b");
    CHECK(fallbacks_of(options, "other").at(0).server == "b");
}

TEST_CASE("only_failures_of_a_server_lead_to_another_one") {
    for (const auto code : {errc::circuit_open, errc::server_failed, errc::connection_lost,
                            errc::call_timed_out, errc::server_busy})
        CHECK(is_failure_of_server(code));
    for (const auto code : {errc::invalid_arguments, errc::call_cancelled, errc::tool_not_found,
                            errc::gateway_stopping, errc::missing_client_capability})
        CHECK_FALSE(is_failure_of_server(code));
}

TEST_CASE("fallbacks_are_tried_in_order_with_their_own_names_and_arguments") {
    auto mapped = to("c", "find");
    mapped.arguments = R"({"q":"{{query}}"})";
    fallback_plan plan;
    plan.add_fallbacks_of(child("a", {to("b"), mapped}), "search", R"({"query":1.0})");
    CHECK(shown(plan.next(false)) == R"(b.search {"query":1.0})");
    CHECK(shown(plan.next(false)) == R"(c.find {"q":1.0})");
    CHECK(shown(plan.next(false)).empty());
}

TEST_CASE("the_fallbacks_of_one_that_fails_come_before_those_after_it") {
    auto mapped = to("d", "find");
    mapped.arguments = R"({"q":"{{text}}"})"; // by the names of the tool that failed
    fallback_plan plan;
    plan.add_fallbacks_of(child("a", {to("b"), to("c")}), "search", R"({"text":"t"})");
    CHECK(shown(plan.next(false)) == R"(b.search {"text":"t"})");
    plan.add_fallbacks_of(child("b", {mapped, to("c")}), "search", R"({"text":"t"})");
    CHECK(shown(plan.next(false)) == R"(d.find {"q":"t"})");
    CHECK(shown(plan.next(false)) == R"(c.search {"text":"t"})");
    CHECK(shown(plan.next(false)).empty()); // c is not tried twice
}

TEST_CASE("work_that_may_be_done_goes_only_where_that_is_said_to_do_no_harm") {
    auto always = to("c");
    always.is_always_allowed = true;
    fallback_plan plan;
    plan.add_fallbacks_of(child("a", {to("b"), always, to("d")}), "x", "{}");
    CHECK(shown(plan.next(true)) == "c.x {}");
    CHECK(shown(plan.next(true)).empty());
}

TEST_CASE("one_call_is_tried_at_so_many_places_only") {
    std::vector<fallback_target> many;
    for (int i = 0; i < 100; ++i) many.push_back(to(fmt::format("s{}", i)));
    fallback_plan plan;
    plan.add_fallbacks_of(child("a", many), "x", "{}");
    int tries = 0;
    while (plan.next(false)) ++tries;
    CHECK(tries == 16);
}

TEST_CASE("fallbacks_that_lead_back_are_found") {
    using list = std::vector<std::string>;
    CHECK(loops_of({child("a", {to("b")}), child("b", {to("c")}), child("c")}).empty());
    CHECK(loops_of({child("a", {to("a")})}) == list{"0//0: a.* a.*"});
    CHECK(loops_of({child("a", {to("b")}), child("b", {to("a")})}) == list{"1//0: a.* b.* a.*"});
    // two ways to one server are no loop
    CHECK(loops_of({child("a", {to("b"), to("c")}), child("b", {to("c")}), child("c")}).empty());
    // another tool of the same server is none; the same one is
    auto own = child("a");
    own.tools["x"].fallbacks = {{to("a", "y")}};
    CHECK(loops_of({own}).empty());
    CHECK(loops_of({child("a", {to("a", "y")})}) == list{"0//0: a.y a.y"});
    // from tool to tool
    auto a = child("a");
    a.tools["x"].fallbacks = {{to("c"), to("b", "y")}};
    auto b = child("b");
    b.tools["y"].fallbacks = {{to("a", "x")}};
    CHECK(loops_of({a, b, child("c")}) == list{"1/y/0: a.x b.y a.x"});
    // a tool without fallbacks of its own ends the way
    a.tools["x"].fallbacks = {{to("b", "y")}};
    b.tools["y"].fallbacks.emplace();
    b.fallbacks = {to("a")};
    CHECK(loops_of({a, b}).empty());
    // unknown servers lead nowhere
    CHECK(loops_of({child("a", {to("nobody")})}).empty());
}

TEST_CASE("a_long_chain_of_fallbacks_is_no_loop") {
    std::vector<child_options> chain;
    for (int i = 0; i < 1000; ++i)
        chain.push_back(child(fmt::format("s{}", i), {to(fmt::format("s{}", i + 1))}));
    CHECK(find_fallback_loops(chain).empty());
    chain.push_back(child("s1000", {to("s0")}));
    REQUIRE(find_fallback_loops(chain).size() == 1);
    CHECK(find_fallback_loops(chain).at(0).way.size() == 1002);
}
