#pragma once

#include "tests/bench/speed/findings.hpp"
#include "tests/bench/speed/options.hpp"
#include "tests/bench/speed/series.hpp"
#include "tests/bench/speed/stand.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace mcpgw::bench {

/// A load that all subjects get.
struct load_cell {
    std::size_t connections = 1;
    std::size_t text_bytes = 64;

    [[nodiscard]] std::string name() const;
    auto operator<=>(const load_cell&) const = default;
};

/// What was measured in one cell on one subject, round by round. Times in nanoseconds, those on the
/// processor in microseconds for each call.
struct cell_figures {
    series calls, p50, p99, p999, worst, subject_us, own_us;

    void add(const load_figures& one);
};

/// Calls a second, latencies and time on the processor, of the gateway and of what it is compared
/// with: all subjects take turns in each round, so that what disturbs the machine disturbs all.
class call_rates {
public:
    void run(const speed_options& options, const stand& on);
    void report_to(findings& out) const;
    /// Empty figures: it was not measured.
    [[nodiscard]] const cell_figures& of(const std::string& subject, const load_cell& cell) const;

private:
    void measure_one(const subject& what, const load_cell& cell, const load_plan& plan);
    void judge(findings& out) const;

    std::vector<std::string> subjects_; ///< in their order
    std::vector<load_cell> cells_;
    std::map<std::pair<std::string, load_cell>, cell_figures> figures_;
};

} // namespace mcpgw::bench
