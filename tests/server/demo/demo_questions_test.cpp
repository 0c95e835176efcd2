// SPDX-License-Identifier: Apache-2.0
#include "server/demo/demo_questions.hpp"

#include "tests/support/demo_client.hpp"

#include <catch2/catch_test_macros.hpp>

namespace mcpgw::demo_test {

namespace json = boost::json;

namespace {

constexpr auto question = R"({"question":"Which colour?"})";

/// A legacy client that declared elicitation and called `ask` with id 1; `request` is what it got.
struct asked_client {
    demo_client client;
    json::value request;

    explicit asked_client(std::string_view version = "2025-11-25",
                          std::string_view capabilities = R"({"elicitation":{}})") {
        client.initialize(version, capabilities);
        request = client.ask(demo_client::legacy_call("1", "ask", question));
    }

    json::value answer(std::string_view result_member) {
        return client.ask(R"({"jsonrpc":"2.0","id":)" + json::serialize(request.at("id")) + "," +
                          std::string{result_member} + "}");
    }
};

std::string modern_ask(std::string_view id, std::string_view more = {},
                       std::string_view arguments = question,
                       std::string_view capabilities = R"({"elicitation":{"form":{}}})") {
    return demo_client::modern(id, "tools/call",
                               demo_client::call_members("ask", arguments) + std::string{more},
                               capabilities);
}

std::string retry_members(const json::value& first, std::string_view responses) {
    return R"(,"inputResponses":)" + std::string{responses} + R"(,"requestState":)" +
           json::serialize(first.at("result").at("requestState"));
}

} // namespace

TEST_CASE("legacy_ask_elicits_and_returns_the_answer") {
    asked_client asked;
    CHECK(asked.request.at("method") == "elicitation/create");
    const auto& params = asked.request.at("params");
    CHECK(params.at("message") == "Which colour?");
    CHECK(params.at("mode") == "form");
    CHECK(params.at("requestedSchema").at("properties").at("answer").at("type") == "string");
    const auto done =
        asked.answer(R"("result":{"action":"accept","content":{"answer":"\u0062lue"}})");
    CHECK(done.at("id") == 1);
    CHECK(text_of(done) == "You answered: blue");
    CHECK(done.at("result").at("structuredContent") ==
          json::object{{"action", "accept"}, {"answer", "blue"}});
}

TEST_CASE("older_legacy_clients_get_no_mode") {
    asked_client asked{"2025-06-18"};
    CHECK_FALSE(asked.request.at("params").as_object().contains("mode"));
}

TEST_CASE("declining_and_closing_are_results") {
    asked_client declined;
    const auto no = declined.answer(R"("result":{"action":"decline"})");
    CHECK_FALSE(is_tool_error(no));
    CHECK(text_of(no).find("declined") != std::string::npos);
    asked_client closed;
    const auto none = closed.answer(R"("result":{"action":"cancel"})");
    CHECK(none.at("result").at("structuredContent") == json::object{{"action", "cancel"}});
}

TEST_CASE("strange_answers_to_an_elicitation_are_tool_errors") {
    for (const auto* member :
         {R"("result":{"action":"maybe"})", R"("result":{})", R"("result":{"action":"accept"})",
          R"("result":{"action":"accept","content":{"answer":5}})",
          R"("error":{"code":-1,"message":"no window"})"}) {
        CAPTURE(member);
        asked_client asked;
        CHECK(is_tool_error(asked.answer(member)));
    }
}

TEST_CASE("second_answer_to_one_question_is_dropped") {
    asked_client asked;
    const auto line = R"({"jsonrpc":"2.0","id":)" + json::serialize(asked.request.at("id")) +
                      R"(,"result":{"action":"decline"}})";
    CHECK(asked.client.send(line).size() == 1);
    CHECK(asked.client.send(line).empty());
}

TEST_CASE("open_questions_are_told_apart") {
    asked_client asked;
    const auto other = asked.client.ask(demo_client::legacy_call("2", "ask", question));
    CHECK(other.at("id") != asked.request.at("id"));
    const auto done = asked.answer(R"("result":{"action":"decline"})");
    CHECK(done.at("id") == 1);
}

TEST_CASE("cancelled_ask_withdraws_its_question_and_is_not_answered") {
    asked_client asked;
    const auto withdrawn = asked.client.ask(demo_client::cancelled("1"));
    CHECK(withdrawn.at("method") == "notifications/cancelled");
    CHECK(withdrawn.at("params").at("requestId") == asked.request.at("id"));
    CHECK(asked.client
              .send(R"({"jsonrpc":"2.0","id":)" + json::serialize(asked.request.at("id")) +
                    R"(,"result":{"action":"decline"}})")
              .empty());
}

TEST_CASE("legacy_client_without_form_elicitation_gets_a_tool_error") {
    for (const auto* capabilities : {"{}", R"({"elicitation":{"url":{}}})"}) {
        CAPTURE(capabilities);
        const asked_client asked{"2025-11-25", capabilities};
        CHECK(is_tool_error(asked.request));
        CHECK(text_of(asked.request).find("elicitation") != std::string::npos);
    }
}

TEST_CASE("modern_ask_needs_two_rounds") {
    demo_client client;
    const auto first = client.ask(modern_ask("1"));
    const auto& result = first.at("result");
    CHECK(result.at("resultType") == "input_required");
    CHECK_FALSE(result.as_object().contains("content"));
    CHECK_FALSE(result.as_object().contains("ttlMs"));
    const auto& input = result.at("inputRequests").at("answer");
    CHECK(input.as_object().size() == 2);
    CHECK(input.at("method") == "elicitation/create");
    CHECK(input.at("params").at("message") == "Which colour?");

    const auto responses = R"({"answer":{"action":"accept","content":{"answer":"red"}},"x":1})";
    const auto second = client.ask(modern_ask("2", retry_members(first, responses)));
    CHECK(second.at("id") == 2);
    CHECK(second.at("result").at("resultType") == "complete");
    CHECK(text_of(second) == "You answered: red");
}

TEST_CASE("modern_client_without_elicitation_is_told_what_is_missing") {
    demo_client client;
    for (const auto* capabilities : {"{}", R"({"elicitation":{"url":{}}})"}) {
        const auto answer = client.ask(modern_ask("1", {}, question, capabilities));
        CHECK(error_code_of(answer) == -32021);
        CHECK(answer.at("error").at("data").at("requiredCapabilities") ==
              json::object{{"elicitation", json::object{}}});
    }
}

TEST_CASE("retry_without_a_usable_answer_is_asked_again") {
    demo_client client;
    const auto first = client.ask(modern_ask("1"));
    for (const auto* responses : {"{}", R"({"other":{"action":"accept"}})", R"({"answer":5})",
                                  R"({"answer":{"action":"maybe"}})"}) {
        CAPTURE(responses);
        const auto again = client.ask(modern_ask("2", retry_members(first, responses)));
        CHECK(again.at("result").at("resultType") == "input_required");
    }
}

TEST_CASE("input_responses_without_a_state_begin_a_first_round") {
    demo_client client;
    const auto answer = client.ask(modern_ask(
        "1", R"(,"inputResponses":{"answer":{"action":"accept","content":{"answer":"red"}}})"));
    CHECK(answer.at("result").at("resultType") == "input_required");
}

TEST_CASE("request_state_is_checked") {
    demo_client client;
    const auto first = client.ask(modern_ask("1"));
    const std::string state{first.at("result").at("requestState").as_string()};
    const auto with_state = [](const std::string& s) {
        return R"(,"inputResponses":{"answer":{"action":"decline"}},"requestState":)" + s;
    };
    auto changed = state;
    changed.back() = changed.back() == '0' ? '1' : '0';
    for (const auto& wrong : {"\"" + changed + "\"", "\"" + state + "-\"", std::string{"\"\""},
                              std::string{"5"}, std::string{"\"1.\""}, "\"1" + state + "\""}) {
        CAPTURE(wrong);
        CHECK(error_code_of(client.ask(modern_ask("2", with_state(wrong)))) == -32602);
    }
    const auto good = with_state("\"" + state + "\"");
    CHECK(error_code_of(client.ask(modern_ask("2", good, R"({"question":"Why?"})"))) == -32602);
    CHECK(client.ask(modern_ask("2", good)).at("result").at("resultType") == "complete");
    client.pass(std::chrono::hours{2});
    CHECK(error_code_of(client.ask(modern_ask("2", good))) == -32602);
    CHECK(error_code_of(client.ask(modern_ask("2", R"(,"inputResponses":[])"))) == -32602);
}

} // namespace mcpgw::demo_test
