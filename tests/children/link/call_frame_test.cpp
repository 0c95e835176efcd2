// SPDX-License-Identifier: Apache-2.0
// When the one who waits for an answer goes on.
#include "children/link/call_frame.hpp"

#include "children/link/call_clock.hpp"
#include "tests/support/child_world.hpp"
#include "tests/support/io_loop.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace mcpgw;
using namespace mcpgw::child_test;
using namespace std::chrono_literals;
using mcpgw::io_test::io_loop;

namespace {

std::string answer_to(multiplexer::upstream_id id) {
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{{"of":{}}}}})", id, id);
}

/// The calls of one connection. Each waits in a coroutine, as links have it.
struct waiting_calls {
    explicit waiting_calls(answer_delivery how) : delivery(how) {}
    ~waiting_calls() {
        table.fail_all({errc::connection_lost});
        loop.finish();
    }

    multiplexer::upstream_id begin() {
        REQUIRE(loop.tasks.spawn(wait(*this)));
        loop.poll();
        return newest;
    }
    static task<> wait(waiting_calls& calls) {
        abort_signal never;
        const call_time time{clock_type::now(), 1h, clock_type::time_point::max()};
        call_frame frame{calls.loop.ex(), calls.clock, calls.delivery, time, nullptr, 1};
        calls.newest = *calls.table.try_add(frame);
        while (!frame.end(never)) co_await frame.woken();
        const auto outcome = frame.take_outcome();
        calls.outcomes.emplace_back(outcome.has_error() ? "failed" : std::string{outcome->line});
        if (calls.successors == 0) co_return;
        --calls.successors;
        calls.loop.tasks.spawn(wait(calls)); // before the table has returned
    }

    answer_delivery delivery;
    io_loop loop;
    multiplexer table{8};
    call_clock clock{loop.ex(), table};
    multiplexer::upstream_id newest = 0;
    std::vector<std::string> outcomes;
    std::size_t successors = 0; ///< calls that begin as soon as another has its answer
};

/// Stops the server as soon as the call has its answer.
task<> call_and_stop(child_world& world, abort_signal& never, std::optional<std::string>& text) {
    const auto request = tool_call("hold");
    auto answer = co_await world.get().places().call(request, nullptr, never);
    text = text_of(answer);
    co_await world.get().life().stop();
}

} // namespace

TEST_CASE("an_answer_at_once_is_taken_before_the_next_line_is_looked_at") {
    waiting_calls calls{answer_delivery::at_once};
    const auto id = calls.begin();
    calls.table.on_line(answer_to(id));
    CHECK(calls.outcomes == std::vector{answer_to(id)});
}

TEST_CASE("an_answer_by_the_loop_is_taken_when_the_loop_comes_to_it") {
    waiting_calls calls{answer_delivery::by_the_loop};
    const auto id = calls.begin();
    calls.table.on_line(answer_to(id));
    CHECK(calls.outcomes.empty());
    calls.loop.poll();
    CHECK(calls.outcomes == std::vector{answer_to(id)});
}

TEST_CASE("a_call_may_begin_within_the_answer_to_another") {
    waiting_calls calls{answer_delivery::at_once};
    const auto id = calls.begin();
    calls.successors = 20; // more than there were slots
    calls.table.on_line(answer_to(id));
    CHECK(calls.outcomes == std::vector{answer_to(id)});
    calls.loop.poll();
    CHECK(calls.table.size() == 1);
    calls.successors = 0;
}

TEST_CASE("all_calls_of_a_link_that_fails_hear_of_it_by_the_loop") {
    waiting_calls calls{answer_delivery::at_once};
    calls.begin();
    calls.begin();
    calls.table.fail_all({errc::connection_lost});
    CHECK(calls.outcomes.empty());
    calls.loop.poll();
    CHECK(calls.outcomes.size() == 2);
}

TEST_CASE("a_server_may_be_stopped_within_an_answer_while_more_of_its_output_is_there") {
    child_world world{fake_options()};
    world.must_start();
    std::vector<running_call*> calls;
    for (int i = 0; i < 50; ++i) calls.push_back(&world.begin(tool_call("hold")));
    abort_signal never;
    std::optional<std::string> first;
    world.loop.spawn(call_and_stop(world, never, first));
    world.loop.poll();
    auto& release = world.begin(tool_call("release")); // answered newest first, in one write
    for (auto* const call : calls) world.end(*call);
    world.end(release);
    REQUIRE(first.has_value());
    CHECK(first->starts_with("released"));
    world.run_until_state(upstream_state::stopped);
}
