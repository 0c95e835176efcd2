// SPDX-License-Identifier: Apache-2.0
#include "server/workflows/step_reader.hpp"

#include "server/config/keys/config_hint.hpp"

#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace mcpgw {

namespace json = boost::json;

namespace {

constexpr std::size_t id_bytes_max = 64;
constexpr workflow_key server_key{"server", "server_id"};
constexpr workflow_key tool_key{"tool", "tool_name"};
constexpr workflow_key arguments_key{"arguments", "args"};
constexpr std::array known_keys{workflow_key{"id", "name"},
                                server_key,
                                tool_key,
                                workflow_key{"workflow"},
                                arguments_key,
                                workflow_key{"depends_on"},
                                workflow_key{"when", "condition"},
                                workflow_key{"for_each"},
                                workflow_key{"retry"},
                                workflow_key{"timeout"},
                                workflow_key{"on_error"},
                                workflow_key{"fallback"},
                                workflow_key{"default"},
                                workflow_key{"ask"},
                                workflow_key{"output"}};

bool is_id(std::string_view text) {
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    return !text.empty() && text.size() <= id_bytes_max && is_letter(text[0]) &&
           std::ranges::all_of(
               text, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

/// Roots whose members are steps.
bool is_of_steps(std::string_view root) {
    return root == "steps" || root == "status" || root == "errors" || root == "results";
}

void add(std::vector<step_expression>& all, std::string place, const value_template& values,
         bool is_of_item, bool is_of_output = false) {
    for (const auto& [pointer, says] : values.expressions())
        all.push_back({place + pointer, says, is_of_output, is_of_item});
}

} // namespace

std::vector<step_expression> expressions_of(const workflow_step& step) {
    std::vector<step_expression> all;
    if (step.when) all.push_back({"when", &*step.when});
    if (step.for_each) add(all, "for_each.collection", step.for_each->collection, false);
    const bool is_each = step.for_each.has_value();
    add(all, "arguments", step.arguments, is_each);
    if (step.ask) add(all, "ask", step.ask->params, is_each);
    if (step.output) add(all, "output", *step.output, is_each, true);
    if (step.otherwise) add(all, "default", *step.otherwise, false);
    for (std::size_t i = 0; i < step.fallback.size(); ++i)
        for (auto& inner : expressions_of(step.fallback[i])) {
            inner.place = fmt::format("fallback[{}].{}", i, inner.place);
            inner.is_of_item = inner.is_of_item || is_each;
            all.push_back(std::move(inner));
        }
    return all;
}

std::vector<workflow_step> step_reader::read(const json::array& list, const std::string& place,
                                             std::string_view prefix) {
    std::vector<workflow_step> steps;
    const bool is_nested = !prefix.empty();
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto here = fmt::format("{}[{}]", place, i);
        if (++count_ > limits_.steps_max) {
            problems_.push_back({here, fmt::format("more than {} steps", limits_.steps_max)});
            return steps;
        }
        const auto* const source = list[i].if_object();
        if (source == nullptr) {
            problems_.push_back({here, "wrong type: expected a table { server, tool, arguments }"});
            continue;
        }
        auto id = fmt::format("{}{}", prefix.empty() ? "step" : prefix, i + 1);
        steps.push_back(read_one(*source, here, std::move(id), is_nested));
        if (!is_nested) {
            const workflow_table table{*source, here, problems_};
            auto& wanted = wanted_.emplace_back();
            if (const auto* const needs = table.list({"depends_on"}))
                for (const auto& each : *needs)
                    wanted.emplace_back(each.is_string() ? std::string_view{each.get_string()}
                                                         : std::string_view{"?"});
        }
    }
    return steps;
}

workflow_step step_reader::read_one(const json::object& source, const std::string& place,
                                    std::string id, bool is_nested) {
    const workflow_table table{source, place, problems_};
    table.check_keys(known_keys);
    workflow_step step;
    if (auto own = table.text({"id", "name"}); !own.empty()) {
        if (!is_id(own))
            table.complain("id", "must be a letter and letters, digits, _ or -, 64 at most");
        has_own_ids_ = has_own_ids_ || !is_nested;
        id = std::move(own);
    }
    if (!ids_.insert(id).second) table.complain("id", fmt::format("{} is there twice", id));
    if (is_nested) inner_ids_.insert(id);
    step.id = std::move(id);
    step.arguments = table.values(arguments_key).value_or(value_template{});
    if (const auto* const given = table.find(arguments_key);
        given != nullptr && !given->is_object() && !given->is_string())
        table.complain("arguments", "wrong type: expected a table");
    step.when = table.condition_of({"when", "condition"});
    step.timeout = table.duration({"timeout"}, step.timeout, limits_.timeout_max);
    step.otherwise = table.values({"default"});
    step.output = table.values({"output"});
    read_question(table, step);
    read_target(table, step);
    read_repetition(table, step);
    if (is_nested && step.for_each)
        table.complain("for_each", "a step of a fallback or of on_abort is run once");
    read_retry(table, step);
    read_failure(table, step, is_nested);
    return step;
}

void step_reader::read_target(const workflow_table& table, workflow_step& step) {
    step.server = table.text(server_key);
    step.tool = table.text(tool_key);
    step.workflow = table.text({"workflow"});
    const int targets =
        (step.tool.empty() ? 0 : 1) + (step.workflow.empty() ? 0 : 1) + (step.ask ? 1 : 0);
    if (targets == 0 && table.find({"ask"}) == nullptr)
        table.complain({},
                       step.server.empty() ? "a step without a tool" : "a step without its tool",
                       "add server and tool, the name of a workflow, or ask");
    if (targets > 1)
        table.complain({}, "tool, workflow and ask exclude each other", "make two steps of it");
    if (!step.server.empty() && step.tool.empty() && targets > 0)
        table.complain("server", "belongs to a tool");
}

void step_reader::read_repetition(const workflow_table& table, workflow_step& step) {
    const workflow_key key{"for_each"};
    const auto* const given = table.find(key);
    if (given == nullptr) return;
    workflow_step::repetition made;
    if (const auto* const inner = given->if_object()) {
        constexpr std::array known{workflow_key{"collection", "items"},
                                   workflow_key{"max_parallel"},
                                   workflow_key{"max_items", "max_iterations"}};
        const workflow_table each{*inner, table.place_of("for_each"), problems_};
        each.check_keys(known);
        if (auto list = each.values(known[0]))
            made.collection = std::move(*list);
        else if (each.find(known[0]) == nullptr)
            each.complain({}, "has no collection", R"(add collection = "${…}")");
        made.parallel_max = each.count(known[1], made.parallel_max, 1, limits_.parallel_max);
        made.items_max = each.count(known[2], made.items_max, 1, limits_.items_max);
    } else if (auto list = table.values(key)) {
        made.collection = std::move(*list);
    }
    const auto& written = made.collection.written();
    if (!written.is_null() && !written.is_array() && made.collection.is_constant())
        table.complain("for_each", "must be a list, or an expression for one: ${…}");
    step.for_each = std::move(made);
}

void step_reader::read_retry(const workflow_table& table, workflow_step& step) {
    constexpr std::size_t times_max = 10;
    const workflow_key key{"retry"};
    const auto* const given = table.find(key);
    if (given == nullptr) return;
    const auto* const inner = given->if_object();
    if (inner == nullptr) {
        step.retry.times = table.count(key, 0, 0, times_max);
        return;
    }
    constexpr std::array known{workflow_key{"times", "count"}, workflow_key{"delay"}};
    const workflow_table retry{*inner, table.place_of("retry"), problems_};
    retry.check_keys(known);
    step.retry.times = retry.count(known[0], 1, 0, times_max);
    step.retry.delay = retry.duration(known[1], step.retry.delay, limits_.timeout_max);
}

void step_reader::read_failure(const workflow_table& table, workflow_step& step, bool is_nested) {
    const auto* const fallback = table.list({"fallback"});
    const auto word = table.text({"on_error"});
    if (word == "continue")
        step.on_error = step_failure::go_on;
    else if (word == "fallback" || (word.empty() && fallback != nullptr))
        step.on_error = step_failure::instead;
    else if (!word.empty() && word != "abort")
        table.complain("on_error", "must be abort, continue or fallback");
    if (step.on_error == step_failure::instead && (fallback == nullptr || fallback->empty()))
        table.complain("on_error", "there are no fallback steps", "add fallback = [{ … }]");
    if (fallback == nullptr) return;
    if (step.on_error != step_failure::instead)
        table.complain("fallback", fmt::format("is never run with on_error = {}", word));
    if (is_nested)
        return table.complain("fallback", "a step of a fallback or of on_abort has none itself");
    step.fallback = read(*fallback, table.place_of("fallback"), step.id + "_fallback");
}

void step_reader::read_question(const workflow_table& table, workflow_step& step) {
    const auto* const given = table.table({"ask"});
    if (given == nullptr) return;
    constexpr std::array known{workflow_key{"message"},    workflow_key{"schema"},
                               workflow_key{"prompt"},     workflow_key{"messages"},
                               workflow_key{"max_tokens"}, workflow_key{"system_prompt"},
                               workflow_key{"on_decline"}};
    const workflow_table ask{*given, table.place_of("ask"), problems_};
    ask.check_keys(known);
    const bool is_sampling = ask.find(known[2]) != nullptr || ask.find(known[3]) != nullptr;
    json::object params;
    if (is_sampling) {
        if (const auto* const messages = ask.list(known[3])) params["messages"] = *messages;
        if (const auto prompt = ask.text(known[2]); !prompt.empty())
            params["messages"] = json::array{json::object{
                {"role", "user"}, {"content", json::object{{"type", "text"}, {"text", prompt}}}}};
        constexpr std::size_t tokens = 1'000;
        constexpr std::size_t tokens_max = 1'000'000;
        params["maxTokens"] = ask.count(known[4], tokens, 1, tokens_max);
        if (const auto system = ask.text(known[5]); !system.empty())
            params["systemPrompt"] = system;
    } else {
        const auto message = ask.text(known[0]);
        if (message.empty()) ask.complain({}, "asks nothing", "add message, or prompt for a model");
        params["message"] = message;
        json::object schema{{"type", "object"}, {"properties", json::object{}}};
        if (const auto* const wanted = ask.table(known[1])) schema = *wanted;
        params["requestedSchema"] = std::move(schema);
    }
    auto read = value_template::read(params);
    if (read.has_error()) return ask.complain({}, read.error().message());
    step.ask.emplace();
    step.ask->method = is_sampling ? "sampling/createMessage" : "elicitation/create";
    step.ask->params = std::move(*read);
    const auto decline = ask.text(known[6]);
    step.ask->may_decline = decline == "continue";
    if (!decline.empty() && decline != "continue" && decline != "abort")
        ask.complain("on_decline", "must be abort or continue");
}

bool step_reader::find_needs(std::vector<workflow_step>& steps, const std::string& place) {
    bool is_said = has_own_ids_;
    for (std::size_t i = 0; i < steps.size() && i < wanted_.size(); ++i) {
        std::set<std::size_t> after;
        const auto need = [&](std::string_view id) {
            const auto found = std::ranges::find(steps, id, &workflow_step::id);
            if (found == steps.end()) return false;
            is_said = true;
            after.insert(static_cast<std::size_t>(found - steps.begin()));
            return true;
        };
        for (const auto& id : wanted_[i])
            if (!need(id))
                problems_.push_back({fmt::format("{}[{}].depends_on", place, i),
                                     fmt::format("there is no step {}", id.substr(0, 60))});
        for (const auto& each : expressions_of(steps[i]))
            for (const auto& reference : each.says->references())
                if (is_of_steps(reference.root) && reference.member != steps[i].id)
                    need(reference.member);
        steps[i].after.assign(after.begin(), after.end());
    }
    return is_said;
}

void step_reader::check_one(const expression& says, const std::string& place,
                            std::span<const std::string_view> known,
                            const std::vector<workflow_step>& steps,
                            const json::object* properties) {
    if (const auto checked = says.check_names(known); checked.has_error())
        problems_.push_back({place, checked.error().in(says.text())});
    for (const auto& reference : says.references()) {
        if (reference.root == "params" && properties != nullptr && !reference.member.empty() &&
            !properties->contains(reference.member))
            problems_.push_back({place, fmt::format("there is no parameter {}", reference.member),
                                 "add it to parameters.properties"});
        if (!is_of_steps(reference.root)) continue;
        const auto is_known = [&](std::string_view id) {
            return std::ranges::find(steps, id, &workflow_step::id) != steps.end() ||
                   inner_ids_.contains(id);
        };
        if (is_known(reference.member)) continue;
        if (reference.member.empty()) {
            problems_.push_back(
                {place, fmt::format("{} needs the id of a step", reference.root),
                 fmt::format("write {}.ID or {}[\"ID\"]", reference.root, reference.root)});
            continue;
        }
        std::vector<std::string_view> ids;
        for (const auto& step : steps) ids.emplace_back(step.id);
        const auto meant = nearest_word(reference.member, ids);
        problems_.push_back({place, fmt::format("there is no step {}", reference.member),
                             meant.empty() ? "" : fmt::format("did you mean {}?", meant)});
    }
}

void step_reader::check_names(const workflow_step& step, const std::string& place,
                              const std::vector<workflow_step>& steps,
                              const json::object* properties) {
    for (const auto& each : expressions_of(step)) {
        std::vector<std::string_view> known{"params", "steps", "status", "errors", "results"};
        if (each.is_of_item) known.insert(known.end(), {"item", "index"});
        if (each.is_of_output) known.insert(known.end(), {"output", "result"});
        check_one(*each.says, fmt::format("{}.{}", place, each.place), known, steps, properties);
    }
}

void step_reader::check_output(const value_template& output,
                               const std::vector<workflow_step>& steps,
                               const json::object* properties) {
    constexpr std::array<std::string_view, 5> known{"params", "steps", "status", "errors",
                                                    "results"};
    for (const auto& [pointer, says] : output.expressions())
        check_one(*says, "output" + pointer, known, steps, properties);
}

} // namespace mcpgw
