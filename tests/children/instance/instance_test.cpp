// SPDX-License-Identifier: Apache-2.0
// The lives of a child's process: start, death, back-off, stop.
#include "children/instance/instance.hpp"

#include "tests/support/child_world.hpp"
#include "tests/support/process_probe.hpp"

#include <catch2/catch_test_macros.hpp>

#include <charconv>
#include <csignal>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

bool contains(std::string_view text, std::string_view part) {
    INFO(text);
    return text.find(part) != std::string_view::npos;
}

/// N of "(next start in N ms at the earliest)"; nothing where a message has no such part.
std::optional<long> next_start_ms(std::string_view message) {
    constexpr std::string_view before = "next start in ";
    const auto at = message.find(before);
    if (at == std::string_view::npos) return std::nullopt;
    long value = 0;
    std::from_chars(message.data() + at + before.size(), message.data() + message.size(), value);
    return value;
}

} // namespace

TEST_CASE("clients_are_served_in_their_own_era_where_the_server_speaks_it") {
    constexpr era_verdict both{.is_modern = true, .is_legacy = true};
    constexpr era_verdict modern{.is_modern = true, .is_legacy = false};
    constexpr era_verdict legacy{.is_modern = false, .is_legacy = true};
    for (const auto own : {era::modern, era::legacy}) {
        CHECK(both.best_for(own) == own);
        CHECK(modern.best_for(own) == era::modern);
        CHECK(legacy.best_for(own) == era::legacy);
    }
}

TEST_CASE("the_first_call_starts_a_child") {
    child_world world{fake_options()};
    CHECK(world.status().state == upstream_state::not_started);
    CHECK(world.status().pid == 0);
    CHECK_FALSE(world.get().view().spoken().has_value());
    CHECK(text_of(world.call("echo")) == "{}");
    CHECK(world.status().state == upstream_state::running);
    CHECK(world.status().pid > 0);
    CHECK(world.status().restarts == 0);
}

TEST_CASE("many_callers_wait_for_one_start") {
    child_world world{fake_options()};
    std::vector<running_call*> calls;
    for (int i = 0; i < 50; ++i) calls.push_back(&world.begin(tool_call("surroundings")));
    std::vector<json::value> pids;
    for (auto* const call : calls) pids.push_back(json_of(world.end(*call)).at("pid"));
    for (const auto& pid : pids) CHECK(pid == pids.front());
    CHECK(world.status().restarts == 0);
}

TEST_CASE("a_child_gets_the_variables_on_its_list_and_no_others") {
    auto options = fake_options();
    options.env = {{"TOKEN", "s3cret-value"}, {"LANG", "C"}};
    options.inherit_env = {"HOME", "LANG", "MISSING"};
    child_world world{options, {"HOME=/root", "LANG=de", "AWS_SECRET=other-secret", "HOMER=x"}};
    const auto report = json_of(world.call("surroundings"));
    CHECK(report.at("values") == json::value{"HOME=/root", "LANG=C", "TOKEN=s3cret-value"});
}

TEST_CASE("values_of_the_environment_appear_in_no_status_and_no_error") {
    auto options = fake_options({"--exit-with=3"});
    options.env = {{"TOKEN", "s3cret-value"}};
    child_world world{options, {"PATH=/usr/bin", "HOME=/secret-home"}};
    std::vector<std::string> texts{std::string{world.start().error().message()}};
    options.command = "no-such-program";
    child_world missing{options};
    texts.emplace_back(missing.start().error().message());
    for (const auto* const one : {&world, &missing}) {
        const auto status = one->status();
        texts.push_back(status.last_error);
        texts.push_back(status.server_info);
        for (const auto& line : status.stderr_lines) texts.push_back(line);
    }
    for (const auto& text : texts) {
        CHECK_FALSE(contains(text, "s3cret-value"));
        CHECK_FALSE(contains(text, "secret-home"));
    }
}

TEST_CASE("a_secret_that_a_child_prints_is_in_no_status_and_no_error") {
    auto options = fake_options({"--exit-with=9", "--say=refused s3cret-value for you"});
    options.secrets = {"s3cret-value"};
    child_world world{options};
    const auto answer = world.call("echo");
    REQUIRE(answer.has_error());
    CHECK(contains(answer.error().message(), "refused *** for you"));
    CHECK(world.status().stderr_lines.back() == "refused *** for you");
    CHECK_FALSE(contains(world.status().last_error, "s3cret-value"));
}

TEST_CASE("a_command_that_is_not_found_fails_at_once_and_says_what_to_check") {
    auto options = fake_options();
    options.command = "mcpgw-no-such-program";
    child_world world{options, {"PATH=/usr/bin:/bin"}};
    const auto begin = clock_type::now();
    const auto answer = world.call("echo");
    CHECK(clock_type::now() - begin < options.start_timeout / 4);
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == errc::server_failed);
    CHECK(contains(answer.error().message(), "'mcpgw-no-such-program' was not found"));
    CHECK(contains(answer.error().message(), "PATH"));
    CHECK(world.status().state == upstream_state::failed);
}

TEST_CASE("a_command_is_looked_up_on_the_path_that_the_child_itself_gets") {
    auto options = fake_options();
    options.command = "true-program";
    options.args = {};
    options.env = {{"PATH", "/nowhere"}};
    child_world world{options, {"PATH=/usr/bin:/bin"}};
    options.command = "sh"; // is on our PATH, and not on the child's
    child_world shell{options, {"PATH=/usr/bin:/bin"}};
    CHECK(contains(world.start().error().message(), "was not found"));
    CHECK(contains(shell.start().error().message(), "was not found"));
}

TEST_CASE("a_child_that_ends_at_its_start_fails_with_its_exit_code_and_its_last_words") {
    child_world world{fake_options({"--exit-with=9", "--say=API_KEY is not set"})};
    const auto answer = world.call("echo");
    REQUIRE(answer.has_error());
    CHECK(contains(answer.error().message(), "exited with code 9"));
    CHECK(contains(answer.error().message(), "API_KEY is not set"));
    CHECK(world.status().state == upstream_state::failed);
    CHECK(world.status().stderr_lines.back() == "API_KEY is not set");
}

TEST_CASE("calls_during_the_back_off_fail_fast_with_the_reason_and_start_nothing") {
    auto options = fake_options({"--exit-with=9", "--say=no token"});
    options.restart.base = options.restart.max = std::chrono::hours{1};
    options.restart.jitter = 0;
    child_world world{options};
    CHECK(world.start().has_error());
    const auto restarts = world.status().restarts;
    for (int i = 0; i < 3; ++i) {
        const auto answer = world.call("echo");
        REQUIRE(answer.has_error());
        CHECK(answer.error().code == errc::server_failed);
        CHECK(contains(answer.error().message(), "no token"));
        CHECK(next_start_ms(answer.error().message()).value_or(0) > 60'000);
    }
    CHECK(world.status().restarts == restarts);
}

TEST_CASE("the_back_off_grows_although_each_life_gets_past_the_handshake") {
    auto options = fake_options({"--die-at=tools/list"});
    options.restart.base = std::chrono::milliseconds{1};
    options.restart.max = std::chrono::hours{1};
    options.restart.jitter = 0; // a random share of each wait could hide the growth
    child_world world{options};
    // After so many failures in a row the wait is 2^9 ms, less what has passed of it.
    long longest = 0;
    std::uint64_t lives = 0;
    while (lives < 10) {
        const auto started = world.start();
        REQUIRE(started.has_error());
        const auto wait = next_start_ms(started.error().message());
        longest = std::max(longest, wait.value_or(0));
        lives = world.status().restarts + 1;
    }
    const auto refused = world.start();
    longest = std::max(longest, next_start_ms(refused.error().message()).value_or(0));
    CHECK(longest > 64);
}

TEST_CASE("a_stop_ends_the_back_off") {
    auto options = fake_options({"--crash-after=0"});
    options.restart.base = options.restart.max = std::chrono::hours{1};
    options.restart.jitter = 0;
    child_world world{options};
    CHECK(world.call("echo").has_error());
    world.run_until_state(upstream_state::failed);
    CHECK(world.start().has_error());
    world.stop();
    CHECK(world.status().state == upstream_state::stopped);
    world.must_start();
}

TEST_CASE("a_child_that_crashes_after_some_calls_is_started_again_by_the_next_one") {
    child_world world{fake_options({"--crash-after=2"})};
    int answered = 0;
    int lost = 0;
    while (answered < 6) {
        const auto answer = world.call("echo");
        if (answer.has_value()) ++answered;
        if (answer.has_error() && answer.error().code == errc::connection_lost) {
            ++lost;
            world.run_until_state(upstream_state::failed);
        }
    }
    CHECK(lost == 2);
    CHECK(world.status().restarts == 2);
}

TEST_CASE("a_stop_during_the_start_ends_the_start_and_the_calls_that_wait_for_it") {
    child_world world{fake_options({"--silent"})};
    auto& call = world.begin(tool_call("echo"));
    CHECK(world.status().state == upstream_state::starting);
    const process_probe probe{world.pid()};
    world.stop();
    CHECK(probe.has_ended());
    const auto answer = world.end(call);
    REQUIRE(answer.has_error());
    CHECK(world.status().state == upstream_state::stopped);
    CHECK(world.status().restarts == 0);
}

TEST_CASE("two_stops_at_once_both_return") {
    child_world world{fake_options()};
    world.must_start();
    world.loop.spawn(world.get().life().stop());
    world.loop.spawn(world.get().life().stop());
    world.loop.finish();
    CHECK(world.status().state == upstream_state::stopped);
    world.stop(); // of one that does not run
    CHECK(text_of(world.call("echo")) == "{}");
}

TEST_CASE("a_stop_of_a_child_that_never_ran_changes_nothing") {
    child_world world{fake_options()};
    world.stop();
    CHECK(world.status().state == upstream_state::not_started);
}

TEST_CASE("a_stop_fails_the_calls_in_flight") {
    child_world world{fake_options()};
    world.must_start();
    auto& call = world.begin(tool_call("never"));
    world.stop();
    CHECK(world.end(call).error().code == errc::connection_lost);
    CHECK(world.status().pid == 0);
}

TEST_CASE("a_child_that_was_stopped_is_started_by_the_next_call") {
    child_world world{fake_options()};
    world.must_start();
    const auto first = world.pid();
    world.stop();
    CHECK(text_of(world.call("echo")) == "{}");
    CHECK(world.pid() != first);
    CHECK(world.status().restarts == 1);
}

TEST_CASE("closing_a_child_while_it_starts_ends_it_for_good") {
    child_world world{fake_options({"--silent"})};
    auto& call = world.begin(tool_call("echo"));
    const process_probe probe{world.pid()};
    world.loop.await(world.get().close());
    CHECK(probe.has_ended());
    CHECK(world.end(call).error().code == errc::gateway_stopping);
    CHECK(world.call("echo").error().code == errc::gateway_stopping);
    world.get().life().keep_running();
    CHECK(world.status().pid == 0);
    CHECK(has_no_children());
}

TEST_CASE("many_lives_leave_no_descriptor_and_no_zombie") {
    child_world world{fake_options()};
    world.must_start(); // what is opened once, such as the event loop's own, is open now
    world.stop();
    const auto descriptors = count_descriptors();
    for (int life = 0; life < 200; ++life) {
        world.must_start();
        if (life % 4 == 0) {
            world.stop();
            continue;
        }
        // Deaths of different kinds, with a call in flight.
        const auto* const death = life % 4 == 1 ? "half" : life % 4 == 2 ? "die" : "garbage";
        CHECK(world.call(death, R"({"code":1,"count":500})").has_error());
        world.run_until_state(upstream_state::failed);
        world.stop(); // ends the back-off
    }
    CHECK(count_descriptors() == descriptors);
    CHECK(has_no_children());
    CHECK(world.status().restarts == 200);
}
