// SPDX-License-Identifier: Apache-2.0
#include "server/workflows/workflow_graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

/// How many sets come before each step; for those in a circle, and after one, nothing is said.
std::vector<std::size_t> depths_of(const std::vector<workflow_step>& steps,
                                   std::vector<std::size_t>& unsaid) {
    std::vector<std::size_t> waits(steps.size());
    std::vector<std::vector<std::size_t>> followers(steps.size());
    for (std::size_t i = 0; i < steps.size(); ++i) {
        waits[i] = steps[i].after.size();
        for (const auto each : steps[i].after) followers[each].push_back(i);
    }
    std::vector<std::size_t> depths(steps.size());
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < steps.size(); ++i)
        if (waits[i] == 0) ready.push_back(i);
    std::size_t done = 0;
    while (done < ready.size()) {
        const auto now = ready[done++];
        for (const auto next : followers[now]) {
            depths[next] = std::max(depths[next], depths[now] + 1);
            if (--waits[next] == 0) ready.push_back(next);
        }
    }
    for (std::size_t i = 0; i < steps.size(); ++i)
        if (waits[i] > 0) unsaid.push_back(i);
    return depths;
}

std::string escaped(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        if (c == '"' || c == '\n' || c == '<' || c == '>' || c == '#')
            safe += fmt::format("#{};", static_cast<int>(c));
        else
            safe += c;
    }
    return safe;
}

std::string label_of(const workflow_step& step) {
    auto label = fmt::format("{}<br/>", escaped(step.id));
    if (step.ask)
        label += step.ask->method == "sampling/createMessage" ? "asks the model" : "asks the user";
    else if (!step.workflow.empty())
        label += fmt::format("workflow {}", escaped(step.workflow));
    else
        label += escaped(step.server.empty() ? step.tool : step.server + ": " + step.tool);
    if (step.for_each) label += "<br/>for each";
    return label;
}

void add_node(std::string& text, const std::string& name, const workflow_step& step) {
    const auto [open, close] = step.ask                ? std::pair{"{{", "}}"}
                               : step.for_each         ? std::pair{"[[", "]]"}
                               : step.workflow.empty() ? std::pair{"[", "]"}
                                                       : std::pair{"[/", "/]"};
    text += fmt::format("  {}{}\"{}\"{}\n", name, open, label_of(step), close);
}

} // namespace

const workflow_step* workflow::find_step(std::string_view id) const {
    const auto found = std::ranges::find(steps, id, &workflow_step::id);
    return found == steps.end() ? nullptr : &*found;
}

std::vector<std::string> find_circle(const std::vector<workflow_step>& steps) {
    std::vector<std::size_t> unsaid;
    depths_of(steps, unsaid);
    if (unsaid.empty()) return {};
    // Each of these waits for another of them: going back must come round.
    std::vector<std::size_t> way{unsaid.front()};
    while (true) {
        const auto& after = steps[way.back()].after;
        const auto next = *std::ranges::find_if(
            after, [&](std::size_t each) { return std::ranges::count(unsaid, each) > 0; });
        const bool comes_round = std::ranges::count(way, next) > 0;
        way.push_back(next);
        if (!comes_round) continue;
        std::vector<std::string> names;
        const auto first = std::ranges::find(way, next);
        for (auto at = way.end(); at != first;) names.push_back(steps[*--at].id);
        return names;
    }
}

std::vector<std::vector<std::size_t>> parallel_sets(const std::vector<workflow_step>& steps) {
    std::vector<std::size_t> unsaid;
    const auto depths = depths_of(steps, unsaid);
    std::vector<std::vector<std::size_t>> sets;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (sets.size() <= depths[i]) sets.resize(depths[i] + 1);
        sets[depths[i]].push_back(i);
    }
    return sets;
}

std::string mermaid_of(const workflow& flow) {
    std::string text = "flowchart TD\n";
    const auto name_of = [](std::size_t at) {
        return fmt::format("s{}", at + 1);
    };
    for (std::size_t i = 0; i < flow.steps.size(); ++i) add_node(text, name_of(i), flow.steps[i]);
    for (std::size_t i = 0; i < flow.steps.size(); ++i) {
        const auto& step = flow.steps[i];
        const auto when = step.when ? fmt::format("|\"{}\"|", escaped(step.when->text())) : "";
        for (const auto each : step.after)
            text += fmt::format("  {} -->{} {}\n", name_of(each), when, name_of(i));
        for (std::size_t j = 0; j < step.fallback.size(); ++j) {
            const auto inner = fmt::format("{}f{}", name_of(i), j + 1);
            add_node(text, inner, step.fallback[j]);
            const auto from = j == 0 ? name_of(i) : fmt::format("{}f{}", name_of(i), j);
            text += fmt::format("  {} -.->|{}| {}\n", from, j == 0 ? "fails" : "then", inner);
        }
    }
    for (std::size_t i = 0; i < flow.on_abort.size(); ++i) {
        const auto inner = fmt::format("a{}", i + 1);
        add_node(text, inner, flow.on_abort[i]);
        const auto from = i == 0 ? std::string{"failed((\"failed\"))"} : fmt::format("a{}", i);
        text += fmt::format("  {} -.-> {}\n", from, inner);
    }
    return text;
}

} // namespace mcpgw
