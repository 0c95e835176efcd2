// SPDX-License-Identifier: Apache-2.0
#include "children/link/call_clock.hpp"

#include "children/link/call_frame.hpp"
#include "tests/support/io_loop.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>

using namespace mcpgw;
using namespace std::chrono_literals;
using mcpgw::io_test::io_loop;
using mcpgw::io_test::patience;

namespace {

/// For a deadline that must not come while the test is still busy with what is before it.
constexpr std::chrono::milliseconds not_yet{200};

std::string answer_to(multiplexer::upstream_id id) {
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{{}}}})", id);
}

std::string progress_of(multiplexer::upstream_id id) {
    return fmt::format(R"({{"jsonrpc":"2.0","method":"notifications/progress",)"
                       R"("params":{{"progressToken":{},"progress":1}}}})",
                       id);
}

/// Asks its client something, so that the time stands still, until it is looked at once.
struct asking_observer final : call_observer {
    void on_progress(std::string_view, const envelope&) override {}
    void on_log(std::string_view, const envelope&) override {}
    result<std::shared_ptr<question>> ask(std::string_view, std::string_view) override {
        return errc::session_error;
    }
    [[nodiscard]] bool is_waiting_for_client() const override { return ++looks == 1; }
    [[nodiscard]] owner_id owner() const override { return 1; }

    mutable int looks = 0;
};

/// The calls of one connection, their clock and the loop.
struct clocked_calls {
    io_loop loop;
    multiplexer table{8};
    std::optional<call_clock> clock{std::in_place, loop.ex(), table};

    /// Runs the loop until nothing is left that could happen. False: something is.
    bool comes_to_rest() {
        loop.io.restart();
        loop.io.run_for(patience);
        return loop.io.stopped();
    }
};

/// A call in the table, as links have it, and what became of it.
struct waiter {
    waiter(clocked_calls& of, std::chrono::milliseconds quiet,
           clock_type::time_point deadline = clock_type::time_point::max(),
           std::shared_ptr<call_observer> observer = nullptr)
        : calls(of)
        , frame(of.loop.ex(), *of.clock, answer_delivery::by_the_loop,
                {clock_type::now(), quiet, deadline}, std::move(observer), 1) {
        const auto added = calls.table.try_add(frame);
        REQUIRE(added.has_value());
        id = *added;
        REQUIRE(calls.loop.tasks.spawn(wait(*this)));
        calls.loop.poll();
    }
    ~waiter() { calls.table.remove(id); }
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;

    static task<> wait(waiter& w) {
        const abort_signal::listener on_abort{w.abort, [&w] {
                                                  w.frame.wake();
                                              }};
        w.frame.begin();
        std::optional<call_end> how;
        while (!how) {
            co_await w.frame.woken();
            how = w.frame.end(w.abort);
        }
        w.calls.table.remove(w.id);
        w.end = how;
        w.ended_at = clock_type::now();
    }
    void answer() {
        calls.table.on_line(answer_to(id));
        calls.loop.poll();
    }
    /// Runs the loop until it has ended.
    bool comes_to_its_end() {
        const auto limit = clock_type::now() + patience;
        calls.loop.io.restart();
        while (!end && clock_type::now() < limit) calls.loop.io.run_one_until(limit);
        return end.has_value();
    }

    clocked_calls& calls;
    call_frame frame;
    abort_signal abort;
    multiplexer::upstream_id id = 0;
    std::optional<call_end> end;
    clock_type::time_point ended_at;
};

} // namespace

TEST_CASE("a_call_is_given_up_at_its_deadline_and_not_before") {
    clocked_calls calls;
    waiter quiet{calls, 5ms};
    const auto quiet_until = quiet.frame.deadline();
    const auto last = clock_type::now() + 10ms;
    waiter limited{calls, 1h, last};
    REQUIRE(quiet.comes_to_its_end());
    CHECK(quiet.end == call_end::quiet_too_long);
    CHECK(quiet.ended_at >= quiet_until);
    REQUIRE(limited.comes_to_its_end());
    CHECK(limited.end == call_end::too_long_in_all);
    CHECK(limited.ended_at >= last);
    CHECK(calls.comes_to_rest());
}

TEST_CASE("the_earliest_deadline_comes_first_in_whatever_order_the_calls_began") {
    clocked_calls calls;
    waiter last{calls, 2h};
    waiter first{calls, 1ms};
    waiter never{calls, 1h};
    REQUIRE(first.comes_to_its_end());
    waiter next{calls, 10ms}; // earlier than all that wait now
    const auto next_until = next.frame.deadline();
    REQUIRE(next.comes_to_its_end());
    CHECK(next.ended_at >= next_until);
    CHECK_FALSE(last.end.has_value());
    CHECK_FALSE(never.end.has_value());
    never.answer();
    last.answer();
    CHECK(last.end == call_end::answered);
    CHECK(never.end == call_end::answered);
}

TEST_CASE("the_deadline_that_comes_next_is_kept_when_an_earlier_one_has_passed") {
    clocked_calls calls;
    waiter later{calls, 40ms}; // which the clock has not looked at when the first one ends
    waiter first{calls, 1ms};
    const auto later_until = later.frame.deadline();
    REQUIRE(first.comes_to_its_end());
    REQUIRE(later.comes_to_its_end());
    CHECK(later.end == call_end::quiet_too_long);
    CHECK(later.ended_at >= later_until);
}

TEST_CASE("progress_puts_off_a_deadline_that_the_clock_was_told_before") {
    clocked_calls calls;
    waiter call{calls, not_yet};
    const auto first_deadline = call.frame.deadline();
    timer half_way{calls.loop.ex(), first_deadline - not_yet / 2};
    half_way.async_wait([&](const boost::system::error_code&) {
        calls.table.on_line(progress_of(call.id)); // the clock hears nothing of it
    });
    REQUIRE(call.comes_to_its_end());
    CHECK(call.frame.deadline() >= first_deadline + not_yet / 2);
    CHECK(call.ended_at >= call.frame.deadline());
}

TEST_CASE("a_call_whose_client_is_being_asked_gets_its_time_once_more") {
    clocked_calls calls;
    const auto observer = std::make_shared<asking_observer>();
    waiter call{calls, 5ms, clock_type::time_point::max() - 1h, observer};
    const auto first_deadline = call.frame.deadline();
    REQUIRE(call.comes_to_its_end());
    CHECK(call.end == call_end::quiet_too_long);
    CHECK(observer->looks == 2);
    CHECK(call.ended_at >= first_deadline + 5ms);
}

TEST_CASE("a_call_that_has_ended_is_not_told_when_its_deadline_comes") {
    clocked_calls calls;
    auto answered = std::make_unique<waiter>(calls, not_yet);
    auto given_up = std::make_unique<waiter>(calls, not_yet);
    waiter waiting{calls, 1h};
    answered->answer();
    given_up->abort.abort(fault{errc::call_cancelled});
    REQUIRE(given_up->comes_to_its_end());
    CHECK(answered->end == call_end::answered);
    CHECK(given_up->end == call_end::aborted);
    const auto passed = given_up->frame.deadline();
    answered.reset(); // a clock that told them anything now would touch what is gone
    given_up.reset();
    waiter probe{calls, not_yet};
    REQUIRE(probe.comes_to_its_end());
    CHECK(clock_type::now() >= passed);
    CHECK_FALSE(waiting.end.has_value());
    waiting.answer();
}

TEST_CASE("no_timer_is_left_when_no_call_waits") {
    clocked_calls calls;
    auto call = std::make_unique<waiter>(calls, not_yet);
    call->answer();
    call.reset();
    CHECK(calls.comes_to_rest()); // the timer fires once more, for nobody
    waiter next{calls, 5ms};      // and is set again for the next one
    REQUIRE(next.comes_to_its_end());
    CHECK(next.end == call_end::quiet_too_long);
    CHECK(calls.comes_to_rest());
}

TEST_CASE("no_timer_is_left_of_a_connection_that_has_ended") {
    clocked_calls calls;
    {
        waiter call{calls, 1h};
        calls.table.fail_all({errc::connection_lost});
        REQUIRE(call.comes_to_its_end());
    }
    calls.clock.reset();
    CHECK(calls.comes_to_rest());
}
