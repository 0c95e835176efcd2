// SPDX-License-Identifier: Apache-2.0
#include "transports/session/question.hpp"

#include "tests/support/io_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <optional>
#include <string>

using mcpgw::clock_type;
using mcpgw::errc;
using mcpgw::fault;
using mcpgw::question;
using mcpgw::result;
using mcpgw::task;
using mcpgw::io_test::io_loop;

namespace {

constexpr auto never = clock_type::time_point::max();
using answer = std::optional<result<std::string>>;

task<> wait(std::shared_ptr<question> asked, clock_type::time_point deadline, answer& out) {
    out = co_await asked->wait(deadline);
}

} // namespace

TEST_CASE("an_answer_before_the_wait_is_kept") {
    io_loop loop;
    const auto asked = std::make_shared<question>(loop.ex());
    CHECK_FALSE(asked->is_settled());
    asked->settle(std::string{R"({"action":"accept"})"});
    CHECK(asked->is_settled());
    answer out;
    loop.run(wait(asked, never, out));
    CHECK(out->value() == R"({"action":"accept"})");
}

TEST_CASE("an_answer_during_the_wait_ends_it_and_the_first_one_counts") {
    io_loop loop;
    const auto asked = std::make_shared<question>(loop.ex());
    answer out;
    REQUIRE(loop.tasks.spawn(wait(asked, never, out)));
    loop.poll();
    CHECK_FALSE(out.has_value());
    asked->settle(std::string{"1"});
    asked->settle(std::string{"2"});
    asked->settle(fault{errc::gateway_stopping});
    loop.finish();
    CHECK(out->value() == "1");
}

TEST_CASE("a_question_without_an_answer_times_out") {
    io_loop loop;
    const auto asked = std::make_shared<question>(loop.ex());
    answer out;
    loop.run(wait(asked, clock_type::now() + std::chrono::milliseconds{5}, out));
    CHECK(out->error().code == errc::call_timed_out);
    asked->settle(std::string{"late"}); // nobody waits any more; must do no harm
}

TEST_CASE("a_question_may_end_with_a_fault") {
    io_loop loop;
    const auto asked = std::make_shared<question>(loop.ex());
    answer out;
    REQUIRE(loop.tasks.spawn(wait(asked, never, out)));
    loop.poll();
    asked->settle(fault{errc::session_error, "the session ended"});
    loop.finish();
    CHECK(out->error().code == errc::session_error);
    CHECK(out->error().detail == "the session ended");
}
