// SPDX-License-Identifier: Apache-2.0
// What one call may cost. Counted, not timed, so that it is the same on every machine: a change
// that makes the hot path dearer fails here, and one that makes it cheaper should lower the budget.
#include "server/serving/application.hpp"

#include "tests/budget/allocation_count.hpp"
#include "tests/support/http_client.hpp"

#include <catch2/catch_test_macros.hpp>

#include <charconv>
#include <csignal>
#include <cstdint>
#include <future>
#include <string>
#include <thread>

#include <unistd.h>

using namespace mcpgw;
using namespace mcpgw::io_test;

namespace {

constexpr int warm_up_calls = 200;
constexpr int counted_calls = 500;
// Allocations of one call of a small tool, by era of the client; the server speaks both.
constexpr double legacy_budget = 15.5; // half of one is for what happens now and then
constexpr double modern_budget = 15.5;

/// The whole gateway on a thread of its own, with one child.
class running_gateway {
public:
    running_gateway() {
        config_.log = log_level::error;
        config_.gateway.expose = exposure::all;
        config_.gateway.naming.prefix = prefix_policy::never;
        config_.http.port = 0;
        child_options child;
        child.name = "demo";
        child.command = MCPGW_BINARY;
        child.args = {"demo-server"};
        config_.children.push_back(child);
        auto url = url_.get_future();
        thread_ = std::thread{[this] {
            run();
        }};
        const auto text = url.get();
        const auto colon = text.rfind(':') + 1;
        std::from_chars(text.data() + colon, text.data() + text.size(), port_);
    }
    ~running_gateway() {
        ::kill(::getpid(), SIGTERM); // the application's own way to be stopped
        thread_.join();
    }
    running_gateway(const running_gateway&) = delete;
    running_gateway& operator=(const running_gateway&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    void run() {
        budget_test::count_allocations_here();
        application app{config_, MCPGW_BINARY};
        app.run_http([this](const std::string& base_url) { url_.set_value(base_url); });
    }

    configuration config_;
    std::promise<std::string> url_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

double allocations_per_call(http_client& client, const http_request& request) {
    const auto text = request.text();
    const auto call = [&client, &text] {
        REQUIRE(client.send(text));
        const auto answer = client.read_answer();
        REQUIRE(answer.status == 200);
        CAPTURE(answer.body);
        REQUIRE(answer.body.find(R"("text":"0123456789")") != std::string::npos);
    };
    for (int i = 0; i < warm_up_calls; ++i) call();
    const auto before = budget_test::allocations.load();
    for (int i = 0; i < counted_calls; ++i) call();
    return static_cast<double>(budget_test::allocations.load() - before) / counted_calls;
}

} // namespace

TEST_CASE("a_small_call_stays_within_its_budget_of_allocations") {
    running_gateway gateway;
    http_client client{gateway.port()};
    const auto opened = client.ask(
        http_post(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":)"
                  R"("2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}})"));
    REQUIRE(opened.status == 200);
    const auto session = opened.field("mcp-session-id");
    const auto legacy = allocations_per_call(
        client, http_post(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":)"
                          R"({"name":"echo","arguments":{"message":"0123456789"}}})")
                    .with("Mcp-Session-Id", session)
                    .with("MCP-Protocol-Version", "2025-11-25"));
    const auto modern = allocations_per_call(
        client, http_post(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":)"
                          R"({"name":"echo","arguments":{"message":"0123456789"},"_meta":{)"
                          R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                          R"("io.modelcontextprotocol/clientInfo":{"name":"t","version":"1"},)"
                          R"("io.modelcontextprotocol/clientCapabilities":{}}}})")
                    .with("MCP-Protocol-Version", "2026-07-28")
                    .with("Mcp-Method", "tools/call")
                    .with("Mcp-Name", "echo"));
    INFO("legacy " << legacy << ", modern " << modern);
    CHECK(legacy <= legacy_budget);
    CHECK(modern <= modern_budget);
}
