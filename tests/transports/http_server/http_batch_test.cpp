// SPDX-License-Identifier: Apache-2.0
#include "transports/http_server/http_batch.hpp"

#include "tests/support/http_world.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

using mcpgw::find_member;
using namespace mcpgw::io_test;

namespace {

std::string batch_of(const std::vector<std::string>& messages) {
    return fmt::format("[{}]", fmt::join(messages, ","));
}
/// The ids of an array of answers, sorted: they may come in any order.
std::vector<std::string> ids_of(std::string_view array) {
    std::vector<std::string> ids;
    mcpgw::element_reader elements{array};
    while (const auto element = elements.next()) ids.push_back(id_of(*element));
    std::ranges::sort(ids);
    return ids;
}
using ids = std::vector<std::string>;

const std::string initialized = mcpgw::make_notification("notifications/initialized", "");

struct world_2025_03_26 : http_world {
    using http_world::http_world;
    std::string session = open_session("/mcp", "2025-03-26");
    http_answer post(const std::vector<std::string>& messages) {
        return ask(session_post(session, batch_of(messages)));
    }
};

} // namespace

TEST_CASE("requests_of_a_batch_run_together_and_are_answered_in_one_array") {
    world_2025_03_26 world;
    auto client = world.connect();
    client.send(session_post(world.session, batch_of({call_message("1", "hold:a"), initialized,
                                                      call_message("2", "hold:b")})));
    CHECK(world.handler.waits_for("held a"));
    CHECK(world.handler.waits_for("held b"));
    CHECK(world.handler.waits_for("notification notifications/initialized"));
    CHECK(world.release("b"));
    CHECK(world.release("a"));
    const auto answer = client.read_answer();
    CHECK(answer.status == 200);
    CHECK(answer.field("content-type") == "application/json");
    CHECK(ids_of(answer.body) == ids{"1", "2"});
    CHECK(client.ask(session_post(world.session, call_message("3", "echo"))).status == 200);
}

TEST_CASE("a_batch_without_requests_is_accepted_without_an_answer") {
    world_2025_03_26 world;
    const auto accepted = world.post({initialized, cancel_message("1")});
    CHECK(accepted.status == 202);
    CHECK(accepted.body.empty());
    auto client = world.connect();
    client.send(session_post(world.session, call_message("1", "ask")));
    CHECK(client.read_head().is_stream());
    const auto asked = client.read_data();
    CHECK(world.post({mcpgw::make_response(id_of(asked), "{}")}).status == 202);
    CHECK(client.read_data() == mcpgw::make_response("1", "{}"));
}

TEST_CASE("what_is_said_before_the_answers_makes_one_stream_of_them") {
    world_2025_03_26 world;
    auto client = world.connect();
    client.send(session_post(world.session, batch_of({progress_call("1", "progress:1:a", "7"),
                                                      call_message("2", "echo")})));
    CHECK(client.read_head().is_stream());
    CHECK(client.read_data().find(R"("progressToken":7)") != std::string::npos);
    CHECK(world.release("a"));
    ids found{id_of(client.read_data()), id_of(client.read_data())};
    std::ranges::sort(found);
    CHECK(found == ids{"1", "2"});
    CHECK_FALSE(client.read_event().has_value());
}

TEST_CASE("the_stream_of_a_batch_can_be_resumed") {
    world_2025_03_26 world;
    auto client = world.connect();
    client.send(session_post(world.session, batch_of({progress_call("1", "progress:1:a", "7"),
                                                      call_message("2", "echo")})));
    CHECK(client.read_head().is_stream());
    const auto progress = client.read_event();
    REQUIRE(progress.has_value());
    client.close();
    CHECK(world.release("a"));
    auto again = world.connect();
    again.send(session_get(world.session).with("Last-Event-ID", progress->id));
    CHECK(again.read_head().is_stream());
    ids found{id_of(again.read_data()), id_of(again.read_data())};
    std::ranges::sort(found);
    CHECK(found == ids{"1", "2"});
    CHECK_FALSE(again.read_event().has_value());
}

TEST_CASE("bad_messages_of_a_batch_are_refused_and_the_others_served") {
    world_2025_03_26 world;
    const auto answer = world.post({call_message("1", "echo"), "7", initialize_message(),
                                    modern_call("2", "echo"), call_message("1", "echo")});
    CHECK(answer.status == 200);
    CHECK(ids_of(answer.body) == ids{"", "\"init\"", "1", "1", "2"});
    CHECK(world.handler.count("request 1 tools/call") == 1);
    CHECK(world.handler.count("request 2 tools/call") == 0);
    CHECK(world.sessions() == 1);
    const auto all_bad = world.post({"7"});
    CHECK(all_bad.status == 400);
    CHECK(all_bad.body.starts_with("[{"));
}

TEST_CASE("an_empty_broken_or_too_large_batch_is_refused_as_a_whole") {
    world_2025_03_26 world{http_test_options(),
                           {.requests_per_session_max = 3, .batch_messages_max = 4}};
    const auto empty = world.post({});
    CHECK(empty.status == 400);
    CHECK(error_name(empty.body) == "INVALID_REQUEST");
    CHECK(error_name(world.ask(session_post(world.session, "[" + initialized)).body) ==
          "PARSE_ERROR");
    const std::vector<std::string> many(5, initialized);
    const auto too_many = world.post(many);
    CHECK(error_name(too_many.body) == "INVALID_REQUEST");
    CHECK(too_many.body.find("batch_messages_max") != std::string::npos);
    std::vector<std::string> calls;
    for (const char* id : {"1", "2", "3", "4"}) calls.push_back(call_message(id, "echo"));
    CHECK(error_name(world.post(calls).body) == "SERVER_BUSY");
    CHECK(world.handler.notes().size() == 1); // initialize
}

TEST_CASE("batches_belong_to_sessions_of_2025_03_26_only") {
    http_world world;
    const auto batch = batch_of({call_message("1", "echo")});
    for (const std::string version : {"2024-11-05", "2025-06-18", "2025-11-25"}) {
        CAPTURE(version);
        const auto session = world.open_session("/mcp", version);
        const auto refused = world.ask(session_post(session, batch));
        CHECK(refused.status == 400);
        CHECK(error_name(refused.body) == "BATCH_NOT_SUPPORTED");
    }
    CHECK(error_name(world.ask(http_post(batch)).body) == "BATCH_NOT_SUPPORTED");
    CHECK(error_name(world.ask(http_post(batch_of({initialize_message("2025-03-26")}))).body) ==
          "BATCH_NOT_SUPPORTED");
    CHECK(error_name(world.ask(http_post(batch).with("MCP-Protocol-Version", "2026-07-28")).body) ==
          "BATCH_NOT_SUPPORTED");
    CHECK(world.ask(session_post("0123456789abcdef0123456789abcdef", batch)).status == 404);
}

TEST_CASE("requests_of_a_batch_are_cancelled_one_by_one_and_end_with_the_session") {
    world_2025_03_26 world;
    auto client = world.connect();
    client.send(session_post(world.session,
                             batch_of({call_message("1", "hold:a"), call_message("2", "hold:b")})));
    CHECK(world.handler.waits_for("held b"));
    CHECK(world.ask(session_post(world.session, cancel_message("1"))).status == 202);
    CHECK(world.handler.waits_for("aborted a CANCELLED"));
    CHECK(world.handler.count("aborted b CANCELLED") == 0);
    auto request = session_get(world.session);
    request.method = "DELETE";
    CHECK(world.ask(request).status == 200);
    CHECK(world.handler.waits_for("aborted b SESSION_ERROR"));
    CHECK(ids_of(client.read_answer().body) == ids{"1", "2"});
}

TEST_CASE("stopping_answers_the_requests_of_a_batch") {
    world_2025_03_26 world;
    auto client = world.connect();
    client.send(session_post(world.session, batch_of({call_message("1", "hold:a")})));
    CHECK(world.handler.waits_for("held a"));
    CHECK(world.stop());
    CHECK(client.read_answer().body.find("GATEWAY_STOPPING") != std::string::npos);
}
