// SPDX-License-Identifier: Apache-2.0
// What is more than one call and its answer: notifications, long lists, other transports.
#include "tests/bench/speed/parts.hpp"
#include "tests/bench/support/table.hpp"

#include <fmt/format.h>

#include <fstream>

namespace mcpgw::bench {

namespace {

const load_cell events_cell{16, 0};
const load_cell lists_cell{4, 0};
const load_cell transports_cell{64, 64};
constexpr std::size_t long_list = 1000;

constexpr std::string_view events_text = "A tool sends 100 progress notifications before its "
                                         "answer; 16 connections call it. The client\n"
                                         "gets them as an event stream, each with its own token. "
                                         "`child's pipe` is the child without the\n"
                                         "gateway, with 16 calls in flight.\n";

constexpr std::string_view lists_text =
    "`tools/list` of a gateway whose child has 1,000 tools, on 4 connections.\n";

constexpr std::string_view eras_text = "Calls of 64 bytes on 64 connections, in each pair of eras "
                                       "of the client and of the child. Where\n"
                                       "they differ, the gateway translates.\n";

constexpr std::string_view transports_text =
    "Calls of 64 bytes, 64 at a time: over HTTP+SSE (2024-11-05) with a stream and a connection "
    "for\n"
    "posts for each client; over stdio with all calls on one pipe (`mcp-gateway stdio`).\n";

subject gateway_at(const gateway_process& gateway, const std::string& name, dialect spoken) {
    return {.name = name,
            .spoken = spoken,
            .port = gateway.port(),
            .path = spoken == dialect::old_sse ? "/sse" : "/mcp",
            .processes = {gateway.pid()}};
}

load_plan plan_of(const speed_options& options) {
    load_plan plan;
    plan.measured = options.measured;
    return plan;
}

subject piped(const std::string& name, dialect spoken, std::vector<std::string> command) {
    subject made{.name = name, .spoken = spoken};
    made.piped.command = std::move(command);
    made.piped.has_pipes = true;
    made.piped.log = "/dev/null";
    return made;
}

/// A row for each subject.
std::string call_table(const std::string& head, const comparison& seen, const load_cell& cell) {
    table made{{head, "calls/s", "p50", "p99", "µs/call"}};
    for (const auto& name : seen.subjects()) {
        const auto& f = seen.of(name, cell);
        if (f.calls.is_empty()) continue;
        made.add({name, with_commas(f.calls.median()), time_text(f.p50.median()),
                  time_text(f.p99.median()), fmt::format("{:.1f}", f.subject_us.median())});
    }
    return made.text();
}

} // namespace

void run_events(bench_run& run) {
    const gateway_process gateway{run.needed.gateway, speed_configuration(run.needed.echo)};
    const std::vector<subject> subjects{
        gateway_at(gateway, names::gateway_legacy, dialect::legacy),
        gateway_at(gateway, names::gateway_modern, dialect::modern),
        piped(names::child, dialect::legacy, {run.needed.echo, "stdio"})};
    comparison seen;
    for (std::size_t round = 0; round < run.options.rounds; ++round)
        for (const auto& one : subjects)
            seen.measure_one(one, events_cell, progress_call(), plan_of(run.options));
    table made{{"subject", "events/s", "calls/s", "p50", "p99", "µs/event"}};
    for (const auto& name : seen.subjects()) {
        const auto& f = seen.of(name, events_cell);
        if (f.calls.is_empty()) continue;
        made.add({name, with_commas(f.events.median()), with_commas(f.calls.median()),
                  time_text(f.p50.median()), time_text(f.p99.median()),
                  fmt::format("{:.2f}", f.subject_us.median() / 100)});
    }
    run.out.sections.push_back({"Notifications", std::string{events_text}, made.text()});
    const auto events = seen.of(names::gateway_legacy, events_cell).events.median();
    run.out.targets.add("progress notifications relayed", ">= 200,000/s",
                        with_commas(events) + "/s", events >= 200'000);
    seen.report_failures(run.out, "");
}

void run_lists(bench_run& run) {
    const gateway_process gateway{run.needed.gateway,
                                  speed_configuration(run.needed.echo, long_list)};
    const std::vector<subject> subjects{
        gateway_at(gateway, names::gateway_legacy, dialect::legacy),
        gateway_at(gateway, names::gateway_modern, dialect::modern)};
    comparison seen;
    for (std::size_t round = 0; round < run.options.rounds; ++round)
        for (const auto& one : subjects)
            seen.measure_one(one, lists_cell, list_of(long_list), plan_of(run.options));
    run.out.sections.push_back(
        {"Long lists", std::string{lists_text}, call_table("subject", seen, lists_cell)});
    seen.report_failures(run.out, "");
}

void run_eras(bench_run& run) {
    const std::string& echo = run.needed.echo;
    const gateway_process to_legacy{run.needed.gateway, speed_configuration(echo, 2, "legacy")};
    const gateway_process to_modern{run.needed.gateway, speed_configuration(echo, 2, "modern")};
    const std::vector<subject> subjects{
        gateway_at(to_legacy, "legacy client, legacy child", dialect::legacy),
        gateway_at(to_modern, "legacy client, modern child", dialect::legacy),
        gateway_at(to_legacy, "modern client, legacy child", dialect::modern),
        gateway_at(to_modern, "modern client, modern child", dialect::modern)};
    comparison seen;
    for (std::size_t round = 0; round < run.options.rounds; ++round)
        for (const auto& one : subjects)
            seen.measure_echo(one, transports_cell, run.options.measured);
    run.out.sections.push_back(
        {"Pairs of eras", std::string{eras_text}, call_table("pair", seen, transports_cell)});
    seen.report_failures(run.out, "");
}

void run_transports(bench_run& run) {
    const gateway_process gateway{run.needed.gateway, speed_configuration(run.needed.echo)};
    const temporary_directory directory;
    const auto file = directory.path() + "/gateway.json";
    std::ofstream(file) << speed_configuration(run.needed.echo);
    const std::vector<std::string> over_stdio{run.needed.gateway, "stdio", "--config", file};
    const std::vector<subject> subjects{
        gateway_at(gateway, "gateway, HTTP+SSE", dialect::old_sse),
        piped("gateway, stdio, legacy", dialect::legacy, over_stdio),
        piped("gateway, stdio, modern", dialect::modern, over_stdio)};
    comparison seen;
    for (std::size_t round = 0; round < run.options.rounds; ++round)
        for (const auto& one : subjects)
            seen.measure_echo(one, transports_cell, run.options.measured);
    run.out.sections.push_back({"Other transports", std::string{transports_text},
                                call_table("transport", seen, transports_cell)});
    seen.report_failures(run.out, "");
}

} // namespace mcpgw::bench
