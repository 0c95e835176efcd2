// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/speed/subject.hpp"

#include "tests/bench/speed/load/answer_check.hpp"
#include "tests/bench/speed/load/http_lane.hpp"
#include "tests/bench/speed/load/pipe_lane.hpp"
#include "tests/bench/speed/load/sse_lane.hpp"
#include "tests/bench/support/processes.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace mcpgw::bench {

namespace {

load_figures run_load(const subject& what, const call_kind& kind, std::size_t in_flight,
                      load_plan plan, const load_loop::counter& counted) {
    answer_check check{kind};
    std::vector<std::unique_ptr<lane>> lanes;
    constexpr std::size_t long_text = 1U << 20U;
    const bool is_long = kind.text.size() >= long_text && !what.long_path.empty();
    const auto& path = is_long ? what.long_path : what.path;
    auto processes = what.processes;
    if (what.port == 0) {
        auto piped = std::make_unique<pipe_lane>(what.piped, kind, what.spoken, check);
        processes.push_back(piped->process().pid());
        lanes.push_back(std::move(piped));
        plan.calls_at_once = in_flight;
    } else {
        for (std::size_t i = 0; i < in_flight; ++i) {
            if (what.spoken == dialect::old_sse)
                lanes.push_back(std::make_unique<sse_lane>(what.port, path, kind, check));
            else
                lanes.push_back(
                    std::make_unique<http_lane>(what.port, path, kind, what.spoken, check));
        }
    }
    const load_loop::counter subject_time = [&processes] {
        std::uint64_t sum = 0;
        for (const auto pid : processes)
            sum += static_cast<std::uint64_t>(processor_time(pid).count());
        return sum;
    };
    const load_loop::counter events = [&check] {
        return check.events();
    };
    load_loop loop{std::move(lanes)};
    return loop.run(plan, subject_time, counted ? counted : events);
}

} // namespace

load_figures measure(const subject& what, const call_kind& kind, std::size_t in_flight,
                     const load_plan& plan, const load_loop::counter& counted) {
    try {
        return run_load(what, kind, in_flight, plan, counted);
    } catch (const std::runtime_error& error) {
        throw std::runtime_error(fmt::format("{}: {}", what.name, error.what()));
    }
}

} // namespace mcpgw::bench
