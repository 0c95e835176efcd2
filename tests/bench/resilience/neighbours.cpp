// SPDX-License-Identifier: Apache-2.0
// A healthy server beside others that hang in their start.
#include "tests/bench/resilience/mcp_client.hpp"
#include "tests/bench/resilience/scenarios.hpp"
#include "tests/bench/support/gateway_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace mcpgw::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto call_limit = 90s; // beyond every wait that a hanging server could cause
constexpr int calls = 1'000;
constexpr int hanging = 9;

struct times {
    std::chrono::microseconds list{0}, first{0}, p99{0}, longest{0};
};

/// What calls of the healthy one take, by its tool's public name and by execute_child_tool in turn.
times measure(const bench_options& options, int neighbours, std::string_view more) {
    std::vector<std::string> children{demo_child(options.binary, "good", more)};
    for (int i = 0; i < neighbours; ++i)
        children.push_back(wrapped_child(options.binary, fmt::format("bad{}", i),
                                         "while read line; do :; done;", more));
    gateway_process gateway{options.binary,
                            configuration_of(children, R"("expose":"both","schema_cache":"off")")};
    mcp_client client{gateway.port(), era::modern};
    const auto call = [&client](bool is_by_name) {
        const auto made = is_by_name ? client.call("good__echo", R"({"message":"x"})", call_limit)
                                     : client.call("execute_child_tool",
                                                   R"({"server_id":"good","tool_name":"echo",)"
                                                   R"("arguments":{"message":"x"}})",
                                                   call_limit);
        if (made.is != call_outcome::kind::answered)
            throw std::runtime_error(fmt::format("a call failed: {} {}", made.name, made.text));
        return made.time;
    };
    times out;
    out.first = call(true);
    out.list = client.request(method::tools_list, "", {}, call_limit).time;
    std::vector<std::chrono::microseconds> each;
    for (int i = 0; i < calls; ++i) each.push_back(call(i % 2 == 0));
    std::ranges::sort(each);
    out.p99 = each[each.size() * 99 / 100];
    out.longest = each.back();
    return out;
}

double milliseconds(std::chrono::microseconds time) {
    return static_cast<double>(time.count()) / 1000;
}

} // namespace

void run_neighbours(const bench_options& options, report& out) {
    for (const std::string_view start : {"pre_warm", "lazy"}) {
        const auto more = fmt::format(R"("start":"{}")", start);
        const auto alone = measure(options, 0, more);
        const auto beside = measure(options, hanging, more);
        const auto title = [start](std::string_view what) {
            return fmt::format("{} servers that hang in their start ({}): {}", hanging, start,
                               what);
        };
        // As without them, but for the noise of the machine.
        out.add(title("p99 of calls of a healthy one"), "as without them",
                fmt::format("{:.2f} ms, without them {:.2f} ms", milliseconds(beside.p99),
                            milliseconds(alone.p99)),
                beside.p99 <= alone.p99 * 3 / 2 + 500us);
        out.add(title("its first call"), "< 1 s more than without them",
                fmt::format("{:.0f} ms, without them {:.0f} ms", milliseconds(beside.first),
                            milliseconds(alone.first)),
                beside.first < alone.first + 1s);
        out.add(title("the first list"), "< 3 s (gateway.list_wait is 2 s)",
                fmt::format("{:.0f} ms", milliseconds(beside.list)), beside.list < 3s);
    }
}

} // namespace mcpgw::bench
