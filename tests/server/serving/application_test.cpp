// SPDX-License-Identifier: Apache-2.0
#include "server/serving/application.hpp"

#include "tests/support/cli_process.hpp"
#include "tests/support/process_probe.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>

namespace mcpgw::cli_test {

namespace {

namespace json = boost::json;
using child_test::process_probe;

constexpr std::chrono::seconds soon{30};

std::string url_of(cli_process& serve) {
    const auto& said = serve.wait_for_error_text("Ctrl-C stops it.");
    const auto at = said.find("http://");
    return said.substr(at, said.find('\n', at) - at);
}

/// Process id of the demo server behind a running gateway.
pid_t demo_pid(const std::string& url) {
    for (int attempt = 0; attempt < 200; ++attempt) {
        const auto status = run_command({"status", "--url", url, "--json"});
        CAPTURE(status.err);
        REQUIRE(status.exit_code == 0);
        const auto pid = json::parse(status.out).at(0).at("pid");
        if (pid.is_int64()) return static_cast<pid_t>(pid.as_int64());
    }
    FAIL("the demo server did not start");
    return -1;
}

/// A modern request, which needs no session.
std::string call_line(const std::string& tool, const std::string& arguments) {
    return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":)"
           R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
           R"("io.modelcontextprotocol/clientCapabilities":{},"progressToken":"t"},"name":")" +
           tool + R"(","arguments":)" + arguments + "}}\n";
}

/// A child ends, and so many turns of the loop later the job does.
task<> end_beside_a_child(executor ex, int turns) {
    ::raise(SIGCHLD);
    for (int i = 0; i < turns; ++i) co_await asio::post(ex, asio::deferred);
}

} // namespace

TEST_CASE("gateway_whose_last_child_ended_just_before_it_does_not_stay") {
    const configuration none;
    for (int turns = 0; turns < 12; ++turns) {
        application ours{none, MCPGW_BINARY};
        ours.run_job(end_beside_a_child(ours.get_executor(), turns)); // to its end
        SUCCEED();
    }
}

TEST_CASE("stopped_gateway_leaves_no_child") {
    for (const int signal : {SIGTERM, SIGINT}) {
        cli_process serve{{"serve", "--listen", "127.0.0.1:0"}};
        const process_probe demo{demo_pid(url_of(serve))};
        CHECK_FALSE(demo.has_ended());
        serve.kill(signal);
        CHECK(serve.wait() == 0);
        // By the time the gateway is gone, the child is: nothing to wait for.
        CHECK(demo.has_ended());
    }
}

TEST_CASE("killed_gateway_leaves_no_child") {
    cli_process serve{{"serve", "--listen", "127.0.0.1:0"}};
    const process_probe demo{demo_pid(url_of(serve))};
    serve.kill(SIGKILL);
    CHECK(serve.wait() == 128 + SIGKILL);
    CHECK(demo.has_ended(soon));
}

TEST_CASE("stdio_gateway_that_loses_its_client_leaves_no_child") {
    cli_process gateway{{"stdio"}};
    gateway.write(call_line("execute_child_tool", R"({"server_id":"demo","tool_name":"echo",)"
                                                  R"("arguments":{"message":"m"}})"));
    CHECK(contains(gateway.read_line(), R"("text":"m")"));
    gateway.write(call_line("get_child_status", R"({"server_id":"demo"})"));
    const auto status = json::parse(gateway.read_line());
    const process_probe demo{
        static_cast<pid_t>(status.at("result").at("structuredContent").at("pid").as_int64())};
    gateway.close_input();
    CHECK(gateway.wait() == 0);
    CHECK(demo.has_ended());
}

TEST_CASE("signal_ends_a_gateway_although_a_call_is_under_way") {
    cli_process gateway{{"stdio"}};
    gateway.write(call_line("demo__wait", R"({"seconds":600,"steps":1000})"));
    CHECK(contains(gateway.read_line(), "notifications/progress"));
    gateway.kill(SIGTERM);
    CHECK(gateway.wait() == 0);
}

} // namespace mcpgw::cli_test
