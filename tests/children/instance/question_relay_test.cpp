// SPDX-License-Identifier: Apache-2.0
// What a child says and asks by itself; the code under test is
// children/instance/question_relay.cpp.
#include "tests/support/child_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

constexpr std::string_view elicit = R"({"method":"elicitation/create","params":{"message":"Ok?"}})";
constexpr std::string_view sample =
    R"({"method":"sampling/createMessage","params":{"maxTokens":7}})";
constexpr std::string_view roots = R"({"method":"roots/list","params":{}})";

/// The question that this call's client is asked.
question& asked_of(child_world& world, running_call& call) {
    world.loop.run_until([&call] { return !call.observer->questions.empty(); });
    return *call.observer->questions.front();
}

std::string name_of(const json::value& error) {
    return std::string{error.at("data").at("code").as_string()};
}

} // namespace

TEST_CASE("of_questions_that_come_together_only_one_is_refused_and_the_others_find_their_clients") {
    auto options = fake_options();
    options.interactive = interactivity::no; // so that everything goes to the same process
    options.question_hold_timeout = std::chrono::milliseconds{30};
    child_world world{options};
    world.must_start();
    auto& first = world.begin(tool_call("ask", elicit));
    auto& second = world.begin(tool_call("ask", elicit));
    world.loop.run_until([&] { return first.answer || second.answer; });
    auto& left = first.answer ? second : first;
    asked_of(world, left).settle(std::string{R"({"action":"decline"})"});
    CHECK(text_of(world.end(left)) == R"({"action":"decline"})");
}

TEST_CASE("a_question_goes_to_the_client_whose_call_is_in_flight_and_its_answer_comes_back") {
    for (const auto arguments : {elicit, sample, roots}) {
        child_world world{fake_options()};
        auto& call = world.begin(tool_call("ask", arguments));
        auto& question = asked_of(world, call);
        const auto expected = json::parse(arguments);
        CHECK(call.observer->methods.front() == expected.at("method").as_string());
        CHECK(json::parse(call.observer->params.front()) == expected.at("params"));
        question.settle(std::string{R"({"action":"accept","content":{"n":1.0}})"});
        CHECK(text_of(world.end(call)) == R"({"action":"accept","content":{"n":1.0}})");
        CHECK(call.observer->questions.size() == 1);
    }
}

TEST_CASE("a_client_that_cannot_be_asked_makes_the_question_an_error") {
    child_world world{fake_options()};
    const auto observer = world.make_observer();
    observer->refusal = fault{errc::missing_client_capability, "no elicitation here"};
    auto& call = world.begin(tool_call("ask", elicit), observer);
    const auto error = json_of(world.end(call));
    CHECK(error.at("message") == "no elicitation here");
}

TEST_CASE("a_question_that_the_client_fails_to_answer_becomes_an_error") {
    child_world world{fake_options()};
    auto& call = world.begin(tool_call("ask", elicit));
    asked_of(world, call).settle(fault{errc::connection_lost, "the client is gone"});
    const auto error = json_of(world.end(call));
    CHECK(error.at("message") == "the client is gone");
}

TEST_CASE("a_question_that_may_belong_to_two_clients_waits_until_one_is_left") {
    auto options = fake_options();
    options.interactive = interactivity::no; // so that everything goes to the same process
    options.question_hold_timeout = std::chrono::seconds{40};
    child_world world{options};
    world.must_start();
    const int neighbour = 0;
    auto& other = world.begin(tool_call("hold"), &neighbour);
    auto& asker = world.begin(tool_call("ask", elicit));
    // The question arrives before the answer to this call of the neighbour, and is held.
    world.end(world.begin(tool_call("echo"), &neighbour));
    CHECK(asker.observer->questions.empty());
    world.end(world.begin(tool_call("release"), &neighbour));
    world.end(other);
    asked_of(world, asker).settle(std::string{R"({"action":"decline"})"});
    CHECK(text_of(world.end(asker)) == R"({"action":"decline"})");
    CHECK(other.observer->questions.empty());
}

TEST_CASE("a_call_that_was_given_up_may_still_ask_and_nobody_else_is_asked_for_it") {
    auto options = fake_options();
    options.interactive = interactivity::no;
    options.question_hold_timeout = std::chrono::milliseconds{1};
    child_world world{options};
    world.must_start();
    auto& gone = world.begin(tool_call("never"));
    gone.abort.abort(errc::call_cancelled);
    world.end(gone);
    auto& asker = world.begin(tool_call("ask", elicit));
    CHECK(name_of(json_of(world.end(asker))) == "SESSION_ERROR");
    CHECK(asker.observer->questions.empty());
}

TEST_CASE("a_question_that_may_belong_to_two_clients_is_refused_in_the_end_and_nobody_is_asked") {
    auto options = fake_options();
    options.question_hold_timeout = std::chrono::milliseconds{1};
    child_world world{options};
    world.must_start();
    auto& other = world.begin(tool_call("never"));
    auto& asker = world.begin(tool_call("ask", elicit));
    const auto error = json_of(world.end(asker));
    CHECK(name_of(error) == "SESSION_ERROR");
    CHECK(asker.observer->questions.empty());
    CHECK(other.observer->questions.empty());
    other.abort.abort(errc::call_cancelled);
    world.end(other);
}

TEST_CASE("two_clients_at_once_of_a_server_that_asks_get_a_process_each_and_their_own_question") {
    auto options = fake_options();
    options.interactive = interactivity::yes;
    child_world world{options};
    world.must_start();
    auto& first = world.begin(tool_call("ask", elicit));
    auto& second = world.begin(tool_call("ask", sample));
    asked_of(world, first);
    asked_of(world, second);
    CHECK(first.observer->methods.front() == "elicitation/create");
    CHECK(second.observer->methods.front() == "sampling/createMessage");
    CHECK(world.status().instances == 2);
    first.observer->questions.front()->settle(std::string{R"({"action":"accept"})"});
    second.observer->questions.front()->settle(std::string{R"({"role":"assistant"})"});
    CHECK(text_of(world.end(first)) == R"({"action":"accept"})");
    CHECK(text_of(world.end(second)) == R"({"role":"assistant"})");
}

TEST_CASE("calls_that_ask_wait_for_a_process_where_all_are_taken_and_are_refused_in_the_end") {
    auto options = fake_options();
    options.interactive = interactivity::yes;
    options.pool.max = 1;
    child_world world{options};
    world.must_start();
    auto& first = world.begin(tool_call("ask", elicit));
    asked_of(world, first);
    auto& waiting = world.begin(tool_call("echo"));
    CHECK_FALSE(waiting.answer.has_value());
    first.observer->questions.front()->settle(std::string{"{}"});
    world.end(first);
    CHECK(text_of(world.end(waiting)) == "{}");

    options.pool.queue_timeout = std::chrono::milliseconds{1};
    child_world hasty{options};
    hasty.must_start();
    auto& holder = hasty.begin(tool_call("ask", elicit));
    asked_of(hasty, holder);
    const auto refused = hasty.call("echo");
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::server_busy);
    holder.abort.abort(errc::call_cancelled);
    hasty.end(holder);
}

TEST_CASE("calls_of_one_owner_are_one_owner_and_the_newest_of_them_is_asked") {
    child_world world{fake_options()};
    world.must_start();
    const int session = 0;
    auto& oldest = world.begin(tool_call("never"), &session);
    auto& older = world.begin(tool_call("never"), &session);
    oldest.abort.abort(errc::call_cancelled); // frees its slot, which the next call takes
    world.end(oldest);
    auto& newest = world.begin(tool_call("ask", elicit), &session);
    asked_of(world, newest).settle(std::string{"{}"});
    CHECK(text_of(world.end(newest)) == "{}");
    CHECK(older.observer->questions.empty());
    older.abort.abort(errc::call_cancelled);
    world.end(older);
}

TEST_CASE("roots_asked_for_outside_of_any_call_are_none") {
    child_world world{fake_options({"--ask-at-start=roots/list"})};
    CHECK(text_of(world.call("asked")) == R"([{"roots":[]}])");
}

TEST_CASE("an_elicitation_outside_of_any_call_is_refused") {
    child_world world{fake_options({"--ask-at-start=elicitation/create"})};
    const auto answers = json_of(world.call("asked"));
    REQUIRE(answers.as_array().size() == 1);
    CHECK(name_of(answers.at(0)) == "SESSION_ERROR");
    CHECK(answers.at(0).at("message").as_string().find("no client") != json::string::npos);
}

TEST_CASE("a_question_that_the_server_withdraws_is_withdrawn_from_the_client") {
    child_world world{fake_options()};
    const int session = 0;
    auto& asker = world.begin(tool_call("ask", elicit), &session);
    auto& question = asked_of(world, asker);
    CHECK_FALSE(question.is_settled());
    auto& withdrawer = world.begin(tool_call("withdraw"), &session);
    world.end(withdrawer);
    CHECK(text_of(world.end(asker)) == "withdrawn");
    REQUIRE(question.is_settled());
    const auto outcome = world.loop.await(question.wait(clock_type::now()));
    CHECK(outcome.error().code == errc::call_cancelled);
    // A client that answers nevertheless is not heard.
    question.settle(std::string{"{}"});
    CHECK(text_of(world.call("asked")) == "[]");
}

TEST_CASE("a_question_whose_call_has_ended_is_still_answered") {
    child_world world{fake_options()};
    auto& call = world.begin(tool_call("ask_aside", elicit));
    auto& question = asked_of(world, call);
    CHECK(text_of(world.end(call)) == "asked aside");
    CHECK_FALSE(question.is_settled());
    question.settle(std::string{R"({"action":"decline"})"});
    CHECK(text_of(world.call("asked")) == R"([{"action":"decline"}])");
}

TEST_CASE("a_question_of_a_server_that_died_is_withdrawn_and_its_late_answer_is_dropped") {
    child_world world{fake_options()};
    const int session = 0;
    auto& asker = world.begin(tool_call("ask", elicit), &session);
    const auto question = [&] {
        asked_of(world, asker);
        return asker.observer->questions.front();
    }();
    auto& killer = world.begin(tool_call("die", R"({"code":1})"), &session);
    CHECK(world.end(killer).error().code == errc::connection_lost);
    CHECK(world.end(asker).error().code == errc::connection_lost);
    world.run_until_state(upstream_state::failed);
    REQUIRE(question->is_settled());
    const auto outcome = world.loop.await(question->wait(clock_type::now()));
    CHECK(outcome.error().code == errc::connection_lost);
}

TEST_CASE("an_open_question_does_not_keep_a_server_from_being_stopped") {
    child_world world{fake_options()};
    auto& asker = world.begin(tool_call("ask", elicit));
    auto& question = asked_of(world, asker);
    world.stop();
    CHECK(question.is_settled());
    CHECK(world.end(asker).error().code == errc::connection_lost);
}

TEST_CASE("questions_beyond_the_limit_are_refused") {
    child_world world{fake_options()};
    const int session = 0;
    world.must_start();
    for (int i = 0; i < 129; ++i) {
        auto& call = world.begin(tool_call("ask_aside", elicit), &session);
        text_of(world.end(call));
    }
    const auto answers = json_of(world.call("asked"));
    REQUIRE(answers.as_array().size() == 1);
    CHECK(name_of(answers.at(0)) == "SERVER_BUSY");
}

TEST_CASE("a_ping_of_the_server_is_answered_and_an_unknown_request_refused") {
    child_world world{fake_options()};
    CHECK(text_of(world.call("ask", R"({"method":"ping"})")) == "{}");
    const auto error = json_of(world.call("ask", R"({"method":"tools/call","params":{}})"));
    CHECK(error.at("code") == -32601);
}

TEST_CASE("a_modern_server_must_not_ask_by_request_and_nobody_is_asked") {
    child_world world{fake_options({"--era=modern"})};
    auto& call = world.begin(tool_call("ask", elicit));
    const auto error = json_of(world.end(call));
    CHECK(error.at("code") == -32601);
    CHECK(call.observer->questions.empty());
}

TEST_CASE("a_log_message_goes_to_the_only_client_with_a_call_in_flight") {
    child_world world{fake_options()};
    auto& call = world.begin(tool_call("log", R"({"text":"working"})"));
    text_of(world.end(call));
    REQUIRE(call.observer->logs.size() == 1);
    CHECK(json::parse(call.observer->logs[0]).at("params").at("data") == "working");
    CHECK(world.events.notifications.empty());
}

TEST_CASE("a_log_message_that_may_belong_to_two_clients_reaches_nobody") {
    child_world world{fake_options()};
    world.must_start();
    auto& other = world.begin(tool_call("hold"));
    auto& talker = world.begin(tool_call("log", R"({"text":"private"})"));
    text_of(world.end(talker));
    CHECK(talker.observer->logs.empty());
    CHECK(other.observer->logs.empty());
    world.call("release");
    world.end(other);
}

TEST_CASE("other_notifications_are_passed_upwards_as_they_came") {
    child_world world{fake_options()};
    world.call("notify", R"({"method":"notifications/resources/updated",)"
                         R"("params":{"uri":"fake://one"}})");
    REQUIRE(world.events.notifications.size() == 1);
    CHECK(world.events.notifications[0] ==
          R"({"jsonrpc":"2.0","method":"notifications/resources/updated",)"
          R"("params":{"uri":"fake://one"}})");
}
