// SPDX-License-Identifier: Apache-2.0
#include "server/workflows/run_plan.hpp"

#include "server/workflows/step_reader.hpp"

#include <algorithm>

namespace mcpgw {

namespace {

bool looks_at_results(const expression& says) {
    return std::ranges::any_of(says.references(),
                               [](const auto& each) { return each.root == "results"; });
}

} // namespace

run_plan::run_plan(const workflow& of)
    : flow(of), waits(of.steps.size()), followers(of.steps.size()), parts(of.steps.size()) {
    for (std::size_t i = 0; i < of.steps.size(); ++i) {
        waits[i] = of.steps[i].after.size();
        for (const auto each : of.steps[i].after) followers[each].push_back(i);
        if (waits[i] == 0) ready.push_back(i);
        for (const auto& each : expressions_of(of.steps[i]))
            uses_results = uses_results || looks_at_results(*each.says);
    }
    if (of.output)
        for (const auto& each : of.output->expressions())
            uses_results = uses_results || looks_at_results(*each.says);
}

std::optional<std::size_t> run_plan::take_lone() {
    if (running > 0 || ready.size() != 1) return std::nullopt;
    return take(1);
}

std::optional<std::size_t> run_plan::take(std::size_t parallel_max) {
    if (ready.empty() || running >= parallel_max) return std::nullopt;
    const auto next = ready.front();
    ready.pop_front();
    ++running;
    return next;
}

void run_plan::end(std::size_t step) {
    --running;
    ++ended;
    parts[step] = 1;
    for (const auto each : followers[step])
        if (--waits[each] == 0) ready.push_back(each);
}

void run_plan::set_part(std::string_view id, double part) {
    const auto found = std::ranges::find(flow.steps, id, &workflow_step::id);
    if (found == flow.steps.end()) return;
    auto& kept = parts[static_cast<std::size_t>(found - flow.steps.begin())];
    kept = std::max(kept, std::min(part, 1.0));
}

double run_plan::done() const {
    double sum = 0;
    for (const auto each : parts) sum += each;
    return sum;
}

bool run_plan::has_moved() {
    const auto now = done();
    if (now <= told) return false;
    told = now;
    return true;
}

} // namespace mcpgw
