// SPDX-License-Identifier: Apache-2.0
#include "server/stages/answer_translator.hpp"

#include "tests/support/gateway_world.hpp"

#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <string>
#include <vector>

namespace mcpgw::gateway_test {

namespace {

const std::string question = R"({"question":"Tea?"})";

} // namespace

TEST_CASE("client_that_cannot_be_asked_is_told_so") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::demo());
    for (const auto spoken : {era::legacy, era::modern}) {
        gateway_client client{world, able(spoken, "{}")};
        const auto call = client.send("tools/call", call_members("demo__ask", question));
        CHECK(call->questions().empty());
        CHECK(call->error().at("message").as_string().find("elicitation") != std::string::npos);
        // The modern code means something to modern clients only.
        CHECK(call->error().at("code") == (spoken == era::modern ? -32021 : -32600));
        CHECK(call->http_status() == (spoken == era::modern ? 400 : 200));
        const auto executed = client.send("tools/call", executing("demo", "ask", question));
        CHECK(failure_of(executed->result()) == "SERVER_FAILED");
        CHECK(text_of(executed->result()).find("elicitation") != std::string::npos);
    }
}

TEST_CASE("modern_client_gets_the_questions_and_its_retry_completes") {
    gateway_world world{exposing(exposure::both)};
    world.add(gateway_world::demo());
    gateway_client client{world, able(era::modern)};
    for (const auto& members : ways_to("demo", "ask", question)) {
        const auto first = client.send("tools/call", members)->result();
        CAPTURE(json::serialize(first));
        CHECK(first.at("resultType") == "input_required");
        CHECK_FALSE(first.as_object().contains("structuredContent"));
        const auto& asked = first.at("inputRequests").at("answer");
        CHECK(asked.at("method") == "elicitation/create");
        CHECK(asked.at("params").at("message") == "Tea?");
        const auto retry =
            fmt::format(R"({},"inputResponses":{{"answer":{{"action":"accept","content":)"
                        R"({{"answer":"milk"}}}}}},"requestState":{})",
                        members, json::serialize(first.at("requestState")));
        const auto done = client.request("tools/call", retry);
        CHECK(done.at("resultType") == "complete");
        CHECK(text_of(done) == "You answered: milk");
        CHECK(done.at("structuredContent").at("answer") == "milk");
        // A state that is not the server's is refused by the server.
        const auto forged =
            client.send("tools/call", members + R"(,"inputResponses":{},"requestState":"forged")");
        const auto text = forged->text();
        CHECK(text.find("requestState") != text.npos);
    }
}

} // namespace mcpgw::gateway_test
