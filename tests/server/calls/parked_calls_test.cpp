// SPDX-License-Identifier: Apache-2.0
#include "server/calls/parked_calls.hpp"

#include "tests/support/eventually.hpp"
#include "tests/support/gateway_world.hpp"

#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <string>

namespace mcpgw::gateway_test {

namespace {

using namespace std::chrono_literals;

client_traits modern_client(const std::string& principal = {}) {
    client_traits traits;
    traits.spoken = era::modern;
    traits.capabilities = R"({"elicitation":{}})";
    traits.principal = principal;
    return traits;
}

/// The demo server, spoken to as a legacy one: it asks by requests in the middle of the call.
child_options asking_server() {
    auto options = gateway_world::demo();
    options.only_era = era::legacy;
    return options;
}

const std::string ask = call_members("demo__ask", R"({"question":"Tea?"})");

/// `ask`, repeated with the answer to what `asked` (an input_required result) wants to know.
std::string answered(const json::value& asked, const std::string& answer) {
    REQUIRE(asked.at("resultType") == "input_required");
    const auto& requests = asked.at("inputRequests").as_object();
    REQUIRE(requests.size() == 1);
    return fmt::format(R"({},"inputResponses":{{"{}":{{"action":"accept","content":)"
                       R"({{"answer":"{}"}}}}}},"requestState":{})",
                       ask, std::string_view{requests.begin()->key()}, answer,
                       json::serialize(asked.at("requestState")));
}

void check_refused(const gateway_call& call) {
    CHECK(call.error().at("code") == -32602);
    CHECK(call.error().at("data").at("reason") == "invalid_request_state");
}

} // namespace

TEST_CASE("the_answer_reaches_the_call_that_waits_for_it") {
    gateway_world world{exposing(exposure::both)};
    world.add(asking_server());
    gateway_client client{world, modern_client()};
    const auto asked = client.request("tools/call", ask);
    CHECK(asked.at("inputRequests").as_object().begin()->value().at("params").at("message") ==
          "Tea?");
    CHECK(text_of(client.request("tools/call", answered(asked, "milk"))) == "You answered: milk");
}

TEST_CASE("an_answer_of_another_principal_is_refused_and_the_owners_still_counts") {
    gateway_world world{exposing(exposure::both)};
    world.add(asking_server());
    gateway_client ada{world, modern_client("ada")};
    gateway_client bob{world, modern_client("bob")};
    const auto asked = ada.request("tools/call", ask);
    check_refused(*bob.send("tools/call", answered(asked, "poison")));
    CHECK(text_of(ada.request("tools/call", answered(asked, "milk"))) == "You answered: milk");
}

TEST_CASE("an_answer_that_comes_twice_is_taken_once") {
    gateway_world world{exposing(exposure::both)};
    world.add(asking_server());
    gateway_client client{world, modern_client()};
    const auto asked = client.request("tools/call", ask);
    const auto one = client.start("tools/call", answered(asked, "milk"));
    const auto other = client.start("tools/call", answered(asked, "lemon"));
    world.run_until([&] { return one->is_done() && other->is_done(); });
    CHECK(text_of(one->result()) == "You answered: milk");
    check_refused(*other);
    check_refused(*client.send("tools/call", answered(asked, "again")));
}

TEST_CASE("a_question_without_an_answer_in_time_ends_the_call") {
    auto options = exposing(exposure::both);
    options.question_timeout = 200ms;
    gateway_world world{options};
    world.add(asking_server());
    gateway_client client{world, modern_client()};
    const auto asked = client.request("tools/call", ask);
    const auto in_flight = [&] {
        return client.call("get_child_status", R"({"server_id":"demo"})")
            .at("structuredContent")
            .at("calls_in_flight");
    };
    // The server was told: it is free for others.
    REQUIRE(eventually([&] { return in_flight() == 0; }));
    check_refused(*client.send("tools/call", answered(asked, "late")));
}

TEST_CASE("a_server_that_dies_while_a_call_is_parked_ends_the_call_and_it_is_not_repeated") {
    gateway_world world{exposing(exposure::both)};
    world.add(asking_server());
    gateway_client client{world, modern_client()};
    const auto asked = client.request("tools/call", ask);
    const auto status = client.call("get_child_status", R"({"server_id":"demo"})");
    const auto pid = status.at("structuredContent").at("pid").to_number<int>();
    REQUIRE(::kill(pid, SIGKILL) == 0);
    const auto failed = client.send("tools/call", answered(asked, "milk"));
    CHECK(failed->error().at("data").at("code") == "CONNECTION_LOST");
    check_refused(*client.send("tools/call", answered(asked, "milk")));
    // A new call finds a new process.
    CHECK(client.request("tools/call", ask).at("resultType") == "input_required");
}

TEST_CASE("a_client_that_goes_while_its_question_gathers_ends_the_call") {
    auto options = exposing(exposure::both);
    options.parking.window = 1h;
    gateway_world world{options};
    world.add(asking_server());
    gateway_client client{world, modern_client()};
    const auto call = client.start("tools/call", ask);
    gateway_client watcher{world, modern_client()};
    const auto in_flight = [&] {
        return watcher.call("get_child_status", R"({"server_id":"demo"})")
            .at("structuredContent")
            .at("calls_in_flight");
    };
    REQUIRE(eventually([&] { return in_flight() == 1; }));
    call->cancel();
    world.run_until([&] { return call->is_done(); });
    CHECK(call->text().find("CANCELLED") != std::string::npos);
    CHECK(eventually([&] { return in_flight() == 0; }));
}

TEST_CASE("one_client_cannot_take_all_places_of_waiting_calls") {
    auto options = exposing(exposure::both);
    options.parking.parked_per_client_max = 1;
    options.parking.parked_max = 2;
    gateway_world world{options};
    world.add(asking_server());
    gateway_client ada{world, modern_client("ada")};
    gateway_client bob{world, modern_client("bob")};
    gateway_client eve{world, modern_client("eve")};
    const auto first = ada.request("tools/call", ask);
    const auto text_of_second = ada.send("tools/call", ask)->text();
    CAPTURE(text_of_second);
    CHECK(text_of_second.find("1 of them of this client") != std::string::npos);
    const auto others = bob.request("tools/call", ask);
    CHECK(others.at("resultType") == "input_required");
    const auto text_of_third = eve.send("tools/call", ask)->text();
    CHECK(text_of_third.find("2 calls wait for answers") != std::string::npos);
    // Those that wait are not harmed, and their places are free again afterwards.
    CHECK(text_of(ada.request("tools/call", answered(first, "milk"))) == "You answered: milk");
    CHECK(eve.request("tools/call", ask).at("resultType") == "input_required");
}

TEST_CASE("calls_that_may_ask_are_refused_beyond_their_limit") {
    auto options = exposing(exposure::both);
    options.parking.running_max = 1;
    options.parking.parked_max = 1;
    gateway_world world{options};
    world.add(asking_server());
    gateway_client client{world, modern_client()};
    // One parked call takes two places: it runs, and its time is watched.
    const auto first = client.request("tools/call", ask);
    const auto refused = client.send("tools/call", ask);
    CHECK(refused->error().at("data").at("code") == "SERVER_BUSY");
    CHECK(text_of(client.request("tools/call", answered(first, "milk"))) == "You answered: milk");
}

} // namespace mcpgw::gateway_test
