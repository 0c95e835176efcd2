// SPDX-License-Identifier: Apache-2.0
#include "server/stages/attempt_runner.hpp"

#include "tests/support/gateway_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>

namespace mcpgw::gateway_test {

using namespace std::chrono_literals;

TEST_CASE("progress_extends_a_call_up_to_its_whole_time_and_the_server_is_told_of_the_end") {
    for (const auto spoken : {era::legacy, era::modern}) {
        gateway_world world{exposing(exposure::both)};
        auto options = quick_demo();
        options.only_era = spoken;
        options.retry.attempts = 1;
        options.tools["wait"].call_timeout = 150ms;
        options.tools["wait"].total_timeout = 400ms;
        world.add(options);
        client_traits traits;
        traits.spoken = spoken;
        gateway_client client{world, traits};
        client.call("demo__echo", R"({"message":"it has started"})");
        const auto begun = clock_type::now();
        const auto call =
            client.send("tools/call", call_members("demo__wait", R"({"seconds":20,"steps":1000})"),
                        R"("progressToken":1)");
        CHECK(clock_type::now() - begun >= 400ms);
        CHECK(code_of(*call) == "TIMEOUT");
        CHECK(call->error().at("message").as_string().find("tools.wait.total_timeout") !=
              std::string::npos);
        CHECK_FALSE(call->notifications().empty());
        CHECK(status_of(client).at("calls_in_flight") == 0);
        // Another tool of the same server has the server's own time.
        CHECK_FALSE(is_error(client.call("demo__echo", R"({"message":"x"})")));
    }
}

TEST_CASE("a_call_without_progress_ends_after_its_tools_own_timeout") {
    gateway_world world{exposing(exposure::both)};
    auto options = quick_demo();
    options.retry.attempts = 1;
    options.tools["wait"].call_timeout = 50ms;
    world.add(options);
    gateway_client client{world, {}};
    const auto direct = client.send("tools/call", call_members("demo__wait", R"({"seconds":20})"));
    CHECK(code_of(*direct) == "TIMEOUT");
    CHECK(direct->error().at("message").as_string().find("within 50 ms (the limit is the child's "
                                                         "tools.wait.timeout)") !=
          std::string::npos);
    const auto inside =
        client.call("execute_child_tool", R"({"server_id":"demo","tool_name":"wait",)"
                                          R"("arguments":{"seconds":20}})");
    CHECK(failure_of(inside) == "TIMEOUT");
}

} // namespace mcpgw::gateway_test
