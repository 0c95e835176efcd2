// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/speed/findings.hpp"
#include "tests/bench/speed/series.hpp"
#include "tests/bench/speed/subject.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw::bench {

/// A load that several subjects get.
struct load_cell {
    std::size_t connections = 1; ///< or calls in flight on a pipe
    std::size_t text_bytes = 64;

    [[nodiscard]] std::string name() const;
    auto operator<=>(const load_cell&) const = default;
};

/// What was measured in one cell on one subject, round by round. Times in nanoseconds, those on the
/// processor in microseconds for each call.
struct cell_figures {
    series calls, events, p50, p99, p999, worst, subject_us, own_us;

    void add(const load_figures& one);
};

/// Subjects that take turns in each round, so that what disturbs the machine disturbs all of them.
/// One that fails is left out from then on.
class comparison {
public:
    /// One measurement of `what` in `cell` with calls of this kind.
    void measure_one(const subject& what, const load_cell& cell, const call_kind& kind,
                     const load_plan& plan);
    void measure_echo(const subject& what, const load_cell& cell,
                      std::chrono::milliseconds measured);

    /// Empty figures: it was not measured.
    [[nodiscard]] const cell_figures& of(const std::string& subject, const load_cell& cell) const;
    [[nodiscard]] double calls_of(const std::string& subject, const load_cell& cell) const {
        return of(subject, cell).calls.median();
    }
    /// The subject with the most calls there, but for this one; empty: there is no other.
    [[nodiscard]] std::string fastest_beside(const std::string& subject,
                                             const load_cell& cell) const;
    /// In the order in which they came.
    [[nodiscard]] const std::vector<std::string>& subjects() const { return subjects_; }

    /// Tables with a row for each cell and a column for each subject.
    [[nodiscard]] std::string rates_table() const;
    [[nodiscard]] std::string processor_table() const;
    /// With a row for each subject in each cell.
    [[nodiscard]] std::string latency_table() const;
    /// What failed becomes a missed target of `out` where the name begins with `must_work`, else a
    /// remark.
    void report_failures(findings& out, std::string_view must_work) const;

private:
    std::vector<std::string> subjects_;
    std::vector<load_cell> cells_;
    std::map<std::pair<std::string, load_cell>, cell_figures> figures_;
    std::map<std::string, std::string> failures_;
};

/// "64 B", "4 MiB".
std::string size_text(std::size_t bytes);
/// `one` as a multiple of `other`; 0: there is nothing to compare with.
double ratio_of(double one, double other);
/// "1.23 x"
std::string ratio_text(double ratio);
/// "1.23 x [1.17..1.31]": the median, the lowest and the highest.
std::string ratios_text(const series& ratios);

inline constexpr std::size_t KiB = 1024;
inline constexpr std::size_t MiB = 1024 * KiB;

} // namespace mcpgw::bench
