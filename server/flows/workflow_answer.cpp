// SPDX-License-Identifier: Apache-2.0
#include "server/flows/workflow_answer.hpp"

#include "protocol/error.hpp"
#include "protocol/json/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <utility>

namespace mcpgw {

namespace json = boost::json;

namespace {

constexpr std::string_view definition = R"json(
{"name":"run_workflow","title":"Run several tools as one",
 "description":"Calls several tools of the servers behind this gateway in one request, and hands on what they give. Each step names a server, a tool and arguments; texts in the arguments may hold expressions such as ${steps.search.count}. A plain list is run in its order. Steps with an id run as soon as those that they refer to (or name in depends_on) are done, several at a time. More of a step: when, for_each, retry, timeout, on_error (abort, continue or fallback), default, output.",
 "inputSchema":{"type":"object","properties":{
   "workflow":{"type":"array","description":"The steps","items":{"type":"object","properties":{
     "id":{"type":"string","description":"What other steps call it; step1, step2, ... if it says none"},
     "server":{"type":"string","description":"Name of the server, from list_registered_children"},
     "tool":{"type":"string","description":"Name of the tool, from get_schema"},
     "args":{"type":"object","description":"Arguments of the tool, as its inputSchema says"},
     "depends_on":{"type":"array","items":{"type":"string"},"description":"Ids of steps to wait for, beside those that expressions name"},
     "when":{"type":"string","description":"An expression; where it is false, the step is skipped"},
     "for_each":{"description":"A list, or an expression for one: the step is run for each item"},
     "on_error":{"type":"string","enum":["abort","continue","fallback"]}},
     "additionalProperties":true}},
   "params":{"type":"object","description":"Values that expressions know as params"},
   "output":{"description":"What to give back, with expressions; else the outputs of all steps"},
   "timeout":{"description":"Of all of it: seconds, or a text such as 5m"}},
   "required":["workflow"],"additionalProperties":true},
 "outputSchema":{"type":"object","properties":{
   "status":{"type":"string","enum":["completed","failed"]},"output":{},
   "steps":{"type":"object","additionalProperties":{"type":"object"}},
   "error":{"type":"object"}},"additionalProperties":true},
 "annotations":{"readOnlyHint":false,"destructiveHint":true,"idempotentHint":false,"openWorldHint":true}}
)json";

constexpr std::string_view outcome_key = "mcp-gateway/workflow"; // in `_meta` of a failed one

/// Nothing is promised that a template may not keep.
json::object output_schema(const workflow& flow) {
    if (!flow.output_schema.empty()) {
        auto schema = flow.output_schema;
        schema["type"] = "object";
        return schema;
    }
    json::object properties;
    json::array required;
    const auto* const written = flow.output ? flow.output->written().if_object() : nullptr;
    if (written != nullptr)
        for (const auto& [key, value] : *written) {
            properties[key] = json::object{};
            required.emplace_back(key);
        }
    if (!flow.output)
        for (const auto& step : flow.steps) properties[step.id] = json::object{};
    json::object schema{{"type", "object"}};
    if (!properties.empty()) schema["properties"] = std::move(properties);
    if (!required.empty()) schema["required"] = std::move(required);
    return schema;
}

std::string made_result(std::string_view text, const json::object& structured, bool is_error) {
    return fmt::format(R"({{"content":[{{"type":"text","text":{}}}],"structuredContent":{},)"
                       R"("isError":{}}})",
                       quote_json(text), json::serialize(structured), is_error);
}

/// Clients hold structuredContent against the outputSchema, that of an error as well: a named tool,
/// whose schema is that of its output, says the rest in `_meta`.
std::string failure_result(workflow_outcome&& outcome, bool is_named) {
    const auto& why = *outcome.failure;
    const auto& row = describe(why.code);
    json::object error{
        {"code", row.name}, {"message", why.message()}, {"retryable", row.is_retryable}};
    if (!outcome.failed_step.empty()) error["step"] = outcome.failed_step;
    json::object structured{{"status", "failed"}, {"error", std::move(error)}};
    structured["steps"] = std::move(outcome.steps);
    if (!outcome.compensation.empty()) structured["compensation"] = std::move(outcome.compensation);
    const bool has_begun = !structured["steps"].as_object().empty();
    auto text =
        fmt::format("{}: {}{}", row.name, has_begun ? "the workflow failed: " : "", why.message());
    // Clients that know only text see what was done, too.
    if (has_begun) text += fmt::format("\nSteps: {}", json::serialize(structured["steps"]));
    if (!is_named) return made_result(text, structured, true);
    return fmt::format(R"({{"content":[{{"type":"text","text":{}}}],"isError":true,)"
                       R"("_meta":{{"{}":{}}}}})",
                       quote_json(text), outcome_key, json::serialize(structured));
}

} // namespace

std::string definition_of(const workflow& flow, const workflow_hints& hints) {
    json::object made{{"name", flow.name}};
    if (!flow.title.empty()) made["title"] = flow.title;
    made["description"] = flow.description;
    made["inputSchema"] = flow.parameters;
    made["outputSchema"] = output_schema(flow);
    made["annotations"] = json::object{{"readOnlyHint", hints.read_only},
                                       {"destructiveHint", hints.destructive},
                                       {"idempotentHint", hints.idempotent},
                                       {"openWorldHint", hints.open_world}};
    return json::serialize(made);
}

std::string_view run_workflow_definition() {
    static const std::string text = minify_json(definition);
    return text;
}

std::string result_of(workflow_outcome&& outcome, bool is_named) {
    if (outcome.failure) return failure_result(std::move(outcome), is_named);
    const auto* const only_text = outcome.output.if_string();
    const auto text = only_text != nullptr ? std::string{std::string_view{*only_text}}
                                           : json::serialize(outcome.output);
    if (!is_named) {
        json::object structured{{"status", "completed"}};
        structured["output"] = std::move(outcome.output);
        for (auto& [id, report] : outcome.steps) // once is enough
            if (auto* const each = report.if_object()) each->erase("output");
        structured["steps"] = std::move(outcome.steps);
        return made_result(text, structured, false);
    }
    if (auto* const object = outcome.output.if_object()) return made_result(text, *object, false);
    json::object wrapped;
    wrapped["result"] = std::move(outcome.output);
    return made_result(text, wrapped, false);
}

} // namespace mcpgw
