// SPDX-License-Identifier: Apache-2.0
// Starts, stops, sudden ends, and children that are only configured.
#include "protocol/json/json_members.hpp"
#include "tests/bench/resilience/mcp_client.hpp"
#include "tests/bench/resilience/scenarios.hpp"
#include "tests/bench/support/gateway_config.hpp"
#include "tests/bench/support/processes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace mcpgw::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto call_limit = 30s;

double milliseconds(std::chrono::microseconds time) {
    return static_cast<double>(time.count()) / 1000;
}

void must_succeed(const call_outcome& made) {
    if (made.is != call_outcome::kind::answered)
        throw std::runtime_error(fmt::format("a call failed: {} {}", made.name, made.text));
}

struct footprint {
    std::size_t descriptors = 0;
    std::size_t processes = 0;
    long resident = 0;
};

footprint footprint_of(pid_t gateway) {
    return {count_descriptors(gateway), descendants_of(gateway).size(), resident_kib(gateway)};
}

std::vector<std::string> many_children(const bench_options& options, std::size_t count,
                                       std::string_view more) {
    std::vector<std::string> list;
    for (std::size_t i = 0; i < count; ++i)
        list.push_back(demo_child(options.binary, fmt::format("c{}", i), more));
    return list;
}

} // namespace

void run_cycles(const bench_options& options, report& out) {
    constexpr std::size_t warm_up = 50; // allocators and buffers reach their sizes
    gateway_process gateway{options.binary,
                            configuration_of({demo_child(options.binary, "one")}, "")};
    mcp_client client{gateway.port(), era::modern};
    const auto cycle = [&client] {
        must_succeed(client.call("execute_child_tool",
                                 R"({"server_id":"one","tool_name":"echo",)"
                                 R"("arguments":{"message":"x"}})",
                                 call_limit));
        must_succeed(client.call("close_child_session", R"({"server_id":"one"})", call_limit));
    };
    for (std::size_t i = 0; i < warm_up; ++i) cycle();
    const auto before = footprint_of(gateway.pid());
    const auto begun = clock_type::now();
    for (std::size_t i = 0; i < options.cycles; ++i) cycle();
    const std::chrono::duration<double, std::milli> took = clock_type::now() - begun;
    const auto after = footprint_of(gateway.pid());
    constexpr long growth_kib_max = 2048;
    out.note("cycles: start, call and stop of a child",
             fmt::format("{} times, {:.1f} ms each", options.cycles,
                         took.count() / static_cast<double>(options.cycles)));
    out.add("cycles: descriptors, before and after", "the same",
            fmt::format("{}, {}", before.descriptors, after.descriptors),
            before.descriptors == after.descriptors);
    out.add("cycles: processes, before and after", "the same",
            fmt::format("{}, {}", before.processes, after.processes),
            before.processes == after.processes);
    out.add("cycles: growth of memory", "< 2 MiB",
            fmt::format("{} KiB of {}", after.resident - before.resident, after.resident),
            after.resident - before.resident < growth_kib_max);
}

void run_guard(const bench_options& options, report& out) {
    std::vector<std::string> children;
    for (std::size_t i = 0; i < options.guarded; ++i) {
        const auto name = fmt::format("c{}", i);
        children.push_back(i % 5 == 0
                               ? wrapped_child(options.binary, name, "sleep 1000 & sleep 1000 &")
                               : demo_child(options.binary, name));
    }
    gateway_process gateway{options.binary, configuration_of(children, "")};
    mcp_client client{gateway.port(), era::modern};
    for (std::size_t i = 0; i < options.guarded; ++i)
        must_succeed(client.call("execute_child_tool",
                                 fmt::format(R"({{"server_id":"c{}","tool_name":"echo",)"
                                             R"("arguments":{{"message":"x"}}}})",
                                             i),
                                 call_limit));
    const auto all = descendants_of(gateway.pid());
    const auto servers = servers_of(gateway.pid()).size();
    gateway.kill();
    const auto begun = clock_type::now();
    auto alive = count_alive(all);
    while (alive > 0 && clock_type::now() - begun < 2s) {
        pause_for(10ms);
        alive = count_alive(all);
    }
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock_type::now() - begun);
    out.note("kill -9 of the gateway: servers, processes with their children",
             fmt::format("{}, {}", servers, all.size()));
    out.add("kill -9 of the gateway: alive 2 s later", "0",
            alive == 0 ? fmt::format("0 (after {} ms)", took.count()) : std::to_string(alive),
            alive == 0 && servers >= options.guarded);
}

void run_lazy(const bench_options& options, report& out) {
    constexpr std::string_view lazy = R"("start":"lazy")";
    const auto config_of = [&](std::size_t count) {
        return configuration_of(many_children(options, count, lazy), "");
    };
    long resident_alone = 0;
    {
        const gateway_process alone{options.binary, config_of(1)};
        mcp_client client{alone.port(), era::modern};
        must_succeed(client.request(method::tools_list, "", {}, call_limit));
        resident_alone = resident_kib(alone.pid());
    }
    const gateway_process gateway{options.binary, config_of(options.lazy)};
    mcp_client client{gateway.port(), era::modern};
    must_succeed(client.request(method::tools_list, "", {}, call_limit));
    const auto more = static_cast<double>(resident_kib(gateway.pid()) - resident_alone);
    const auto each = more / static_cast<double>(std::max<std::size_t>(options.lazy - 1, 1));
    const auto up = milliseconds(gateway.start_time());
    out.add(fmt::format("{} lazy children: until the gateway listens", options.lazy), "< 50 ms",
            fmt::format("{:.1f} ms", up), up < 50);
    out.add(fmt::format("{} lazy children: processes", options.lazy), "0",
            std::to_string(servers_of(gateway.pid()).size()), servers_of(gateway.pid()).empty());
    out.add(fmt::format("{} lazy children: memory of each", options.lazy), "< 50 KiB",
            fmt::format("{:.1f} KiB", each), each < 50);
}

void run_failover(const bench_options& options, report& out) {
    constexpr std::string_view fragile =
        R"("start":"lazy","breaker":{"threshold":1,"timeout":3600},)"
        R"("fallback":[{"server":"second"}],"tools":{"crash":{"fallback":[]}})";
    gateway_process gateway{
        options.binary,
        configuration_of({demo_child(options.binary, "first", fragile),
                          demo_child(options.binary, "second", R"("start":"pre_warm")")},
                         R"("expose":"both")")};
    mcp_client client{gateway.port(), era::modern};
    constexpr std::string_view arguments = R"({"message":"x"})";
    for (const std::string_view name : {"first__echo", "second__echo"})
        must_succeed(client.call(name, arguments, call_limit));
    const auto crashed = client.call("first__crash", "{}", call_limit);
    if (crashed.name != "CONNECTION_LOST")
        throw std::runtime_error("the first server did not end: " + crashed.name);
    constexpr int calls = 100;
    std::chrono::microseconds longest{0};
    int good = 0;
    const auto next = client.call("first__echo", arguments, call_limit);
    for (int i = 0; i < calls; ++i) {
        const auto made = client.call("first__echo", arguments, call_limit);
        longest = std::max(longest, made.time);
        good += made.text == "x" && !made.answered_by.empty() ? 1 : 0;
    }
    const bool is_next_good = next.text == "x" && !next.answered_by.empty();
    out.add("failover: the next call, answered by the fallback", "< 50 ms",
            is_next_good ? fmt::format("{:.2f} ms", milliseconds(next.time)) : next.name,
            is_next_good && next.time < 50ms);
    out.add(fmt::format("failover: longest of {} more", calls), "< 50 ms",
            fmt::format("{:.2f} ms, {} answered", milliseconds(longest), good),
            longest < 50ms && good == calls);
}

} // namespace mcpgw::bench
