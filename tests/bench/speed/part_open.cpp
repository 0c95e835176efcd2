// SPDX-License-Identifier: Apache-2.0
// Latency at a fixed rate: calls are due at even distances, whether the last ones are back or not.
#include "tests/bench/speed/parts.hpp"
#include "tests/bench/support/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace mcpgw::bench {

namespace {

const load_cell full_load{64, 64};
constexpr std::chrono::seconds measured{2};

constexpr std::string_view open_text = "Calls of 64 bytes are due at even distances, on 64 "
                                       "connections, and the time of each counts from\n"
                                       "when it was due: a subject that stalls gets the waiting "
                                       "time of all that should have been sent\n"
                                       "meanwhile. First each subject at half of its own highest "
                                       "rate (64 x 64 B, above), then all at\n"
                                       "half of the gateway's.\n";

bool is_proxy(const subject& one) {
    return one.name != names::echo;
}

/// Its highest rate, measured here where the calls were not.
double highest_rate(bench_run& run, const subject& one) {
    if (run.rates.of(one.name, full_load).calls.is_empty())
        run.rates.measure_echo(one, full_load, std::chrono::seconds{1});
    return run.rates.calls_of(one.name, full_load);
}

struct rated_row {
    const subject* what = nullptr;
    double rate = 0;
    cell_figures figures;
};

std::vector<rated_row> rows_of(bench_run& run, const stand& on) {
    std::vector<rated_row> rows;
    double common = 0;
    for (const auto& one : on.over_http()) {
        if (!is_proxy(one)) continue;
        const auto rate = highest_rate(run, one) / 2;
        if (rows.empty()) common = rate;
        rows.push_back({&one, rate, {}});
    }
    const auto count = rows.size();
    for (std::size_t i = 1; i < count; ++i)
        // At more than nine tenths of what it can do it would only show its queue.
        if (common < rows[i].rate * 1.8) rows.push_back({rows[i].what, common, {}});
    return rows;
}

} // namespace

void run_open(bench_run& run, const stand& on) {
    auto rows = rows_of(run, on);
    const auto rounds = std::min<std::size_t>(run.options.rounds, 3);
    for (std::size_t round = 0; round < rounds; ++round)
        for (auto& row : rows) {
            if (row.rate <= 0) continue;
            load_plan plan;
            plan.rate = row.rate;
            plan.measured = measured;
            row.figures.add(
                measure(*row.what, echo_of(full_load.text_bytes), full_load.connections, plan));
        }
    table made{{"subject", "calls/s", "p50", "p99", "p99.9", "longest"}};
    std::map<std::string, series> p99;
    for (const auto& row : rows) {
        const auto& f = row.figures;
        if (f.calls.is_empty()) continue;
        made.add({row.what->name, with_commas(row.rate), time_text(f.p50.median()),
                  time_text(f.p99.median()), time_text(f.p999.median()),
                  time_text(f.worst.median())});
        p99.try_emplace(row.what->name, f.p99); // the first: at half of its own rate
    }
    run.out.sections.push_back({"Latency at a fixed rate", std::string{open_text}, made.text()});
    if (!p99.contains(names::nginx) || !p99.contains(names::gateway_legacy)) return;
    const auto ratios = p99[names::gateway_legacy].ratios_to(p99[names::nginx]);
    run.out.targets.add("p99 at half of the highest rate, against nginx", "<= 2.0 x",
                        ratios_text(ratios), ratios.median() <= 2);
}

} // namespace mcpgw::bench
