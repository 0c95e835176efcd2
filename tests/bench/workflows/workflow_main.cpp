// SPDX-License-Identifier: Apache-2.0
// What a step of a workflow costs beside the call of its tool. See tests/bench/README.md.
#include "server/flows/running_workflow.hpp"
#include "server/workflows/workflow_reader.hpp"
#include "transports/async/task_group.hpp"
#include "transports/session/client_session.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mcpgw::bench {

namespace {

namespace json = boost::json;

constexpr std::size_t steps = 1'000;
constexpr int rounds = 30;
constexpr double target_us = 30;

/// Answers at once, as the quickest server there can be.
class instant_tools final : public tool_dispatch {
public:
    task<result<std::string>> call_tool(std::string, std::string, const client_request&,
                                        reply_sink&) override {
        ++calls;
        co_return std::string{
            R"({"content":[{"type":"text","text":"{\"sum\":1}"}],"structuredContent":{"sum":1}})"};
    }
    [[nodiscard]] tool_facts facts_of(std::string_view, std::string_view,
                                      const client_request&) const override {
        return {};
    }
    std::size_t calls = 0;
};

class silent_sink final : public reply_sink {
public:
    void notify(std::string) override {}
    result<std::shared_ptr<question>> ask(std::string_view, std::string_view) override {
        return fault{errc::session_error, "nobody is asked"};
    }
};

/// Each step adds one to what the step before gave; or they need nothing of each other.
std::shared_ptr<const workflow> make_flow(bool is_chain) {
    json::array list;
    for (std::size_t i = 0; i < steps; ++i) {
        json::object arguments{{"b", 2}};
        arguments["a"] = is_chain && i > 0
                             ? json::value(fmt::format("${{steps.s{}.sum + 1}}", i - 1))
                             : json::value(1);
        list.push_back(json::object{{"id", fmt::format("s{}", i)},
                                    {"server", "demo"},
                                    {"tool", "add"},
                                    {"arguments", std::move(arguments)}});
    }
    auto made = read_workflow({{"steps", std::move(list)}, {"output", "done"}});
    return std::make_shared<const workflow>(std::move(made.value()));
}

task<> run_one(std::shared_ptr<running_workflow> run, std::shared_ptr<const workflow> flow) {
    json::value none = json::object{};
    co_await run->run(std::move(flow), std::move(none));
}

/// Microseconds of one step, in the middle of all rounds.
double measure(const std::shared_ptr<const workflow>& flow) {
    asio::io_context io{1};
    task_group tasks{io.get_executor(), 10};
    client_request request;
    request.text = std::string{R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}})"};
    request.message = *scan_envelope(request.text);
    request.session = std::make_shared<client_session>(io.get_executor(), "bench", 1);
    instant_tools tools;
    silent_sink sink;
    std::vector<double> times;
    for (int round = 0; round < rounds; ++round) {
        auto run = std::make_shared<running_workflow>(
            io.get_executor(), running_workflow::identity{}, workflow_client{request}, tools,
            [](std::string_view) { return nullptr; }, std::chrono::minutes{1});
        run->attach(&sink);
        const auto begin = std::chrono::steady_clock::now();
        tasks.spawn(run_one(run, flow));
        io.restart();
        while (tasks.size() > 0) io.run_one();
        const std::chrono::duration<double, std::micro> took =
            std::chrono::steady_clock::now() - begin;
        times.push_back(took.count() / static_cast<double>(steps));
        if (const auto outcome = run->take_outcome(); outcome.failure) {
            fmt::print("{}\n", outcome.failure->message());
            return -1;
        }
    }
    if (tools.calls != steps * rounds) return -1;
    std::ranges::sort(times);
    return times[times.size() / 2];
}

} // namespace

} // namespace mcpgw::bench

int main() {
    using namespace mcpgw::bench;
    bool is_met = true;
    fmt::print("A workflow of {} steps, without what the tools themselves take; target {} us\n",
               steps, target_us);
    for (const bool is_chain : {true, false}) {
        const double us = measure(make_flow(is_chain));
        is_met = is_met && us >= 0 && us <= target_us;
        fmt::print("{:<44} {:6.2f} us a step\n",
                   is_chain ? "each step takes what the one before gave"
                            : "steps that need nothing of each other",
                   us);
    }
    return is_met ? 0 : 1;
}
