// SPDX-License-Identifier: Apache-2.0
// Other gateways, each as its documentation says to serve a stdio server over HTTP.
#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "tests/bench/speed/load/sockets.hpp"
#include "tests/bench/speed/parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

#include <unistd.h>

namespace mcpgw::bench {

namespace {

constexpr std::chrono::seconds start_limit{15};
/// Some listen before they have started their server, and take no call well until then.
constexpr std::chrono::seconds settling{2};
/// They close sessions and processes after their last call.
constexpr std::chrono::milliseconds calm_down{500};
/// They differ so much that more of them would tell nothing.
constexpr std::size_t rounds_max = 5;
const std::vector<load_cell> cells{{16, 64}, {64, 64}, {8, 64 * KiB}};

constexpr std::string_view peers_text =
    "Other programs that serve a stdio server over HTTP, each started as its documentation says, "
    "with\n"
    "the same child: supergateway and mcp-proxy over Streamable HTTP with sessions, mcp-hub over\n"
    "HTTP+SSE, the one transport that it has towards clients. They take turns with the gateway; "
    "those\n"
    "whose turn it is not are stopped.\n";

/// How one of them is started.
struct peer_plan {
    std::string name;
    std::string script; ///< in node_modules
    dialect spoken = dialect::legacy;
    std::string tool = "echo";
};

const std::vector<peer_plan> plans{
    {"supergateway", "supergateway/dist/index.js"},
    {"mcp-proxy", "mcp-proxy/dist/bin/mcp-proxy.mjs"},
    {"mcp-hub", "mcp-hub/dist/cli.js", dialect::old_sse, "echo__echo"},
};

std::vector<std::string> arguments_of(const peer_plan& plan, const std::string& port,
                                      const std::string& echo, const std::string& config) {
    if (plan.name == "supergateway")
        return {"--stdio",
                echo + " stdio",
                "--outputTransport",
                "streamableHttp",
                "--stateful",
                "--port",
                port,
                "--logLevel",
                "none"};
    if (plan.name == "mcp-proxy")
        return {"--port", port, "--server", "stream", "--", echo, "stdio"};
    return {"--port", port, "--config", config};
}

std::string node_version(const bench_run& run) {
    try {
        return said_by({run.options.node, "--version"});
    } catch (const std::runtime_error&) {
        return "is not there"; // and each of them will say so too
    }
}

/// What its package says.
std::string version_of(const bench_run& run, const peer_plan& plan) {
    const auto package = plan.script.substr(0, plan.script.find('/'));
    std::ifstream file(run.options.peers + "/" + package + "/package.json");
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    return unquote_json(find_member(text, "version")).value_or("of an unknown version");
}

bool is_listening(std::uint16_t port) {
    try {
        ::close(connect_to_loopback(port));
        return true;
    } catch (const std::runtime_error&) {
        return false;
    }
}

/// One of them, as it runs.
class peer_process {
public:
    peer_process(const peer_plan& plan, const bench_run& run)
        : plan_(plan), port_(find_free_port()) {
        const auto config = directory_.path() + "/servers.json";
        std::ofstream(config) << fmt::format(
            R"({{"mcpServers":{{"echo":{{"command":{},"args":["stdio"]}}}}}})",
            quote_json(run.needed.echo));
        program_options options;
        options.command = {run.options.node, run.options.peers + "/" + plan.script};
        for (auto& word : arguments_of(plan, std::to_string(port_), run.needed.echo, config))
            options.command.push_back(std::move(word));
        options.log = directory_.path() + "/stderr.log";
        process_.emplace(options);
        const auto deadline = clock_type::now() + start_limit;
        while (!is_listening(port_)) {
            if (clock_type::now() > deadline) throw std::runtime_error("it did not come up");
            pause_for(std::chrono::milliseconds{50});
        }
        pause_for(settling);
        process_->suspend(); // until its turn comes
    }
    [[nodiscard]] const program& process() const { return *process_; }
    [[nodiscard]] subject as_subject() const {
        return {.name = plan_.name,
                .spoken = plan_.spoken,
                .port = port_,
                .path = "/mcp",
                .tool = plan_.tool,
                .processes = {process_->pid()}};
    }

private:
    const peer_plan& plan_; ///< one of the constants above
    temporary_directory directory_;
    std::uint16_t port_;
    std::optional<program> process_;
};

void judge(bench_run& run) {
    for (const auto& cell : {cells[0], cells[1]}) {
        const auto fastest = run.peers.fastest_beside(names::gateway_legacy, cell);
        if (fastest.empty()) continue;
        const auto ratios = run.peers.of(names::gateway_legacy, cell)
                                .calls.ratios_to(run.peers.of(fastest, cell).calls);
        run.out.targets.add(
            fmt::format("calls/s, {}, against the fastest other gateway", cell.name()), ">= 20 x",
            ratios_text(ratios), ratios.median() >= 20);
    }
}

} // namespace

void run_peers(bench_run& run) {
    if (run.options.peers.empty()) {
        run.out.remarks.emplace_back(
            "Other gateways were left out: --peers names a directory node_modules with them.");
        return;
    }
    const gateway_process gateway{run.needed.gateway, speed_configuration(run.needed.echo)};
    const subject mine{
        .name = names::gateway_legacy, .port = gateway.port(), .processes = {gateway.pid()}};
    std::vector<std::unique_ptr<peer_process>> running;
    run.versions.push_back("node " + node_version(run));
    for (const auto& plan : plans) {
        if (!std::filesystem::exists(run.options.peers + "/" + plan.script)) {
            run.out.remarks.push_back(plan.name + " was left out: it is not there.");
            continue;
        }
        try {
            running.push_back(std::make_unique<peer_process>(plan, run));
            run.versions.push_back(plan.name + " " + version_of(run, plan));
        } catch (const std::runtime_error& error) {
            run.out.remarks.push_back(fmt::format("{} was left out: {}", plan.name, error.what()));
        }
    }
    if (running.empty()) return;
    const auto rounds = std::min(run.options.rounds, rounds_max);
    for (std::size_t round = 0; round < rounds; ++round)
        for (const auto& cell : cells) {
            run.peers.measure_echo(mine, cell, run.options.measured);
            for (const auto& one : running) {
                one->process().resume();
                run.peers.measure_echo(one->as_subject(), cell, run.options.measured);
                pause_for(calm_down);
                one->process().suspend();
            }
        }
    run.out.sections.push_back({"Other gateways", std::string{peers_text},
                                run.peers.rates_table() + "\n" + run.peers.latency_table() + "\n" +
                                    run.peers.processor_table()});
    judge(run);
    run.peers.report_failures(run.out, "gateway");
}

} // namespace mcpgw::bench
