// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/speed/comparison.hpp"

#include "tests/bench/support/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace mcpgw::bench {

namespace {

template <class T>
void add_once(std::vector<T>& list, const T& one) {
    if (std::ranges::find(list, one) == list.end()) list.push_back(one);
}

std::string factor_text(double ratio) {
    return fmt::format("{:.{}f}", ratio, ratio < 10 ? 2 : 0);
}

} // namespace

std::string size_text(std::size_t bytes) {
    if (bytes >= MiB) return fmt::format("{} MiB", bytes / MiB);
    if (bytes >= KiB) return fmt::format("{} KiB", bytes / KiB);
    return fmt::format("{} B", bytes);
}

double ratio_of(double one, double other) {
    return other > 0 ? one / other : 0;
}

std::string ratio_text(double ratio) {
    return factor_text(ratio) + " x";
}

std::string ratios_text(const series& ratios) {
    return fmt::format("{} [{}..{}]", ratio_text(ratios.median()), factor_text(ratios.min()),
                       factor_text(ratios.max()));
}

std::string load_cell::name() const {
    return fmt::format("{} x {}", connections, size_text(text_bytes));
}

void cell_figures::add(const load_figures& one) {
    calls.add(one.calls_per_second());
    events.add(one.seconds > 0 ? static_cast<double>(one.counted) / one.seconds : 0);
    p50.add(one.times.quantile(0.5));
    p99.add(one.times.quantile(0.99));
    p999.add(one.times.quantile(0.999));
    worst.add(one.times.max());
    subject_us.add(one.subject_us_per_call());
    own_us.add(one.own_us_per_call());
}

const cell_figures& comparison::of(const std::string& subject, const load_cell& cell) const {
    static const cell_figures none;
    const auto found = figures_.find({subject, cell});
    return found == figures_.end() ? none : found->second;
}

std::string comparison::fastest_beside(const std::string& subject, const load_cell& cell) const {
    std::string fastest;
    for (const auto& name : subjects_)
        if (name != subject && (fastest.empty() || calls_of(name, cell) > calls_of(fastest, cell)))
            fastest = name;
    return fastest;
}

void comparison::measure_one(const subject& what, const load_cell& cell, const call_kind& kind,
                             const load_plan& plan) {
    if (failures_.contains(what.name)) return;
    add_once(subjects_, what.name);
    add_once(cells_, cell);
    try {
        figures_[{what.name, cell}].add(measure(what, kind, cell.connections, plan));
    } catch (const std::runtime_error& error) {
        failures_[what.name] = fmt::format("{}: {}", cell.name(), error.what());
    }
}

void comparison::measure_echo(const subject& what, const load_cell& cell,
                              std::chrono::milliseconds measured) {
    load_plan plan;
    plan.measured = measured;
    auto kind = echo_of(cell.text_bytes);
    kind.tool = what.tool;
    measure_one(what, cell, kind, plan);
}

std::string comparison::rates_table() const {
    std::vector<std::string> head{"calls/s"};
    head.insert(head.end(), subjects_.begin(), subjects_.end());
    table made{head};
    for (const auto& cell : cells_) {
        std::vector<std::string> row{cell.name()};
        for (const auto& name : subjects_) {
            const auto& calls = of(name, cell).calls;
            row.push_back(calls.is_empty()
                              ? "-"
                              : fmt::format("{} [{}..{}]", with_commas(calls.median()),
                                            with_commas(calls.min()), with_commas(calls.max())));
        }
        made.add(row);
    }
    return made.text();
}

std::string comparison::processor_table() const {
    std::vector<std::string> head{"µs/call"};
    head.insert(head.end(), subjects_.begin(), subjects_.end());
    head.emplace_back("load");
    table made{head};
    for (const auto& cell : cells_) {
        std::vector<std::string> row{cell.name()};
        double own = 0;
        for (const auto& name : subjects_) {
            const auto& f = of(name, cell);
            row.push_back(f.calls.is_empty() ? "-" : fmt::format("{:.1f}", f.subject_us.median()));
            if (own == 0) own = f.own_us.median();
        }
        row.push_back(fmt::format("{:.1f}", own));
        made.add(row);
    }
    return made.text();
}

std::string comparison::latency_table() const {
    table made{{"connections x text", "subject", "p50", "p99", "p99.9", "longest"}};
    for (const auto& cell : cells_)
        for (const auto& name : subjects_) {
            const auto& f = of(name, cell);
            if (f.calls.is_empty()) continue;
            made.add({cell.name(), name, time_text(f.p50.median()), time_text(f.p99.median()),
                      time_text(f.p999.median()), time_text(f.worst.median())});
        }
    return made.text();
}

void comparison::report_failures(findings& out, std::string_view must_work) const {
    for (const auto& [name, why] : failures_) {
        if (name.starts_with(must_work))
            out.targets.add(name, "every answer is right", why, false);
        else
            out.remarks.push_back(fmt::format("{} was left out: {}", name, why));
    }
}

} // namespace mcpgw::bench
