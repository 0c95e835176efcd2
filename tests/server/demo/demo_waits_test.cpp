// SPDX-License-Identifier: Apache-2.0
#include "server/demo/demo_waits.hpp"

#include "tests/support/demo_client.hpp"

#include <catch2/catch_test_macros.hpp>

namespace mcpgw::demo_test {

using std::chrono::milliseconds;
namespace json = boost::json;

TEST_CASE("wait_answers_when_its_time_is_over") {
    demo_client client;
    client.initialize();
    CHECK(client.send(demo_client::legacy_call("1", "wait", R"({"seconds":2})")).empty());
    CHECK(client.server().next_deadline());
    CHECK(client.pass(milliseconds{1999}).empty());
    const auto said = client.pass(milliseconds{1});
    REQUIRE(said.size() == 1);
    CHECK(said[0].at("id") == 1);
    CHECK(text_of(said[0]) == "waited 2 s");
    CHECK_FALSE(client.server().next_deadline());
}

TEST_CASE("progress_echoes_the_token_as_string_or_integer") {
    const std::pair<const char*, json::value> tokens[] = {
        {R"("t\u0031")", "t1"},
        {"17", 17},
        {"-9007199254740993", -9007199254740993},
    };
    for (const auto& [raw, value] : tokens) {
        CAPTURE(raw);
        demo_client client;
        client.initialize();
        client.send(demo_client::legacy_call("\"w\"", "wait", R"({"seconds":0.5,"steps":2})",
                                             R"({"progressToken":)" + std::string{raw} + "}"));
        const auto half = client.pass(milliseconds{250});
        REQUIRE(half.size() == 1);
        CHECK(half[0].at("method") == "notifications/progress");
        CHECK(half[0].at("params").at("progressToken") == value);
        CHECK(half[0].at("params").at("progress") == 1);
        CHECK(half[0].at("params").at("total") == 2);
        CHECK(half[0].at("params").at("message") == "step 1 of 2");
        const auto rest = client.pass(milliseconds{250});
        REQUIRE(rest.size() == 2);
        CHECK(rest[0].at("params").at("progress") == 2);
        CHECK(text_of(rest[1]) == "waited 0.5 s");
    }
}

TEST_CASE("modern_wait_reports_progress_too") {
    demo_client client;
    client.send(demo_client::modern("1", "tools/call",
                                    demo_client::call_members("wait", R"({"seconds":1})"), "{}",
                                    R"(,"progressToken":"p")"));
    const auto said = client.pass(milliseconds{1000});
    REQUIRE(said.size() == 11); // ten steps by default
    CHECK(said[9].at("params").at("progress") == 10);
    CHECK(said[10].at("result").at("resultType") == "complete");
}

TEST_CASE("wait_of_no_seconds_answers_at_once_with_all_steps") {
    demo_client client;
    client.initialize();
    client.send(demo_client::legacy_call("1", "wait", R"({"seconds":0,"steps":3})",
                                         R"({"progressToken":1})"));
    CHECK(client.pass(milliseconds{0}).size() == 4);
}

TEST_CASE("progress_token_of_another_kind_is_refused") {
    demo_client client;
    client.initialize();
    for (const auto* token : {"{}", "true", "1.5"}) {
        CAPTURE(token);
        const auto answer = client.ask(demo_client::legacy_call(
            "1", "wait", R"({"seconds":1})", R"({"progressToken":)" + std::string{token} + "}"));
        CHECK(answer.as_object().contains("error"));
    }
}

TEST_CASE("cancelled_wait_says_nothing_more") {
    demo_client client;
    client.initialize();
    client.send(
        demo_client::legacy_call("1", "wait", R"({"seconds":1})", R"({"progressToken":1})"));
    client.send(demo_client::legacy_call("\"1\"", "wait", R"({"seconds":1})"));
    CHECK(client.pass(milliseconds{100}).size() == 1);
    CHECK(client.send(demo_client::cancelled("1")).empty());
    const auto said = client.pass(milliseconds{5000});
    REQUIRE(said.size() == 1); // the other id is a string: another call
    CHECK(said[0].at("id") == "1");
}

TEST_CASE("cancelling_what_is_not_open_is_ignored") {
    demo_client client;
    client.initialize();
    CHECK(client.send(demo_client::cancelled("77")).empty());
    CHECK(client.send(R"({"jsonrpc":"2.0","method":"notifications/cancelled"})").empty());
    CHECK(client.ask(demo_client::legacy("2", "ping")).at("id") == 2);
}

TEST_CASE("waits_of_many_calls_end_in_the_order_of_their_deadlines") {
    demo_client client;
    client.initialize();
    for (const auto* seconds : {"3", "1", "2"})
        client.send(demo_client::legacy_call(seconds, "wait",
                                             R"({"seconds":)" + std::string{seconds} + "}"));
    const auto said = client.pass(milliseconds{3000});
    REQUIRE(said.size() == 3);
    for (std::size_t i = 0; i < said.size(); ++i)
        CHECK(said[i].at("id").as_int64() == static_cast<std::int64_t>(i + 1));
}

TEST_CASE("id_of_an_open_call_cannot_be_used_again") {
    demo_client client;
    client.initialize();
    const auto wait = demo_client::legacy_call("1", "wait", R"({"seconds":1})");
    CHECK(client.send(wait).empty());
    CHECK(error_code_of(client.ask(wait)) == -32600);
    CHECK(client.pass(milliseconds{1000}).size() == 1);
    CHECK(client.send(wait).empty());
}

TEST_CASE("number_of_open_waits_has_a_limit") {
    demo_client client;
    client.initialize();
    for (int i = 0; i < 10'000; ++i)
        REQUIRE(client.send(demo_client::legacy_call(std::to_string(i), "wait", R"({"seconds":1})"))
                    .empty());
    const auto refused = client.ask(demo_client::legacy_call("-1", "wait", R"({"seconds":1})"));
    CHECK(error_code_of(refused) == -32603);
    CHECK(client.pass(milliseconds{1000}).size() == 10'000);
}

} // namespace mcpgw::demo_test
