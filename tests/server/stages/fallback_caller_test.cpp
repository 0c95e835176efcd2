// SPDX-License-Identifier: Apache-2.0
#include "server/stages/fallback_caller.hpp"

#include "tests/support/gateway_world.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <csignal>
#include <string>
#include <utility>

namespace mcpgw::gateway_test {

namespace {

using namespace std::chrono_literals;

fallback_target to(std::string server, std::string tool = {}, std::string arguments = {}) {
    fallback_target target;
    target.server = std::move(server);
    target.tool = std::move(tool);
    target.arguments = std::move(arguments);
    return target;
}

/// A demo server whose breaker opens at its first death.
child_options fragile(const std::string& name = "first") {
    auto options = gateway_world::demo(name);
    options.breaker.threshold = 1;
    options.retry.attempts = 1;
    options.restart.base = options.restart.max = 5ms;
    return options;
}

client_traits traits_of(era spoken, std::string capabilities = "{}") {
    client_traits traits;
    traits.spoken = spoken;
    traits.capabilities = std::move(capabilities);
    return traits;
}

std::string message_of(const gateway_call& call) {
    return std::string{call.error().at("message").as_string()};
}

bool contains(std::string_view text, std::string_view part) {
    INFO(text);
    return text.find(part) != std::string_view::npos;
}

/// After this the breaker of `first` is open, for a minute.
void break_first(gateway_client& client) {
    CHECK(code_of(*client.send("tools/call", call_members("first__crash"))) == "CONNECTION_LOST");
    CHECK(client.call("get_child_status", R"({"server_id":"first"})")
              .at("structuredContent")
              .at("breaker") == "open");
}

/// A client of two servers, of which the first one has broken down.
struct broken_world {
    explicit broken_world(child_options first, client_traits traits = {},
                          child_options second = gateway_world::demo("second"))
        : world(exposing(exposure::both)) {
        world.add(first);
        world.add(second);
        client.emplace(world, std::move(traits));
        break_first(*client);
    }
    gateway_world world;
    std::optional<gateway_client> client;
};

json::value answered_by(std::string_view server, std::string_view tool, std::string_view because) {
    return json::object{{"server", server}, {"tool", tool}, {"because", because}};
}

} // namespace

TEST_CASE("a_fallback_answers_at_once_while_the_breaker_is_open_and_the_result_says_so") {
    for (const auto spoken : {era::legacy, era::modern}) {
        auto first = fragile();
        first.fallbacks = {to("second")};
        broken_world broken{first, traits_of(spoken)};
        auto& client = *broken.client;
        const auto result = client.call("first__echo", R"({"message":"hello"})");
        CHECK(text_of(result) == "hello");
        CHECK(result.at("_meta").at("mcp-gateway/answered_by") ==
              answered_by("second", "echo", "CIRCUIT_OPEN"));
        const auto inside =
            client.call("execute_child_tool", R"({"server_id":"first","tool_name":"large_text",)"
                                              R"("arguments":{"lines":100},"head":1,"tail":0})");
        CHECK(contains(text_of(inside), "line 1\n"));
        CHECK_FALSE(contains(text_of(inside), "line 99"));
        CHECK(inside.at("_meta").at("mcp-gateway/answered_by").at("server") == "second");
        CHECK(inside.at("structuredContent") ==
              json::parse(R"({"server_id":"second","tool_name":"large_text"})"));
    }
}

TEST_CASE("a_server_that_works_answers_itself") {
    gateway_world world{exposing(exposure::both)};
    auto first = fragile();
    first.fallbacks = {to("second")};
    world.add(first);
    world.add(gateway_world::demo("second"));
    gateway_client client{world, {}};
    const auto result = client.call("first__echo", R"({"message":"hello"})");
    CHECK_FALSE(contains(json::serialize(result), "answered_by"));
}

TEST_CASE("a_fallback_gets_the_arguments_that_its_template_makes") {
    auto first = fragile();
    first.tools["echo"].fallbacks = {
        to("second", "inspect",
           R"({"q":"<{{message}}>","n":"{{n}}","all":"{{deep}}","gone":"{{nothing}}","f":1.50})")};
    broken_world broken{first, {}, gateway_world::fake("second", {"modern"})};
    const auto result = broken.client->call(
        "first__echo", R"({"message":"\"x\"","n":12345678901234567890.0,"deep":{"a":[1.0]}})");
    CHECK(contains(text_of(result), R"("name":"inspect","arguments":{"q":"<\"x\">",)"
                                    R"("n":12345678901234567890.0,"all":{"a":[1.0]},"f":1.50})"));
    CHECK(result.at("_meta").at("mcp-gateway/answered_by").at("tool") == "inspect");
}

TEST_CASE("fallbacks_are_tried_in_order_until_one_answers") {
    auto first = fragile();
    first.fallbacks = {to("nobody"), to("second", "no_such_tool"), to("second", "echo")};
    broken_world broken{first};
    const auto result = broken.client->call("first__echo", R"({"message":"x"})");
    CHECK(result.at("_meta").at("mcp-gateway/answered_by").at("tool") == "echo");
}

TEST_CASE("the_fallbacks_of_a_fallback_are_tried_too") {
    gateway_world world{exposing(exposure::both)};
    auto first = fragile();
    first.fallbacks = {to("broken")};
    auto broken = fragile("broken");
    broken.command = "/bin/false";
    broken.fallbacks = {to("third")};
    world.add(first);
    world.add(broken);
    world.add(gateway_world::demo("third"));
    gateway_client client{world, {}};
    break_first(client);
    const auto result = client.call("first__echo", R"({"message":"x"})");
    CHECK(result.at("_meta").at("mcp-gateway/answered_by") ==
          answered_by("third", "echo", "CIRCUIT_OPEN"));
}

TEST_CASE("where_nobody_answers_the_client_gets_the_error_of_the_server_it_called") {
    auto first = fragile();
    first.fallbacks = {to("second", "no_such_tool"), to("broken")};
    gateway_world world{exposing(exposure::both)};
    auto broken = fragile("broken");
    broken.command = "/bin/false";
    world.add(first);
    world.add(gateway_world::demo("second"));
    world.add(broken);
    gateway_client client{world, {}};
    break_first(client);
    const auto call = client.send("tools/call", call_members("first__echo", R"({"message":"x"})"));
    CHECK(code_of(*call) == "CIRCUIT_OPEN");
    CHECK(call->error().at("data").as_object().contains("retryAfterMs"));
    CHECK(contains(message_of(*call), "server 'first' failed too often of late"));
    CHECK(contains(message_of(*call), ". Its fallbacks failed too: 'no_such_tool' of server "
                                      "'second': "));
    CHECK(contains(message_of(*call), "; 'echo' of server 'broken': "));
}

TEST_CASE("work_that_may_be_done_is_given_to_nobody_else_unless_that_is_said_to_do_no_harm") {
    gateway_world world{exposing(exposure::both)};
    auto first = fragile();
    first.breaker.threshold = 0;
    first.tools["crash"].fallbacks = {to("second", "image")};
    world.add(first);
    auto brave = fragile("brave");
    brave.tools["crash"].fallbacks = first.tools["crash"].fallbacks;
    brave.tools["crash"].fallbacks->front().is_always_allowed = true;
    world.add(brave);
    auto repeatable = fragile("repeatable");
    repeatable.fallbacks = {to("second", "image")};
    repeatable.tools["crash"].is_repeatable = true;
    world.add(repeatable);
    world.add(gateway_world::demo("second"));
    gateway_client client{world, {}};
    CHECK(code_of(*client.send("tools/call", call_members("first__crash"))) == "CONNECTION_LOST");
    for (const auto* const tool : {"brave__crash", "repeatable__crash"})
        CHECK(client.call(tool).at("_meta").at("mcp-gateway/answered_by") ==
              answered_by("second", "image", "CONNECTION_LOST"));
}

TEST_CASE("what_a_tool_says_itself_is_no_reason_to_ask_another") {
    gateway_world world{exposing(exposure::both)};
    auto first = fragile();
    first.fallbacks = {to("second", "echo", R"({"message":"from the second"})")};
    world.add(first);
    world.add(gateway_world::demo("second"));
    gateway_client client{world, {}};
    const auto failed = client.call("first__fail", R"({"message":"own"})");
    CHECK(is_error(failed));
    CHECK(text_of(failed) == "own");
    const auto wrong = client.send("tools/call", call_members("first__add", R"({"a":"x"})"));
    CHECK_FALSE(contains(wrong->text(), "from the second"));
}

TEST_CASE("the_error_of_a_fallbacks_tool_is_its_answer") {
    auto first = fragile();
    first.fallbacks = {to("second", "fail", R"({"message":"no such city"})")};
    broken_world broken{first};
    const auto result = broken.client->call("first__echo", R"({"message":"x"})");
    CHECK(is_error(result));
    CHECK(text_of(result) == "no such city");
    CHECK(result.at("_meta").at("mcp-gateway/answered_by").at("tool") == "fail");
}

TEST_CASE("a_call_in_which_the_client_was_asked_goes_to_nobody_else") {
    gateway_world world{exposing(exposure::both)};
    auto first = fragile();
    first.only_era = era::legacy;
    first.fallbacks = {to("second")};
    first.fallbacks.front().is_always_allowed = true;
    world.add(first);
    world.add(gateway_world::demo("second"));
    gateway_client client{world, traits_of(era::legacy, R"({"elicitation":{}})")};
    const auto call =
        client.start("tools/call", call_members("first__ask", R"({"question":"Tea?"})"));
    world.run_until([&] { return call->questions().size() == 1; });
    const auto status =
        client.call("get_child_status", R"({"server_id":"first"})").at("structuredContent");
    REQUIRE(::kill(status.at("pid").to_number<int>(), SIGKILL) == 0);
    world.run_until([&] { return call->is_done(); });
    CHECK(code_of(*call) == "CONNECTION_LOST");
    CHECK(call->questions().size() == 1);
}

TEST_CASE("a_fallback_asks_the_client_nothing") {
    for (const auto client_era : {era::legacy, era::modern}) {
        for (const auto server_era : {era::legacy, era::modern}) {
            auto first = fragile();
            first.fallbacks = {to("second")};
            auto second = gateway_world::demo("second");
            second.only_era = server_era;
            broken_world broken{first, traits_of(client_era, R"({"elicitation":{"form":{}}})"),
                                second};
            const auto call = broken.client->send(
                "tools/call", call_members("first__ask", R"({"question":"Tea?"})"));
            CHECK(call->questions().empty());
            CHECK_FALSE(contains(call->text(), "inputRequests"));
        }
    }
}

TEST_CASE("an_answer_that_breaks_the_promise_of_the_tool_called_is_none") {
    auto first = fragile();
    first.tools["add"].fallbacks = {to("second", "echo", R"({"message":"3"})")};
    broken_world broken{first};
    const auto call =
        broken.client->send("tools/call", call_members("first__add", R"({"a":1,"b":2})"));
    CHECK(code_of(*call) == "CIRCUIT_OPEN");
    CHECK(contains(message_of(*call), "it has no structuredContent, which the tool that was called "
                                      "promises"));
}

TEST_CASE("an_answer_that_keeps_the_promise_of_the_tool_called_comes_with_its_structure") {
    auto first = fragile();
    first.tools["add"].fallbacks = {to("second", "", R"({"a":"{{b}}","b":10})")};
    broken_world broken{first};
    const auto result = broken.client->call("first__add", R"({"a":1,"b":2})");
    CHECK(result.at("structuredContent").at("sum") == 12);
}

TEST_CASE("progress_of_a_fallback_reaches_the_client_and_its_cancellation_the_fallback") {
    for (const auto spoken : {era::legacy, era::modern}) {
        auto first = fragile();
        first.fallbacks = {to("second")};
        broken_world broken{first, traits_of(spoken)};
        auto& client = *broken.client;
        const auto call = client.start(
            "tools/call", call_members("first__wait", R"({"seconds":60,"steps":1000})"),
            R"("progressToken":"mine")");
        broken.world.run_until([&] { return !call->notifications().empty(); });
        CHECK(call->notifications().front().at("params").at("progressToken") == "mine");
        call->cancel();
        broken.world.run_until([&] { return call->is_done(); });
        const auto status =
            client.call("get_child_status", R"({"server_id":"second"})").at("structuredContent");
        CHECK(status.at("calls_in_flight") == 0);
    }
}

TEST_CASE("fallbacks_have_the_time_that_the_call_has_left") {
    auto first = fragile();
    first.fallbacks = {to("second")};
    first.tools["wait"].total_timeout = 200ms;
    broken_world broken{first};
    const auto call =
        broken.client->send("tools/call", call_members("first__wait", R"({"seconds":60})"));
    CHECK(code_of(*call) == "CIRCUIT_OPEN");
    CHECK(contains(message_of(*call), "'wait' of server 'second': "));
}

TEST_CASE("a_server_that_cannot_be_started_holds_no_call_up_that_another_can_answer") {
    gateway_world world{exposing(exposure::gateway)};
    auto first = fragile();
    first.command = "/bin/false";
    first.fallbacks = {to("second")};
    world.add(first);
    world.add(gateway_world::demo("second"));
    gateway_client client{world, {}};
    const auto result =
        client.call("execute_child_tool", R"({"server_id":"first","tool_name":"echo",)"
                                          R"("arguments":{"message":"x"}})");
    CHECK(text_of(result) == "x");
    CHECK(result.at("_meta").at("mcp-gateway/answered_by").at("server") == "second");
}

} // namespace mcpgw::gateway_test
