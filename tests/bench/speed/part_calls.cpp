// SPDX-License-Identifier: Apache-2.0
// Calls a second, latencies and time on the processor: the gateway beside nginx and the echo
// server.
#include "tests/bench/speed/parts.hpp"

#include <fmt/format.h>

namespace mcpgw::bench {

namespace {

const load_cell piped_cell{64, 64};

std::vector<load_cell> cells_for(const speed_options& options) {
    std::vector<load_cell> cells{{1, 64}, {16, 64}, {64, 64}, {256, 64}};
    if (options.is_quick) return cells;
    cells.push_back({8, 64 * KiB});
    cells.push_back({2, 4 * MiB});
    return cells;
}

constexpr std::string_view rates_text =
    "Each connection sends the next call when it has the answer to the last one; every answer is\n"
    "compared with what was sent. A call is `tools/call` of a tool `echo` that gives its text "
    "back.\n"
    "Medians of all rounds; in brackets the lowest and the highest.\n"
    "\n"
    "- `gateway, legacy`: clients with sessions (2025-11-25). `gateway, modern`: clients without\n"
    "  (2026-07-28). One gateway, whose child is the echo server over stdio.\n"
    "- `nginx proxy_pass`: nginx with one worker before the same echo server on HTTP. It gets the\n"
    "  same bytes, keeps its connections on both sides, writes no log and no file. It passes bytes "
    "on\n"
    "  and knows nothing of what is in them.\n"
    "- `echo, no proxy`: that server with nothing before it.\n"
    "- `child's pipe`: the gateway's child without the gateway, with so many calls in flight on "
    "its\n"
    "  pipe; no gateway can be faster than its child.\n"
    "\n"
    "Long texts are not copied within the gateway; what they cost is the way in and out of the\n"
    "kernel, four times for each call, as for nginx; and reading them twice, which nginx does not\n"
    "do.\n";

constexpr std::string_view latency_text =
    "Of the same calls: from the first byte sent to the last byte received.\n";

constexpr std::string_view processor_text =
    "Of the same calls: time on the processor for one call, in microseconds, user and system\n"
    "together: of the gateway (without its child), of nginx's worker (without what is behind it), "
    "of\n"
    "the echo server, and of the load itself while it calls the first of them.\n";

void judge(bench_run& run, const std::vector<load_cell>& cells) {
    const auto& rates = run.rates;
    auto& targets = run.out.targets;
    const auto& mine = names::gateway_legacy;
    if (rates.of(mine, piped_cell).calls.is_empty()) return; // it failed, which is said elsewhere
    if (rates.of(names::nginx, piped_cell).calls.is_empty()) {
        run.out.remarks.emplace_back(
            "There is no nginx: targets that compare with it are left out.");
        return;
    }
    for (const auto& cell : cells) {
        const bool is_large = cell.text_bytes > 64;
        if (!is_large && cell.connections != 16 && cell.connections != 64) continue;
        const double wanted = is_large ? 1 : 1.2;
        const auto ratios =
            rates.of(mine, cell).calls.ratios_to(rates.of(names::nginx, cell).calls);
        targets.add(fmt::format("calls/s, {}, against nginx", cell.name()),
                    fmt::format(">= {:.1f} x", wanted), ratios_text(ratios),
                    ratios.median() >= wanted);
    }
    const load_cell one{1, 64};
    const auto p50 = rates.of(mine, one).p50.ratios_to(rates.of(names::nginx, one).p50);
    targets.add("p50 at 1 connection, against nginx", "<= 1.0 x", ratios_text(p50),
                p50.median() <= 1);
    const auto& legacy = rates.of(mine, piped_cell);
    const auto time = legacy.subject_us.ratios_to(rates.of(names::nginx, piped_cell).subject_us);
    targets.add(fmt::format("processor per call, {}, against nginx", piped_cell.name()), "<= 1.0 x",
                ratios_text(time), time.median() <= 1);
    const auto eras = rates.of(names::gateway_modern, piped_cell).calls.ratios_to(legacy.calls);
    targets.add(fmt::format("calls/s, {}, modern against legacy", piped_cell.name()),
                "0.9 to 1.1 x", ratios_text(eras), eras.median() >= 0.9 && eras.median() <= 1.1);
}

} // namespace

void run_calls(bench_run& run, const stand& on) {
    const auto cells = cells_for(run.options);
    for (std::size_t round = 0; round < run.options.rounds; ++round)
        for (const auto& cell : cells) {
            // Each round begins with another: who is first finds the processors as the cell before
            // left them.
            const auto& all = on.over_http();
            for (std::size_t i = 0; i < all.size(); ++i)
                run.rates.measure_echo(all[(i + round) % all.size()], cell, run.options.measured);
            if (cell == piped_cell)
                run.rates.measure_echo(on.child_alone(), cell, run.options.measured);
        }
    auto& sections = run.out.sections;
    sections.push_back({"Calls per second", std::string{rates_text}, run.rates.rates_table()});
    sections.push_back({"Latency", std::string{latency_text}, run.rates.latency_table()});
    sections.push_back(
        {"Time on the processor", std::string{processor_text}, run.rates.processor_table()});
    judge(run, cells);
    run.rates.report_failures(run.out, "");
}

} // namespace mcpgw::bench
