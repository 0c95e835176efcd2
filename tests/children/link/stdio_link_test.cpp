// SPDX-License-Identifier: Apache-2.0
// Faults of a child's pipes, seen through a child.
#include "children/link/stdio_link.hpp"

#include "tests/support/child_world.hpp"
#include "tests/support/process_probe.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <csignal>
#include <set>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

constexpr std::chrono::milliseconds short_time{60};

upstream_call with_progress(upstream_call request) {
    request.wants_progress = true;
    return request;
}

upstream_call with_timeout(upstream_call request, std::chrono::milliseconds timeout) {
    request.timeout = timeout;
    return request;
}

bool contains(std::string_view text, std::string_view part) {
    INFO(text);
    return text.find(part) != std::string_view::npos;
}

/// Ends a process that escaped from its group when the test ends.
struct escaped_process {
    explicit escaped_process(pid_t pid) : probe(pid) {}
    ~escaped_process() { ::kill(probe.pid(), SIGKILL); }
    process_probe probe;
};

pid_t grandchild_of(child_world& world) {
    const auto report = json_of(world.call("surroundings"));
    return static_cast<pid_t>(report.at("grandchild").as_int64());
}

} // namespace

TEST_CASE("an_answer_comes_back_byte_for_byte") {
    child_world world{fake_options()};
    const auto answer = world.call("echo", R"({"big":12345678901234567890,"one":1.0,"e":1E400})");
    CHECK(text_of(answer) == R"({"big":12345678901234567890,"one":1.0,"e":1E400})");
}

TEST_CASE("many_calls_are_in_flight_on_one_pipe_and_each_gets_its_own_answer") {
    child_world world{fake_options()};
    world.must_start();
    std::vector<running_call*> calls;
    for (int i = 0; i < 500; ++i) calls.push_back(&world.begin(tool_call("hold")));
    CHECK(world.status().calls_in_flight == 500);
    world.call("release"); // answered newest first
    std::set<std::string> texts;
    for (auto* const call : calls) texts.insert(text_of(world.end(*call)));
    CHECK(texts.size() == 500);
    CHECK(world.status().calls_in_flight == 0);
}

TEST_CASE("ids_and_progress_tokens_are_the_gateways_own_and_progress_finds_its_call") {
    child_world world{fake_options()};
    world.must_start();
    auto& first = world.begin(with_progress(tool_call("progress", R"({"count":2})")));
    auto& second = world.begin(with_progress(tool_call("progress", R"({"count":3})")));
    auto& without = world.begin(tool_call("echo"));
    const auto token_1 = text_of(world.end(first));
    const auto token_2 = text_of(world.end(second));
    world.end(without);
    CHECK(token_1 != token_2);
    CHECK(first.observer->progress.size() == 2);
    CHECK(second.observer->progress.size() == 3);
    CHECK(without.observer->progress.empty());
    for (const auto& line : second.observer->progress)
        CHECK(contains(line, fmt::format(R"("progressToken":{},)", token_2)));
    CHECK(std::to_string(json::parse(first.answer->value().line.view()).at("id").as_int64()) ==
          token_1);
}

TEST_CASE("a_child_that_writes_single_bytes_is_understood") {
    child_world world{fake_options({"--bytes", "--tools=3"})};
    CHECK(text_of(world.call("echo", R"({"text":"h\u00e9llo"})")) == R"({"text":"h\u00e9llo"})");
    CHECK(world.get().lists().tools.size() == 3);
}

TEST_CASE("a_child_that_prints_garbage_before_and_between_messages_is_understood") {
    child_world world{fake_options({"--garbage-before=50", "--garbage-between"})};
    CHECK(text_of(world.call("echo", R"({"n":1})")) == R"({"n":1})");
    CHECK(text_of(world.call("garbage", R"({"count":60})")) == "after garbage");
    CHECK(world.status().garbage_lines > 110);
    CHECK(world.status().restarts == 0);
}

TEST_CASE("a_child_that_prints_nothing_but_garbage_fails_with_the_reason") {
    child_world world{fake_options()};
    const auto answer = world.call("garbage", R"({"count":101})");
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == errc::server_failed);
    CHECK(contains(answer.error().message(), "101 lines in a row"));
    world.run_until_state(upstream_state::failed);
    CHECK(contains(world.status().last_error, "is it an MCP server over stdio?"));
}

TEST_CASE("a_child_that_answers_twice_confuses_no_other_call") {
    child_world world{fake_options()};
    world.must_start();
    auto& first = world.begin(tool_call("twice"));
    auto& second = world.begin(tool_call("echo", R"({"n":2})"));
    CHECK(text_of(world.end(first)) == "first");
    CHECK(text_of(world.end(second)) == R"({"n":2})");
    for (int i = 0; i < 5; ++i) {
        CHECK(text_of(world.call("twice")) == "first");
        CHECK(text_of(world.call("echo")) == "{}");
    }
}

TEST_CASE("answers_and_progress_with_unknown_ids_are_dropped") {
    child_world world{fake_options()};
    auto& call = world.begin(with_progress(tool_call("strangers")));
    CHECK(text_of(world.end(call)) == "the same digits as a string"); // and "yours" comes too late
    CHECK(call.observer->progress.empty());
    CHECK(world.status().garbage_lines == 0);
}

TEST_CASE("a_call_that_is_never_answered_times_out_and_the_child_is_told") {
    child_world world{fake_options()};
    world.must_start();
    const auto answer = world.call(with_timeout(tool_call("never"), short_time));
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == errc::call_timed_out);
    CHECK(contains(answer.error().message(), "within 60 ms"));
    CHECK(json_of(world.call("cancelled")).as_array().size() == 1);
    CHECK(world.status().calls_in_flight == 0);
}

TEST_CASE("a_tool_has_a_time_of_its_own_and_the_others_keep_theirs") {
    auto options = fake_options();
    options.tools["never"].call_timeout = short_time;
    child_world world{options};
    auto request = tool_call("never");
    request.tool = "never";
    const auto answer = world.call(std::move(request));
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == errc::call_timed_out);
    CHECK(contains(answer.error().message(), "tools.never.timeout"));
    CHECK(json_of(world.call("cancelled")).as_array().size() == 1);
}

TEST_CASE("a_call_whose_time_is_over_is_not_even_sent") {
    child_world world{fake_options()};
    world.must_start();
    auto request = tool_call("echo");
    request.deadline = clock_type::now();
    const auto answer = world.call(std::move(request));
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == errc::call_timed_out);
    const auto lines = json_of(world.call("received")).as_array();
    CHECK(std::ranges::count_if(lines, [](const auto& line) {
              return line.at("method") == "tools/call";
          }) == 1); // the one that asks for them
}

TEST_CASE("a_call_that_its_client_cancels_ends_at_once_and_the_child_is_told") {
    child_world world{fake_options()};
    world.must_start();
    auto& call = world.begin(tool_call("never"));
    call.abort.abort(fault{errc::call_cancelled, "the user said \"stop\""});
    const auto answer = world.end(call);
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == errc::call_cancelled);
    const auto lines = json_of(world.call("received")).as_array();
    const auto& told = lines[lines.size() - 2];
    CHECK(told.at("method") == "notifications/cancelled");
    CHECK(told.at("params").at("reason") == "the user said \"stop\"");
    CHECK(told.at("params").at("requestId") == lines[lines.size() - 3].at("id"));
}

TEST_CASE("a_call_that_was_cancelled_before_it_began_is_never_answered") {
    child_world world{fake_options()};
    world.must_start();
    abort_signal abort;
    abort.abort(errc::call_cancelled);
    const auto end = world.loop.await(world.get().places().call(tool_call("echo"), nullptr, abort));
    REQUIRE(end.has_error());
    CHECK(end.error().code == errc::call_cancelled);
}

TEST_CASE("a_late_answer_finds_nobody_and_disturbs_nobody") {
    child_world world{fake_options()};
    world.must_start();
    const auto late = world.call(with_timeout(tool_call("hold"), short_time));
    CHECK(late.error().code == errc::call_timed_out);
    auto& next = world.begin(tool_call("hold")); // in the same slot
    world.call("release");
    const auto own_id = json::parse(world.end(next).value().line.view()).at("id").as_int64();
    CHECK(text_of(world.end(next)) == fmt::format("released {}", own_id));
}

TEST_CASE("a_call_whose_coroutine_is_ended_from_outside_leaves_nothing_behind") {
    // So does the stop of a listener with the connections that are left.
    child_world world{fake_options()};
    world.must_start();
    task_group connections{world.loop.get_executor(), 8};
    abort_signal abort;
    std::optional<answer_or_fault> answer;
    REQUIRE(connections.spawn(
        process_loop::store(world.get().places().call(tool_call("hold"), nullptr, abort), answer)));
    world.loop.run_until([&world] { return world.status().calls_in_flight == 1; });
    connections.cancel_all();
    world.loop.run_until([&connections] { return connections.size() == 0; });
    CHECK_FALSE(answer.has_value());
    CHECK(world.status().calls_in_flight == 0);
    CHECK(text_of(world.call("release")) == "all released"); // and the late answer is dropped
}

TEST_CASE("a_child_that_dies_in_mid_line_fails_its_calls_with_its_last_words") {
    child_world world{fake_options()};
    world.must_start();
    const auto first_pid = world.pid();
    auto& other = world.begin(tool_call("hold"));
    const auto answer = world.call("half");
    for (const auto& failed : {answer, world.end(other)}) {
        REQUIRE(failed.has_error());
        CHECK(failed.error().code == errc::connection_lost);
        CHECK(contains(failed.error().message(), "exited with code 5"));
        CHECK(contains(failed.error().message(), "out of paper"));
    }
    world.run_until_state(upstream_state::failed);
    CHECK(world.status().stderr_lines == std::vector<std::string>{"first words", "out of paper"});
    // The next call starts it again, as soon as the back-off is over.
    auto again = world.call("echo");
    while (again.has_error() && again.error().code == errc::server_failed)
        again = world.call("echo");
    CHECK(text_of(again) == "{}");
    CHECK(world.status().restarts == 1);
    CHECK(world.pid() != first_pid);
}

TEST_CASE("a_child_that_floods_stderr_neither_blocks_nor_grows_without_bound") {
    child_world world{fake_options()};
    CHECK(text_of(world.call("flood", R"({"bytes":8000000})")) == "flooded");
    world.loop.run_until([&world] {
        const auto lines = world.status().stderr_lines;
        return !lines.empty() && lines.back() == "the last drop";
    });
    const auto lines = world.status().stderr_lines;
    CHECK(lines.size() == 50);
    for (const auto& line : lines) CHECK(line.size() <= 1024);
}

TEST_CASE("a_line_of_50_mb_passes_where_the_limit_is_higher") {
    auto options = fake_options();
    options.limits.line_bytes_max = 64U << 20U;
    child_world world{options};
    const auto answer = world.call("large", R"({"bytes":50000000})");
    REQUIRE(answer.has_value());
    CHECK(answer->line.size() > 50'000'000);
    CHECK(text_of(world.call("echo")) == "{}");
}

TEST_CASE("a_line_of_50_mb_is_refused_with_the_name_of_the_limit_where_that_is_lower") {
    auto options = fake_options();
    options.limits.line_bytes_max = 1U << 20U;
    options.stop_grace = long_enough; // it must not take a rung of the stop ladder
    child_world world{options};
    CHECK(text_of(world.call("large", R"({"bytes":1000000})")).size() == 1'000'000);
    const auto answer = world.call("large", R"({"bytes":50000000})");
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == errc::server_failed);
    CHECK(contains(answer.error().message(), "limits.line_bytes_max"));
    CHECK(contains(answer.error().message(), "1048576 bytes"));
    CHECK(world.status().state == upstream_state::running);
    CHECK(text_of(world.call("echo")) == "{}");
}

TEST_CASE("a_child_that_ignores_eof_and_sigterm_is_killed_and_its_calls_end") {
    auto options = fake_options({"--ignore-eof", "--ignore-sigterm"});
    options.stop_grace = short_time;
    child_world world{options};
    world.must_start();
    const process_probe probe{world.pid()};
    auto& call = world.begin(tool_call("hold"));
    world.stop();
    CHECK(probe.has_ended());
    const auto answer = world.end(call);
    CHECK(answer.error().code == errc::connection_lost);
    CHECK(contains(answer.error().message(), "was ended by signal 9"));
    CHECK(world.status().state == upstream_state::stopped);
}

TEST_CASE("a_grandchild_that_holds_stdout_ends_with_the_child") {
    child_world world{fake_options({"--grandchild=group"})};
    const process_probe grandchild{grandchild_of(world)};
    const auto answer = world.call("die", R"({"code":2,"say":"gone"})");
    CHECK(answer.error().code == errc::connection_lost);
    CHECK(contains(answer.error().message(), "exited with code 2"));
    CHECK(grandchild.has_ended(long_enough));
}

TEST_CASE("a_grandchild_that_left_the_group_and_holds_stdout_cannot_hang_a_call") {
    child_world world{fake_options({"--grandchild=setsid"})};
    const escaped_process grandchild{grandchild_of(world)};
    const auto answer = world.call("die", R"({"code":2,"say":"gone"})");
    CHECK(answer.error().code == errc::connection_lost);
    CHECK(contains(answer.error().message(), "exited with code 2"));
    CHECK(contains(answer.error().message(), "gone"));
    CHECK_FALSE(grandchild.probe.has_ended());
    world.run_until_state(upstream_state::failed);
}

TEST_CASE("a_child_that_closes_its_stdin_is_ended_instead_of_letting_every_call_time_out") {
    auto options = fake_options();
    options.stop_grace = short_time;
    child_world world{options};
    CHECK(text_of(world.call("close_stdin")) == "closed");
    const auto answer = world.call("echo");
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == errc::connection_lost);
}

TEST_CASE("a_child_that_closes_its_stdout_is_ended") {
    auto options = fake_options({"--ignore-eof"});
    options.stop_grace = short_time;
    child_world world{options};
    const auto answer = world.call("close_stdout");
    CHECK(answer.error().code == errc::connection_lost);
    CHECK(contains(answer.error().message(), "closed its stdout, and so was ended"));
}

TEST_CASE("calls_beyond_the_limit_in_flight_are_refused_and_room_is_made_again") {
    auto options = fake_options();
    options.limits.calls_in_flight_max = 2;
    options.pool.queue_timeout = std::chrono::milliseconds{1};
    child_world world{options};
    world.must_start();
    auto& first = world.begin(tool_call("hold"));
    auto& second = world.begin(tool_call("hold"));
    const auto refused = world.call("echo");
    CHECK(refused.error().code == errc::server_busy);
    first.abort.abort(errc::call_cancelled);
    world.end(first);
    text_of(world.call("release"));
    text_of(world.end(second));
}

TEST_CASE("no_line_gets_into_the_middle_of_another_while_the_child_does_not_read") {
    struct given_up_calls {
        std::size_t count, bytes;
    };
    // A long line, of which the socket takes a part, and short ones until it takes no more.
    for (const auto& [count, bytes] : {given_up_calls{1, 1'000'000}, given_up_calls{400, 3'000}}) {
        child_world world{fake_options()};
        world.must_start();
        const auto text = fmt::format(R"({{"text":"{}"}})", std::string(bytes, 't'));
        const auto pid = world.pid();
        REQUIRE(::kill(pid, SIGSTOP) == 0);
        for (std::size_t i = 0; i < count; ++i) { // one at a time
            auto& given_up = world.begin(tool_call("echo", text));
            given_up.abort.abort(errc::call_cancelled);
            REQUIRE(world.end(given_up).error().code == errc::call_cancelled); // told the child
        }
        REQUIRE(::kill(pid, SIGCONT) == 0);
        for (const std::string small : {R"({"n":1})", R"({"n":2})"})
            CHECK(text_of(world.call("echo", small)) == small);
        CHECK(world.status().garbage_lines == 0);
    }
}

TEST_CASE("a_child_that_does_not_read_makes_calls_fail_instead_of_filling_memory") {
    auto options = fake_options();
    options.limits.write_queue_bytes_max = 100'000;
    child_world world{options};
    world.must_start();
    const auto pid = world.pid();
    REQUIRE(::kill(pid, SIGSTOP) == 0);
    const auto text = fmt::format(R"({{"text":"{}"}})", std::string(60'000, 't'));
    std::vector<running_call*> calls;
    for (int i = 0; i < 50; ++i) calls.push_back(&world.begin(tool_call("echo", text)));
    REQUIRE(::kill(pid, SIGCONT) == 0);
    int refused = 0;
    for (auto* const call : calls) {
        const auto answer = world.end(*call);
        if (answer.has_value()) {
            CHECK(text_of(answer) == text);
            continue;
        }
        CHECK(answer.error().code == errc::server_busy);
        CHECK(contains(answer.error().message(), "does not read its input fast enough"));
        ++refused;
    }
    CHECK(refused > 30); // the pipe and one batch hold a few
    CHECK(refused < 50);
}
