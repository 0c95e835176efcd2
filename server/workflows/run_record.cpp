// SPDX-License-Identifier: Apache-2.0
#include "server/workflows/run_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace mcpgw {

namespace json = boost::json;

fault wrong_expression(std::string_view what, std::string_view text) {
    return {errc::invalid_arguments, fmt::format("{}: {}", what, text)};
}

fault failed_in(std::string_view step, fault why) {
    if (why.is_error_object) return why;
    why.detail = fmt::format("step '{}': {}", step, why.message());
    return why;
}

bool may_be_tried_again(const fault& why) {
    using enum errc;
    constexpr std::array hopeless{call_cancelled, invalid_arguments, tool_not_found,
                                  server_not_found, gateway_stopping};
    return std::ranges::find(hopeless, why.code) == hopeless.end();
}

expression_scope run_record::scope(const list_entry* entry) const {
    expression_scope names{{"params", &params_},
                           {"steps", &outputs_},
                           {"status", &statuses_},
                           {"errors", &errors_},
                           {"results", &results_}};
    if (entry != nullptr) {
        names.add("item", entry->item);
        names.add("index", entry->index);
    }
    return names;
}

void run_record::note(const workflow_step& step, std::string_view status, json::value output) {
    statuses_.as_object()[step.id] = json::string{status};
    const bool has_output = status != "skipped" || !output.is_null();
    if (has_output) outputs_.as_object()[step.id] = std::move(output);
}

void run_record::note_error(const workflow_step& step, std::string_view status, const fault& why) {
    statuses_.as_object()[step.id] = json::string{status};
    errors_.as_object()[step.id] = std::string{why.message()};
}

void run_record::note_reason(const workflow_step& step, const fault& why) {
    errors_.as_object()[step.id] = std::string{why.message()};
}

void run_record::note_output(const workflow_step& step, json::value output) {
    outputs_.as_object()[step.id] = std::move(output);
}

void run_record::note_result(const workflow_step& step, const json::value& whole) {
    results_.as_object()[step.id] = whole;
}

result<bool> run_record::is_wanted(const workflow_step& step, const list_entry* entry) const {
    if (!step.when) return true;
    const auto value = step.when->evaluate(scope(entry));
    if (value.has_error()) return wrong_expression("when", value.error().in(step.when->text()));
    if (const auto* const yes = value->if_bool()) return *yes;
    return wrong_expression("when", "is neither true nor false");
}

result<json::value> run_record::shaped(const workflow_step& step, const list_entry* entry,
                                       json::value output, const json::value& whole) const {
    if (!step.output) return output;
    auto names = scope(entry);
    names.add("output", output);
    names.add("result", whole);
    auto made = step.output->render(names);
    if (made.has_error()) return wrong_expression("output", made.error().message());
    return std::move(*made);
}

json::value run_record::default_of(const workflow_step& step) const {
    if (!step.otherwise) return {};
    auto made = step.otherwise->render(scope());
    return made.has_error() ? json::value() : std::move(*made);
}

result<json::value> run_record::output_of(const workflow& flow) const {
    if (flow.output) {
        auto made = flow.output->render(scope());
        if (made.has_error()) return wrong_expression("output", made.error().message());
        return std::move(*made);
    }
    json::object all;
    for (const auto& step : flow.steps)
        if (const auto* const output = outputs_.get_object().if_contains(step.id))
            all[step.id] = *output;
    return json::value(std::move(all));
}

json::object run_record::report_on(const workflow& flow) const {
    json::object reports;
    const auto report = [&](const workflow_step& step) {
        const auto* const status = statuses_.get_object().if_contains(step.id);
        json::object made{{"status", status == nullptr ? json::value("not_run") : *status}};
        if (const auto* const why = errors_.get_object().if_contains(step.id)) made["error"] = *why;
        if (const auto* const output = outputs_.get_object().if_contains(step.id))
            made["output"] = *output;
        reports[step.id] = std::move(made);
    };
    for (const auto& step : flow.steps) {
        report(step);
        for (const auto& each : step.fallback)
            if (statuses_.get_object().contains(each.id)) report(each);
    }
    return reports;
}

} // namespace mcpgw
