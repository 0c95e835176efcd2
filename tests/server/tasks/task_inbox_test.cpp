// SPDX-License-Identifier: Apache-2.0
#include "server/tasks/task_inbox.hpp"

#include "protocol/bridge/task_bridge.hpp"
#include "protocol/json/json_members.hpp"
#include "tests/support/io_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace mcpgw {
namespace {

struct fixture {
    asio::io_context io{1};
    async_condition changed{io.get_executor()};

    task_inbox::sides between(revision client, std::string capabilities) const {
        task_inbox::sides both;
        both.task_id = "ours";
        both.child_id = "theirs";
        both.client = client;
        both.client_capabilities = std::move(capabilities);
        return both;
    }
    task_inbox make(revision client, std::string capabilities = R"({"elicitation":{}})") {
        return {io.get_executor(), between(client, std::move(capabilities)), changed};
    }
};

const std::string form =
    R"({"message":"Name?","requestedSchema":{"type":"object","properties":{}},"task":{"ttl":1},)"
    R"("_meta":{"io.modelcontextprotocol/related-task":{"taskId":"theirs"}}})";

/// What the server would get; empty: nothing yet.
std::string answer_of(const std::shared_ptr<question>& asked, asio::io_context& io) {
    if (!asked->is_settled()) return {};
    std::string text;
    const auto wait = [](std::shared_ptr<question> q, std::string& out) -> task<> {
        const auto answer = co_await q->wait(clock_type::time_point::max());
        out = answer.has_error() ? "error: " + std::string{answer.error().message()} : *answer;
    };
    asio::co_spawn(io, wait(asked, text), [](std::exception_ptr) {});
    io.restart();
    io.run();
    return text;
}

TEST_CASE_METHOD(fixture, "questions_of_a_task_are_shown_under_keys_that_never_return") {
    auto inbox = make(newest_modern);
    CHECK(inbox.input_requests().empty());
    const auto first = inbox.ask(method::elicitation, form);
    REQUIRE_FALSE(first.has_error());
    const auto second = inbox.ask(method::elicitation, form);
    REQUIRE_FALSE(second.has_error());
    const auto shown = inbox.input_requests();
    CHECK(find_member(find_member(shown, "q1"), "method") == R"("elicitation/create")");
    const auto params = find_member(find_member(shown, "q2"), "params");
    CHECK(find_member(params, "message") == R"("Name?")");
    CHECK(find_member(params, "task").empty());
    CHECK(find_member(params, "_meta").empty());

    inbox.settle_all(R"({"q2":{"action":"decline"},"q9":{},"q1":7})");
    CHECK(answer_of(*first, io).empty()); // what is no object answers nothing
    const auto answer = answer_of(*second, io);
    CHECK(find_member(answer, "action") == R"("decline")");
    CHECK(related_task(answer) == "theirs");
    CHECK(find_member(inbox.input_requests(), "q2").empty());
    REQUIRE_FALSE(inbox.ask(method::elicitation, form).has_error());
    CHECK_FALSE(find_member(inbox.input_requests(), "q3").empty());
    inbox.settle_all(R"({"q2":{"action":"accept"}})"); // answered before
    inbox.withdraw({errc::call_cancelled});
    CHECK(inbox.input_requests().empty());
    CHECK(answer_of(*first, io).starts_with("error"));
}

TEST_CASE_METHOD(fixture, "live_client_is_asked_each_question_once_with_its_own_task_id") {
    auto inbox = make(newest_legacy);
    const auto asked = inbox.ask(method::elicitation, form);
    REQUIRE_FALSE(asked.has_error());
    const auto* entry = inbox.take_unshown();
    REQUIRE(entry != nullptr);
    CHECK(related_task(entry->params) == "ours");
    const auto key = entry->key;
    CHECK(inbox.take_unshown() == nullptr);
    inbox.put_back(key);
    entry = inbox.take_unshown();
    REQUIRE(entry != nullptr);
    inbox.settle(key, std::string{R"({"action":"accept","content":{}})"});
    CHECK(related_task(answer_of(*asked, io)) == "theirs");
    CHECK(inbox.take_unshown() == nullptr);
}

TEST_CASE_METHOD(fixture, "question_that_the_client_does_not_take_is_refused_at_once") {
    auto inbox = make(newest_modern, "{}");
    const auto asked = inbox.ask(method::elicitation, form);
    REQUIRE(asked.has_error());
    CHECK(asked.error().code == errc::method_not_found);
    CHECK(inbox.input_requests().empty());
}

TEST_CASE_METHOD(fixture, "questions_that_the_server_takes_back_are_gone") {
    auto inbox = make(newest_modern);
    const auto asked = inbox.ask(method::elicitation, form);
    REQUIRE_FALSE(asked.has_error());
    (*asked)->settle(fault{errc::call_cancelled, "withdrawn"});
    CHECK(inbox.input_requests().empty());
    CHECK(inbox.take_unshown() == nullptr);
}

TEST_CASE_METHOD(fixture, "notifications_about_the_task_are_handed_on") {
    std::string heard;
    task_inbox inbox{io.get_executor(), between(newest_legacy, "{}"), changed,
                     [&heard](std::string_view line, const envelope&) {
                         heard = line;
                     }};
    CHECK(inbox.on_notification("news", {}));
    CHECK(heard == "news");
    CHECK(make(newest_modern).on_notification("news", {})); // nobody hears, and nobody else does
}

TEST_CASE_METHOD(fixture, "a_task_has_a_limit_of_open_questions") {
    auto inbox = make(newest_modern);
    for (std::size_t i = 0; i < task_inbox::questions_max; ++i)
        REQUIRE_FALSE(inbox.ask(method::elicitation, form).has_error());
    const auto one_more = inbox.ask(method::elicitation, form);
    REQUIRE(one_more.has_error());
    CHECK(one_more.error().code == errc::server_busy);
}

} // namespace
} // namespace mcpgw
