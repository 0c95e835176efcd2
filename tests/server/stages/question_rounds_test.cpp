// SPDX-License-Identifier: Apache-2.0
#include "server/stages/question_rounds.hpp"

#include "tests/support/gateway_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace mcpgw::gateway_test {

namespace {

gateway_call::answerer always(const std::string& raw) {
    return [raw](const gateway_call::asked&) {
        return raw;
    };
}

const std::string question = R"({"question":"Tea?"})";

} // namespace

TEST_CASE("legacy_client_is_asked_what_a_modern_server_needs") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::demo());
    gateway_client client{world, able(era::legacy)};
    struct row {
        std::string answer, text, action;
    };
    const std::vector<row> rows{
        {R"({"action":"accept","content":{"answer":"yes \"please\""}})",
         "You answered: yes \"please\"", "accept"},
        {R"({"action":"decline"})", "You declined to answer.", "decline"},
        {R"({"action":"cancel"})", "You closed the question without an answer.", "cancel"},
    };
    for (const auto& r : rows) {
        client.answer = always(r.answer);
        for (const auto& members : ways_to("demo", "ask", question)) {
            const auto call = client.send("tools/call", members);
            REQUIRE(call->questions().size() == 1);
            CHECK(call->questions()[0].method == "elicitation/create");
            CHECK(call->questions()[0].params.at("message") == "Tea?");
            CHECK(call->questions()[0].params.at("requestedSchema").at("type") == "object");
            CHECK(text_of(call->result()) == r.text);
            CHECK(call->result().at("structuredContent").at("action").as_string() == r.action);
            CHECK_FALSE(call->result().as_object().contains("resultType"));
        }
    }
}

TEST_CASE("several_questions_are_asked_together_and_answered_in_one_retry") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::fake("new", {"modern"}));
    gateway_client client{world, able(era::legacy)};
    client.answer = [](const gateway_call::asked& asked) -> std::string {
        if (asked.method == "roots/list") return R"({"roots":[{"uri":"file:///a","n":1.0}]})";
        return R"({"action":"accept","content":{"name":"\u00c4nne"}})";
    };
    for (const auto& members : ways_to("new", "interview")) {
        const auto call = client.send("tools/call", members);
        REQUIRE(call->questions().size() == 2);
        CHECK(call->questions()[0].params.at("message") == "Name?");
        CHECK(call->questions()[1].method == "roots/list");
        // The state went back as the server wrote it, the answers as the client did.
        CHECK(text_of(call->result()) ==
              R"({"a":{"action":"accept","content":{"name":"\u00c4nne"}},)"
              R"("b":{"roots":[{"uri":"file:///a","n":1.0}]}})");
    }
}

TEST_CASE("question_beyond_the_clients_capabilities_ends_the_call_with_a_reason") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::fake("new", {"modern"}));
    gateway_client client{world, able(era::legacy, R"({"elicitation":{}})")};
    client.answer = always(R"({"action":"decline"})");
    const auto refused = client.request("tools/call", call_members("new__interview"));
    CHECK(refused.at("isError") == true);
    CHECK(text_of(refused).find("the client does not support roots") != std::string::npos);
    const auto failed = client.request("tools/call", executing("new", "interview"));
    CHECK(text_of(failed).find("the client does not support roots") != std::string::npos);
}

TEST_CASE("server_that_needs_time_but_no_answer_is_asked_again") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::fake("new", {"modern"}));
    gateway_client old_client{world, able(era::legacy)};
    for (const auto& members : ways_to("new", "stall"))
        CHECK(text_of(old_client.request("tools/call", members)) == "state only");
    // A modern client does that by itself.
    gateway_client new_client{world, able(era::modern)};
    const auto open = new_client.request("tools/call", call_members("new__stall"));
    CHECK(open.at("resultType") == "input_required");
    CHECK(open.at("requestState") != "later"); // sealed
}

TEST_CASE("server_that_asks_for_ever_is_given_up_on") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::fake("new", {"modern"}));
    gateway_client client{world, able(era::legacy)};
    client.answer = always(R"({"action":"decline"})");
    const auto call = client.send("tools/call", call_members("new__nag"));
    CHECK(call->questions().size() == 10);
    CHECK(call->error().at("data").at("code") == "SERVER_FAILED");
    CHECK(call->error().at("message").as_string().find("10 times") != std::string::npos);
    CHECK(failure_of(client.request("tools/call", executing("new", "nag"))) == "SERVER_FAILED");
}

TEST_CASE("client_that_leaves_while_it_is_asked_ends_the_call") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::demo());
    gateway_client client{world, able(era::legacy)};
    const auto call = client.start("tools/call", call_members("demo__ask", question));
    world.run_until([&] { return !call->questions().empty(); });
    client.session().close({errc::session_error, "the session has ended"});
    world.run_until([&] { return call->is_done(); });
    // Nobody reads it any more; what counts is that the call has ended without a result.
    CHECK(call->text().find("\"error\"") != std::string::npos);
}

TEST_CASE("cancelled_call_does_not_wait_for_the_answer_to_its_question") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::demo());
    gateway_client client{world, able(era::legacy)};
    for (const auto& members : ways_to("demo", "ask", question)) {
        const auto call = client.start("tools/call", members);
        world.run_until([&] { return !call->questions().empty(); });
        call->cancel();
        world.run_until([&] { return call->is_done(); });
        CHECK(call->text().find("CANCELLED") != std::string::npos);
    }
}

} // namespace mcpgw::gateway_test
