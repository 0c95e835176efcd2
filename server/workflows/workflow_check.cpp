// SPDX-License-Identifier: Apache-2.0
#include "server/workflows/workflow_check.hpp"

#include "server/workflows/argument_check.hpp"

#include <boost/json/parse.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace mcpgw {

namespace json = boost::json;

namespace {

constexpr std::size_t depth_max = 256;

json::object parsed(const std::string& definition) {
    json::parse_options options;
    options.max_depth = depth_max;
    boost::system::error_code ec;
    auto value = json::parse(definition, ec, {}, options);
    return ec || !value.is_object() ? json::object{} : std::move(value.as_object());
}

json::object table_of(const json::object& of, std::string_view key) {
    const auto* const found = of.if_contains(key);
    return found == nullptr || !found->is_object() ? json::object{} : found->get_object();
}

bool hint(const json::object& hints, std::string_view key, bool otherwise) {
    const auto* const found = hints.if_contains(key);
    return found == nullptr || !found->is_bool() ? otherwise : found->get_bool();
}

/// What silence means is what the schema says of it.
workflow_hints hints_of_tool(const json::object& definition) {
    const auto said = table_of(definition, "annotations");
    workflow_hints made;
    made.read_only = hint(said, "readOnlyHint", false);
    made.destructive = !made.read_only && hint(said, "destructiveHint", true);
    made.idempotent = made.read_only || hint(said, "idempotentHint", false);
    made.open_world = hint(said, "openWorldHint", true);
    return made;
}

constexpr workflow_hints worst{false, true, false, true};

void add(workflow_hints& sum, const workflow_hints& more) {
    sum.read_only = sum.read_only && more.read_only;
    sum.destructive = sum.destructive || more.destructive;
    sum.idempotent = sum.idempotent && more.idempotent;
    sum.open_world = sum.open_world || more.open_world;
}

template <class Act>
void each_step(const workflow& flow, Act act) {
    for (std::size_t i = 0; i < flow.steps.size(); ++i) {
        act(flow.steps[i], fmt::format("steps[{}]", i));
        for (std::size_t j = 0; j < flow.steps[i].fallback.size(); ++j)
            act(flow.steps[i].fallback[j], fmt::format("steps[{}].fallback[{}]", i, j));
    }
    for (std::size_t i = 0; i < flow.on_abort.size(); ++i)
        act(flow.on_abort[i], fmt::format("on_abort[{}]", i));
}

workflow_hints hints_at(const workflow& flow, const workflow_world& world, std::size_t depth) {
    workflow_hints sum;
    if (depth > workflow_limits{}.depth_max) return worst;
    each_step(flow, [&](const workflow_step& step, const std::string&) {
        if (step.ask) return; // changes nothing by itself
        if (!step.workflow.empty()) {
            const auto inner = world.flow(step.workflow);
            add(sum, inner ? hints_at(*inner, world, depth + 1) : worst);
            return;
        }
        const auto facts = world.tool(step.server, step.tool);
        const bool is_known = facts.is == tool_facts::standing::listed;
        add(sum, is_known ? hints_of_tool(parsed(facts.definition)) : worst);
    });
    return sum;
}

/// The way by which a workflow comes back to itself, or goes on too deep; empty: it does not.
std::string endless_way(const workflow& flow, const workflow_world& world, std::string way,
                        std::size_t depth) {
    way += (way.empty() ? "" : " -> ") + flow.name;
    if (depth > workflow_limits{}.depth_max) return way;
    std::string found;
    each_step(flow, [&](const workflow_step& step, const std::string&) {
        if (step.workflow.empty() || !found.empty()) return;
        if (const auto inner = world.flow(step.workflow))
            found = endless_way(*inner, world, way, depth + 1);
    });
    return found;
}

class flow_checker {
public:
    flow_checker(const workflow& flow, const workflow_world& world) : flow_(flow), world_(world) {}

    std::vector<workflow_problem> run() {
        each_step(flow_, [this](const workflow_step& step, const std::string& place) {
            if (!step.workflow.empty())
                check_inner(step, place);
            else if (!step.ask)
                check_tool(step, place);
        });
        if (const auto way = endless_way(flow_, world_, {}, 1); !way.empty())
            problems_.push_back({"steps", fmt::format("workflows nested too deeply: {}", way)});
        check_hints();
        return std::move(problems_);
    }

private:
    void check_inner(const workflow_step& step, const std::string& place) {
        const auto inner = world_.flow(step.workflow);
        if (inner == nullptr) {
            problems_.push_back(
                {place + ".workflow", fmt::format("there is no workflow {}", step.workflow)});
            return;
        }
        check_against(inner->parameters, step, place);
    }

    void check_tool(const workflow_step& step, const std::string& place) {
        const auto facts = world_.tool(step.server, step.tool);
        using enum tool_facts::standing;
        if (facts.is == unknown_server) {
            problems_.push_back(
                {place + ".server", fmt::format("there is no server {}", step.server)});
            return;
        }
        if (facts.is == unknown_tool) {
            problems_.push_back({place + ".tool",
                                 step.server.empty() ? fmt::format("there is no tool {}", step.tool)
                                                     : fmt::format("server '{}' has no tool {}",
                                                                   step.server, step.tool)});
            return;
        }
        if (facts.is == listed)
            check_against(table_of(parsed(facts.definition), "inputSchema"), step, place);
    }

    void check_against(const json::object& schema, const workflow_step& step,
                       const std::string& place) {
        const auto& written = step.arguments.written();
        if (written.is_string()) return; // an expression for all of them
        const auto* const given = written.if_object();
        for (auto& problem : check_arguments(schema, given ? *given : json::object{}, true)) {
            problem.place = fmt::format("{}.arguments.{}", place, problem.place);
            problems_.push_back(std::move(problem));
        }
    }

    void check_hints() {
        const auto floor = hints_of_steps(flow_, world_);
        const auto milder = [this](std::string_view key, std::string_view why) {
            problems_.push_back({fmt::format("annotations.{}", key),
                                 fmt::format("is milder than what the steps are: {}", why)});
        };
        if (flow_.read_only == true && !floor.read_only)
            milder("readOnlyHint", "one of them changes something, or does not say");
        if (flow_.destructive == false && floor.destructive)
            milder("destructiveHint", "one of them may destroy something, or does not say");
        if (flow_.idempotent == true && !floor.idempotent)
            milder("idempotentHint", "one of them is not idempotent, or does not say");
        if (flow_.open_world == false && floor.open_world)
            milder("openWorldHint", "one of them reaches outside, or does not say");
    }

    const workflow& flow_;
    const workflow_world& world_;
    std::vector<workflow_problem> problems_;
};

} // namespace

workflow_hints hints_of_steps(const workflow& flow, const workflow_world& world) {
    return hints_at(flow, world, 1);
}

workflow_hints hints_of(const workflow& flow, const workflow_world& world) {
    auto hints = hints_of_steps(flow, world);
    hints.read_only = hints.read_only && flow.read_only.value_or(true);
    hints.destructive = !hints.read_only && (hints.destructive || flow.destructive.value_or(false));
    hints.idempotent = hints.idempotent && flow.idempotent.value_or(true);
    hints.open_world = hints.open_world || flow.open_world.value_or(false);
    return hints;
}

std::vector<workflow_problem> check_workflow(const workflow& flow, const workflow_world& world) {
    return flow_checker{flow, world}.run();
}

} // namespace mcpgw
