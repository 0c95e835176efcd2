// SPDX-License-Identifier: Apache-2.0
#include "transports/session/open_questions.hpp"

#include "protocol/json/json_members.hpp"
#include "tests/support/io_loop.hpp"
#include "tests/support/recording_handler.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

using mcpgw::errc;
using mcpgw::fault;
using mcpgw::find_member;
using mcpgw::open_questions;
using mcpgw::question_group;
using mcpgw::io_test::id_of;
using mcpgw::io_test::io_loop;

namespace {

struct world {
    io_loop loop;
    std::optional<open_questions> open{loop.ex()};
    std::vector<std::string> told;

    open_questions::outgoing ask() {
        return open
            ->make("elicitation/create", R"({"message":"sure?"})",
                   [this](std::string line) { told.push_back(std::move(line)); })
            .value();
    }
    bool respond(const std::string& id) {
        const auto text = mcpgw::make_response(id, "{}");
        return open->on_response(text, mcpgw::scan_envelope(text).value());
    }
};

mcpgw::task<> wait_until(std::shared_ptr<mcpgw::question> asked,
                         mcpgw::clock_type::time_point deadline) {
    const auto answer = co_await asked->wait(deadline);
    CHECK(answer.error().code == errc::call_timed_out);
}

} // namespace

TEST_CASE("a_question_that_is_withdrawn_is_withdrawn_at_the_client") {
    world w;
    const auto asked = w.ask();
    asked.pending->settle(fault{errc::call_cancelled, "not \"needed\""});
    REQUIRE(w.told.size() == 1);
    const auto& line = w.told.front();
    CHECK(mcpgw::scan_envelope(line).has_value());
    CHECK(find_member(line, "method") == "\"notifications/cancelled\"");
    CHECK(find_member(find_member(line, "params"), "requestId") == id_of(asked.line));
    CHECK(find_member(find_member(line, "params"), "reason") == R"("not \"needed\"")");
    CHECK_FALSE(w.respond(id_of(asked.line))); // too late
    asked.pending->settle(fault{errc::call_cancelled});
    CHECK(w.told.size() == 1);
}

TEST_CASE("a_question_without_an_answer_in_time_is_withdrawn") {
    world w;
    const auto asked = w.ask();
    w.loop.run(wait_until(asked.pending, mcpgw::clock_type::now()));
    CHECK(w.told.size() == 1);
}

TEST_CASE("nobody_is_told_of_a_question_that_the_client_answered") {
    world w;
    const auto asked = w.ask();
    CHECK(w.respond(id_of(asked.line)));
    CHECK(asked.pending->is_settled());
    CHECK(w.told.empty());
}

TEST_CASE("nobody_is_told_when_the_client_is_gone") {
    world w;
    const auto failed = w.ask();
    w.open->fail_all(errc::gateway_stopping);
    CHECK(failed.pending->is_settled());
    const auto orphan = w.ask();
    w.open.reset(); // the session may go before those who wait
    orphan.pending->settle(fault{errc::call_cancelled});
    CHECK(w.told.empty());
}

TEST_CASE("the_questions_of_a_request_are_withdrawn_with_it_unless_they_are_settled") {
    world w;
    const auto answered = w.ask();
    const auto open = w.ask();
    {
        question_group group;
        group.add(answered.pending);
        CHECK(w.respond(id_of(answered.line)));
        group.add(open.pending);
    }
    CHECK(open.pending->is_settled());
    REQUIRE(w.told.size() == 1);
    CHECK(w.told.front().find(id_of(open.line)) != std::string::npos);
}

TEST_CASE("open_questions_are_limited_and_a_settled_one_makes_room") {
    world w;
    std::vector<open_questions::outgoing> asked;
    for (std::size_t i = 0; i < open_questions::questions_max; ++i) asked.push_back(w.ask());
    CHECK(w.open->make("roots/list", "", {}).error().code == errc::server_busy);
    asked.front().pending->settle(fault{errc::call_timed_out});
    CHECK(w.open->make("roots/list", "", {}).has_value());
}
