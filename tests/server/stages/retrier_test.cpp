// SPDX-License-Identifier: Apache-2.0
#include "server/stages/retrier.hpp"

#include "tests/support/eventually.hpp"
#include "tests/support/gateway_world.hpp"

#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <csignal>
#include <optional>
#include <string>

namespace mcpgw::gateway_test {

namespace {

using namespace std::chrono_literals;

/// How often a tool was called that always ends its process: once for each restart.
std::int64_t attempts_at_crashing(const retry_options& rules,
                                  std::optional<bool> is_repeatable = {}) {
    gateway_world world{exposing(exposure::both)};
    auto options = quick_demo();
    options.retry = rules;
    options.retry.base = 1ms;
    options.tools["crash"].is_repeatable = is_repeatable;
    world.add(options);
    gateway_client client{world, {}};
    CHECK(code_of(*client.send("tools/call", call_members("demo__crash"))) == "CONNECTION_LOST");
    client.call("demo__echo", R"({"message":"x"})");
    return status_of(client).at("restarts").to_number<std::int64_t>();
}

} // namespace

TEST_CASE("a_call_that_only_reads_survives_the_death_of_its_server") {
    for (const auto spoken : {era::legacy, era::modern}) {
        gateway_world world{exposing(exposure::both)};
        auto options = quick_demo();
        options.only_era = spoken;
        world.add(options);
        client_traits traits;
        traits.spoken = spoken;
        gateway_client client{world, traits};
        client.call("demo__echo", R"({"message":"it has started"})");
        const auto call =
            client.start("tools/call", call_members("demo__wait", R"({"seconds":0.5})"));
        REQUIRE(eventually([&] { return status_of(client).at("calls_in_flight") == 1; }));
        REQUIRE(::kill(status_of(client).at("pid").to_number<int>(), SIGKILL) == 0);
        world.run_until([&] { return call->is_done(); });
        const auto result = call->result();
        CHECK_FALSE(is_error(result));
        CHECK(result.at("_meta").at("mcp-gateway/attempts") == 2);
    }
}

TEST_CASE("a_call_that_went_well_at_once_says_nothing_of_attempts") {
    gateway_world world{exposing(exposure::both)};
    world.add(quick_demo());
    gateway_client client{world, {}};
    const auto result = client.call("demo__echo", R"({"message":"x"})");
    CHECK(json::serialize(result).find("attempts") == std::string::npos);
}

TEST_CASE("a_tool_that_does_not_say_it_may_be_repeated_is_called_once") {
    CHECK(attempts_at_crashing({}) == 1);
}

TEST_CASE("a_tool_that_the_configuration_names_is_called_again_up_to_the_limit") {
    retry_options rules;
    rules.tools = {"crash"};
    rules.attempts = 3;
    CHECK(attempts_at_crashing(rules) == 3);
}

TEST_CASE("the_settings_of_a_single_tool_have_the_last_word_on_its_repeats") {
    retry_options rules;
    rules.tools = {"*"};
    CHECK(attempts_at_crashing(rules, false) == 1);
    CHECK(attempts_at_crashing({}, true) == 3);
}

TEST_CASE("retries_end_with_their_budget") {
    retry_options rules;
    rules.tools = {"*"};
    rules.budget = 0;
    CHECK(attempts_at_crashing(rules) == 1);
}

TEST_CASE("a_call_in_which_the_client_was_asked_is_not_repeated") {
    gateway_world world{exposing(exposure::both)};
    auto options = quick_demo();
    options.retry.tools = {"*"};
    options.only_era = era::legacy;
    world.add(options);
    client_traits traits;
    traits.capabilities = R"({"elicitation":{}})";
    gateway_client client{world, traits};
    const auto call =
        client.start("tools/call", call_members("demo__ask", R"({"question":"Tea?"})"));
    world.run_until([&] { return call->questions().size() == 1; });
    REQUIRE(::kill(status_of(client).at("pid").to_number<int>(), SIGKILL) == 0);
    world.run_until([&] { return call->is_done(); });
    CHECK(code_of(*call) == "CONNECTION_LOST");
    CHECK(call->questions().size() == 1);
}

TEST_CASE("the_whole_time_of_a_call_holds_for_all_its_attempts") {
    gateway_world world{exposing(exposure::both)};
    auto options = quick_demo();
    options.retry.attempts = 100;
    options.retry.budget = 10;
    options.tools["wait"].call_timeout = 100ms;
    options.tools["wait"].total_timeout = 250ms;
    options.tools["wait"].is_repeatable = true;
    options.breaker.threshold = 0;
    world.add(options);
    gateway_client client{world, {}};
    client.call("demo__echo", R"({"message":"it has started"})");
    const auto begun = clock_type::now();
    const auto call = client.send("tools/call", call_members("demo__wait", R"({"seconds":20})"));
    const auto took = clock_type::now() - begun;
    CHECK(code_of(*call) == "TIMEOUT");
    CHECK(took >= 240ms);
    CHECK(took < 5s); // a hundred attempts would take longer
}

TEST_CASE("a_server_that_keeps_dying_is_left_alone_until_a_trial_goes_well") {
    gateway_world world{exposing(exposure::both)};
    auto options = quick_demo();
    options.breaker.threshold = 2;
    options.breaker.timeout = 100ms;
    world.add(options);
    gateway_client client{world, {}};
    client.call("demo__echo", R"({"message":"x"})");
    CHECK(status_of(client).at("breaker") == "closed");
    for (int i = 0; i < 2; ++i)
        CHECK(code_of(*client.send("tools/call", call_members("demo__crash"))) ==
              "CONNECTION_LOST");
    const auto refused =
        client.send("tools/call", call_members("demo__echo", R"({"message":"x"})"));
    CHECK(code_of(*refused) == "CIRCUIT_OPEN");
    CHECK(refused->error().at("data").at("retryAfterMs").to_number<int>() <= 100);
    CHECK(refused->error().at("message").as_string().find("exited with code 3") !=
          std::string::npos);
    CHECK(failure_of(client.call("execute_child_tool", R"({"server_id":"demo","tool_name":"echo",)"
                                                       R"("arguments":{"message":"x"}})")) ==
          "CIRCUIT_OPEN");
    CHECK(status_of(client).at("breaker") == "open");
    REQUIRE(eventually([&] { return status_of(client).at("breaker") == "half_open"; }));
    CHECK(text_of(client.call("demo__echo", R"({"message":"back"})")).find("back") !=
          std::string::npos);
    CHECK(status_of(client).at("breaker") == "closed");
}

TEST_CASE("a_tools_own_errors_and_bad_arguments_open_no_breaker") {
    gateway_world world{exposing(exposure::both)};
    auto options = quick_demo();
    options.breaker.threshold = 1;
    world.add(options);
    gateway_client client{world, {}};
    for (int i = 0; i < 3; ++i)
        client.send("tools/call", call_members("demo__add", R"({"a":"x"})"));
    client.send("tools/call", call_members("demo__nothing_of_the_kind"));
    CHECK(status_of(client).at("breaker") == "closed");
}

} // namespace mcpgw::gateway_test
