// SPDX-License-Identifier: Apache-2.0
// From the start of the process to where it listens, and to the first answer of a child.
#include "tests/bench/speed/load/http_connection.hpp"
#include "tests/bench/speed/parts.hpp"
#include "tests/bench/support/table.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace mcpgw::bench {

namespace {

constexpr std::size_t starts = 15;

constexpr std::string_view start_text =
    "From the start of the process until it says where it listens, and until the first call has "
    "its\n"
    "answer: for that call the child is started, and shakes hands. Medians of 15 starts.\n";

void require_success(const http_connection& answered) {
    const auto& reader = answered.reader();
    if (reader.status() != 200 || reader.body().find(R"("isError":true)") != std::string_view::npos)
        throw std::runtime_error("the first call failed");
}

std::string spread(const series& times) {
    return fmt::format("{} [{}..{}]", time_text(times.median()), time_text(times.min()),
                       time_text(times.max()));
}

} // namespace

void run_start(bench_run& run) {
    const auto kind = echo_of(64);
    const auto call = make_post(make_message(kind, dialect::modern), "/mcp",
                                fields_of(kind, dialect::modern, {}));
    const auto nanoseconds = [](auto time) {
        return static_cast<double>(std::chrono::nanoseconds{time}.count());
    };
    series listening;
    series answered;
    for (std::size_t i = 0; i < starts; ++i) {
        const auto begun = clock_type::now();
        const gateway_process gateway{run.needed.gateway, speed_configuration(run.needed.echo)};
        listening.add(nanoseconds(gateway.start_time()));
        http_connection client{gateway.port()};
        client.exchange(call.bytes);
        answered.add(nanoseconds(clock_type::now() - begun));
        require_success(client);
    }
    table made{{"from the start to", "time"}};
    made.add({"listening", spread(listening)});
    made.add({"first answer of the child", spread(answered)});
    run.out.sections.push_back({"Start", std::string{start_text}, made.text()});
    run.out.targets.add("start to listening", "< 15 ms", time_text(listening.median()),
                        listening.median() < 15e6);
    run.out.targets.add("start to first answer of the child", "< 40 ms",
                        time_text(answered.median()), answered.median() < 40e6);
}

} // namespace mcpgw::bench
