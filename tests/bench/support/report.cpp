// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/support/report.hpp"

#include "tests/bench/support/machine.hpp"
#include "tests/bench/support/table.hpp"

#include <fmt/format.h>

#include <utility>

namespace mcpgw::bench {

void report::add(std::string what, std::string target, std::string measured, bool is_met) {
    misses_ += is_met ? 0 : 1;
    rows_.push_back(
        {std::move(what), std::move(target), std::move(measured), is_met ? "met" : "MISSED"});
}

void report::note(std::string what, std::string measured, std::string target) {
    rows_.push_back({std::move(what), std::move(target), std::move(measured), ""});
}

std::string report::text() const {
    if (rows_.empty()) return "Nothing here has a target.\n";
    table made{{"what", "target", "measured", "verdict"}};
    for (const auto& r : rows_) made.add({r.what, r.target, r.measured, r.verdict});
    return made.text() + (is_good() ? "\nAll targets are met.\n" : "\nTargets were missed.\n");
}

void report::print(std::string_view binary) const {
    const auto here = this_machine();
    fmt::print("\n{}, {} cores, {} MiB; {}; compiler {}\n{}, version {}\n\n{}", here.processor,
               here.cores, here.memory_mib, here.system, here.compiler, binary, MCPGW_VERSION,
               text());
}

} // namespace mcpgw::bench
