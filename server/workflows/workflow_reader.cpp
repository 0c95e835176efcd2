// SPDX-License-Identifier: Apache-2.0
#include "server/workflows/workflow_reader.hpp"

#include "server/workflows/step_reader.hpp"
#include "server/workflows/workflow_graph.hpp"
#include "server/workflows/workflow_keys.hpp"

#include <boost/json/array.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

namespace mcpgw {

namespace json = boost::json;

namespace {

constexpr workflow_key steps_key{"steps", "workflow"};
constexpr std::array known_keys{
    workflow_key{"name"},          workflow_key{"title"},
    workflow_key{"description"},   workflow_key{"parameters", "input_schema"},
    workflow_key{"params"},        steps_key,
    workflow_key{"order"},         workflow_key{"output"},
    workflow_key{"output_schema"}, workflow_key{"timeout"},
    workflow_key{"annotations"},   workflow_key{"max_parallel"},
    workflow_key{"on_abort"},      workflow_key{"enabled"}};
constexpr std::array hint_keys{workflow_key{"read_only_hint"}, workflow_key{"destructive_hint"},
                               workflow_key{"idempotent_hint"}, workflow_key{"open_world_hint"}};

class flow_reader {
public:
    flow_reader(const json::object& source, const workflow_limits& limits)
        : limits_(limits)
        , source_(source)
        , table_(source, {}, problems_)
        , steps_(limits, problems_) {}

    boost::system::result<workflow, workflow_problems> run() {
        table_.check_keys(known_keys);
        made_.source = source_;
        made_.name = table_.text({"name"});
        made_.title = table_.text({"title"});
        made_.description = table_.text({"description"});
        made_.is_enabled = table_.condition({"enabled"}).value_or(true);
        made_.timeout = table_.duration({"timeout"}, made_.timeout, limits_.timeout_max);
        made_.parallel_max =
            table_.count({"max_parallel"}, made_.parallel_max, 1, limits_.parallel_max);
        read_schemas();
        read_annotations();
        read_steps();
        if (std::ranges::any_of(problems_, [](const auto& p) { return !p.is_warning; }))
            return std::move(problems_);
        return std::move(made_);
    }

private:
    void read_schemas() {
        if (const auto* const schema = table_.table({"parameters", "input_schema"}))
            made_.parameters = *schema;
        const bool is_schema = made_.parameters.contains("properties") ||
                               made_.parameters.contains("type") || made_.parameters.empty();
        if (!is_schema)
            table_.complain("parameters", "is no JSON Schema of an object",
                            R"(write { type = "object", properties = { … } })");
        made_.parameters["type"] = "object";
        if (const auto* const schema = table_.table({"output_schema"}))
            made_.output_schema = *schema;
    }

    void read_annotations() {
        const auto* const hints = table_.table({"annotations"});
        if (hints == nullptr) return;
        const workflow_table inner{*hints, table_.place_of("annotations"), problems_};
        inner.check_keys(hint_keys);
        made_.read_only = inner.condition(hint_keys[0]);
        made_.destructive = inner.condition(hint_keys[1]);
        made_.idempotent = inner.condition(hint_keys[2]);
        made_.open_world = inner.condition(hint_keys[3]);
        if (made_.read_only == true && made_.destructive == true)
            inner.complain("destructiveHint", "what only reads destroys nothing");
    }

    void read_steps() {
        const auto* const list = table_.list(steps_key);
        const std::string place = table_.find({"steps"}) != nullptr ? "steps" : "workflow";
        if (list == nullptr || list->empty()) {
            if (table_.find(steps_key) == nullptr || list != nullptr)
                table_.complain("steps", "a workflow without steps",
                                R"(give a list of { server, tool, arguments })");
            return;
        }
        made_.steps = steps_.read(*list, place, {});
        if (const auto* const abort = table_.list({"on_abort"}))
            made_.on_abort = steps_.read(*abort, "on_abort", "abort");
        made_.output = table_.values({"output"});
        find_order(place);
        check_names(place);
    }

    /// A plain list, in which no step says what it needs, is run as it is written.
    void find_order(const std::string& place) {
        const auto order = table_.text({"order"});
        if (!order.empty() && order != "sequence" && order != "graph")
            table_.complain("order", "must be sequence or graph");
        const bool says_order = steps_.find_needs(made_.steps, place);
        const bool is_sequence = order == "sequence" || (order.empty() && !says_order);
        for (std::size_t i = 1; is_sequence && i < made_.steps.size(); ++i) {
            auto& after = made_.steps[i].after;
            if (std::ranges::find(after, i - 1) == after.end()) after.push_back(i - 1);
        }
        if (const auto circle = find_circle(made_.steps); !circle.empty()) {
            const auto first = made_.find_step(circle.front()) - made_.steps.data();
            problems_.push_back(
                {fmt::format("{}[{}]", place, first),
                 fmt::format("these steps wait for each other: {}", fmt::join(circle, " -> ")),
                 "take one of them out of depends_on, or out of an expression"});
        }
    }

    void check_names(const std::string& place) {
        const auto* const properties = made_.parameters.if_contains("properties");
        const auto* const known = properties == nullptr ? nullptr : properties->if_object();
        for (std::size_t i = 0; i < made_.steps.size(); ++i)
            steps_.check_names(made_.steps[i], fmt::format("{}[{}]", place, i), made_.steps, known);
        for (std::size_t i = 0; i < made_.on_abort.size(); ++i)
            steps_.check_names(made_.on_abort[i], fmt::format("on_abort[{}]", i), made_.steps,
                               known);
        if (made_.output) steps_.check_output(*made_.output, made_.steps, known);
    }

    const workflow_limits& limits_;
    const json::object& source_;
    workflow made_;
    workflow_problems problems_;
    workflow_table table_;
    step_reader steps_;
};

} // namespace

boost::system::result<workflow, workflow_problems> read_workflow(const json::object& source,
                                                                 const workflow_limits& limits) {
    return flow_reader{source, limits}.run();
}

std::string text_of(const workflow_problems& problems) {
    std::string text;
    constexpr std::size_t shown_max = 10;
    for (std::size_t i = 0; i < std::min(problems.size(), shown_max); ++i) {
        const auto& [place, message, hint, is_warning] = problems[i];
        text += fmt::format("{}{}{}{}{}{}", i == 0 ? "" : "; ", place, place.empty() ? "" : ": ",
                            message, hint.empty() ? "" : "; ", hint);
    }
    return text;
}

} // namespace mcpgw
