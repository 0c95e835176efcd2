#include "tests/bench/speed/call_rates.hpp"

#include "tests/bench/speed/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace mcpgw::bench {

namespace {

constexpr std::size_t KiB = 1024;
constexpr std::size_t MiB = 1024 * KiB;
const load_cell piped_cell{64, 64};

std::vector<load_cell> cells_for(const speed_options& options) {
    std::vector<load_cell> cells{{1, 64}, {16, 64}, {64, 64}, {256, 64}};
    if (options.is_quick) return cells;
    cells.push_back({8, 64 * KiB});
    cells.push_back({2, 4 * MiB});
    return cells;
}

std::string size_text(std::size_t bytes) {
    if (bytes >= MiB) return fmt::format("{} MiB", bytes / MiB);
    if (bytes >= KiB) return fmt::format("{} KiB", bytes / KiB);
    return fmt::format("{} B", bytes);
}

/// "1.23 x", or "-" where there is nothing to compare with.
std::string ratio_text(double ratio) {
    return ratio > 0 ? fmt::format("{:.2f} x", ratio) : "-";
}

double ratio(double one, double other) {
    return other > 0 ? one / other : 0;
}

constexpr std::string_view rates_text =
    "Each connection sends the next call when it has the answer to the last one. A call is\n"
    "`tools/call` of a tool `echo` that gives its text back. Medians of all rounds; in brackets "
    "the\n"
    "lowest and the highest. `nginx proxy_pass` is nginx with one worker before the same echo "
    "server\n"
    "on HTTP, and gets the same bytes; `echo, no proxy` is that server without anything before "
    "it;\n"
    "`child's pipe` is the gateway's child without the gateway, which no gateway can beat.\n";

constexpr std::string_view latency_text =
    "The time of one call, from its first byte sent to its last byte received.\n";

constexpr std::string_view processor_text =
    "Time on the processor for one call, in microseconds, user and system together: of the "
    "gateway\n"
    "(without its child), of nginx's worker (without what is behind it), and of the load itself,\n"
    "which has to be well below what it measures.\n";

} // namespace

std::string load_cell::name() const {
    return fmt::format("{} x {}", connections, size_text(text_bytes));
}

void cell_figures::add(const load_figures& one) {
    calls.add(one.calls_per_second());
    p50.add(one.times.quantile(0.5));
    p99.add(one.times.quantile(0.99));
    p999.add(one.times.quantile(0.999));
    worst.add(one.times.max());
    subject_us.add(one.subject_us_per_call());
    own_us.add(one.own_us_per_call());
}

const cell_figures& call_rates::of(const std::string& subject, const load_cell& cell) const {
    static const cell_figures none;
    const auto found = figures_.find({subject, cell});
    return found == figures_.end() ? none : found->second;
}

void call_rates::measure_one(const subject& what, const load_cell& cell, const load_plan& plan) {
    figures_[{what.name, cell}].add(
        measure(what, echo_of(cell.text_bytes), cell.connections, plan));
}

void call_rates::run(const speed_options& options, const stand& on) {
    cells_ = cells_for(options);
    for (const auto& one : on.over_http()) subjects_.push_back(one.name);
    subjects_.push_back(on.child_alone().name);
    load_plan plan;
    plan.measured = options.measured;
    for (std::size_t round = 0; round < options.rounds; ++round)
        for (const auto& cell : cells_) {
            for (const auto& one : on.over_http()) measure_one(one, cell, plan);
            if (cell == piped_cell) measure_one(on.child_alone(), cell, plan);
        }
}

void call_rates::report_to(findings& out) const {
    std::vector<std::string> head{"calls/s"};
    for (const auto& name : subjects_) head.push_back(name);
    table rates{head};
    table times{{"connections x text", "subject", "p50", "p99", "p99.9", "longest"}};
    head.front() = "us/call";
    head.push_back("load");
    table processor{head};
    for (const auto& cell : cells_) {
        std::vector<std::string> rates_row{cell.name()};
        std::vector<std::string> processor_row{cell.name()};
        double own = 0;
        for (const auto& name : subjects_) {
            const auto& f = of(name, cell);
            if (f.calls.is_empty()) {
                rates_row.emplace_back("-");
                processor_row.emplace_back("-");
                continue;
            }
            rates_row.push_back(fmt::format("{} [{}..{}]", with_commas(f.calls.median()),
                                            with_commas(f.calls.min()),
                                            with_commas(f.calls.max())));
            processor_row.push_back(fmt::format("{:.1f}", f.subject_us.median()));
            times.add({cell.name(), name, time_text(f.p50.median()), time_text(f.p99.median()),
                       time_text(f.p999.median()), time_text(f.worst.median())});
            if (name == subjects_.front()) own = f.own_us.median();
        }
        processor_row.push_back(fmt::format("{:.1f}", own));
        rates.add(rates_row);
        processor.add(processor_row);
    }
    out.sections.push_back({"Calls per second", std::string{rates_text}, rates.text()});
    out.sections.push_back({"Latency", std::string{latency_text}, times.text()});
    out.sections.push_back({"Processor", std::string{processor_text}, processor.text()});
    judge(out);
}

void call_rates::judge(findings& out) const {
    const auto& legacy = names::gateway_legacy;
    if (of(names::nginx, {16, 64}).calls.is_empty()) return;
    for (const auto& cell : cells_) {
        const auto mine = of(legacy, cell).calls.median();
        const auto theirs = of(names::nginx, cell).calls.median();
        const bool is_large = cell.text_bytes > 64;
        if (!is_large && cell.connections != 16 && cell.connections != 64) continue;
        const double wanted = is_large ? 1 : 1.2;
        out.targets.add(fmt::format("calls/s, {}, against nginx", cell.name()),
                        fmt::format(">= {:.1f} x", wanted), ratio_text(ratio(mine, theirs)),
                        ratio(mine, theirs) >= wanted);
    }
    const load_cell one{1, 64};
    const auto p50 = ratio(of(legacy, one).p50.median(), of(names::nginx, one).p50.median());
    out.targets.add("p50 at 1 connection, against nginx", "<= 1.0 x", ratio_text(p50), p50 <= 1);
    const load_cell many{64, 64};
    const auto time =
        ratio(of(legacy, many).subject_us.median(), of(names::nginx, many).subject_us.median());
    out.targets.add("processor per call, 64 x 64 B, against nginx", "<= 1.0 x", ratio_text(time),
                    time <= 1);
    const auto eras =
        ratio(of(names::gateway_modern, many).calls.median(), of(legacy, many).calls.median());
    out.targets.add("modern against legacy, calls/s, 64 x 64 B", "0.9 to 1.1 x", ratio_text(eras),
                    eras >= 0.9 && eras <= 1.1);
}

} // namespace mcpgw::bench
