// SPDX-License-Identifier: Apache-2.0
#include "server/workflows/workflow_reader.hpp"

#include <boost/json/parse.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace mcpgw;
namespace json = boost::json;

namespace {

boost::system::result<workflow, workflow_problems> read(std::string_view raw) {
    return read_workflow(json::parse(raw).as_object());
}

std::string problems_of(std::string_view raw) {
    const auto made = read(raw);
    return made.has_error() ? text_of(made.error()) : "";
}

std::string needs_of(std::string_view raw) {
    const auto made = read(raw);
    if (made.has_error()) return text_of(made.error());
    std::string text;
    for (const auto& step : made->steps) {
        text += step.id + ":";
        for (const auto each : step.after) text += " " + made->steps[each].id;
        text += "; ";
    }
    return text;
}

} // namespace

TEST_CASE("a_plain_list_of_calls_is_a_workflow_that_runs_as_it_is_written") {
    CHECK(needs_of(R"({"workflow":[
        {"server":"serena","tool":"search_code","args":{"q":1}},
        {"server":"codegraph","tool":"analyze","args":{}},
        {"server":"filesystem","tool":"write_file","args":{}}]})") ==
          "step1:; step2: step1; step3: step2; ");
}

TEST_CASE("steps_that_refer_to_others_wait_for_these_alone") {
    CHECK(needs_of(R"({"steps":[
        {"id":"a","server":"s","tool":"t"},
        {"id":"b","server":"s","tool":"t"},
        {"id":"c","server":"s","tool":"t","arguments":{"x":"${steps.a.n + steps['b'].n}"}},
        {"id":"d","server":"s","tool":"t","when":"status.c == 'done'"},
        {"id":"e","server":"s","tool":"t","dependsOn":["a"]}]})") ==
          "a:; b:; c: a b; d: c; e: a; ");
    CHECK(needs_of(R"({"order":"graph","steps":[{"server":"s","tool":"t"},
        {"server":"s","tool":"t"}]})") == "step1:; step2:; ");
    CHECK(needs_of(R"({"order":"sequence","steps":[{"id":"a","server":"s","tool":"t"},
        {"id":"b","server":"s","tool":"t"}]})") == "a:; b: a; ");
}

TEST_CASE("all_that_is_wrong_with_a_workflow_is_told_with_its_place") {
    CHECK(problems_of(R"({"steps":[{"id":"a","server":"s","tool":"t","arguments":{"x":
        ["${steps.b.n}"]},"whenn":"true"},{"id":"a","tool":"t","timeout":"soon"}]})") ==
          "steps[0].whenn: unknown key; did you mean when?; steps[1].id: a is there twice; "
          "steps[1].timeout: must be a duration of not more than a day; write \"30s\", \"5m\", or "
          "a number of seconds; steps[0].arguments.x[0]: there is no step b");
    CHECK(problems_of(R"({"steps":[{"server":"s"}]})") ==
          "steps[0]: a step without its tool; add server and tool, the name of a workflow, or ask");
    CHECK(problems_of(R"({"steps":[]})").starts_with("steps: a workflow without steps"));
    CHECK(problems_of(R"({})").starts_with("steps: a workflow without steps"));
    CHECK(problems_of(R"({"steps":[{"tool":"t","when":"1 +"}]})") ==
          "steps[0].when: expected a value, found the end, at character 4 of 1 +");
    CHECK(problems_of(R"({"steps":[{"tool":"t","arguments":{"a":"${params.x}"}}],
        "parameters":{"type":"object","properties":{"y":{}}}})") ==
          "steps[0].arguments.a: there is no parameter x; add it to parameters.properties");
    CHECK(problems_of(R"({"steps":[{"tool":"t","arguments":{"a":"${step.x}"}}]})")
              .starts_with("steps[0].arguments.a: there is no 'step' here; known: params, steps"));
    CHECK(problems_of(R"({"steps":[{"tool":"t"}],"output":{"a":"${item}"}})")
              .starts_with("output.a: there is no 'item' here"));
    CHECK(problems_of(R"({"steps":[{"tool":"t","on_error":"fallback"}]})") ==
          "steps[0].on_error: there are no fallback steps; add fallback = [{ … }]");
}

TEST_CASE("steps_that_wait_for_each_other_are_refused") {
    CHECK(problems_of(R"({"steps":[{"id":"a","tool":"t","depends_on":["c"]},
        {"id":"b","tool":"t","arguments":{"x":"${steps.a}"}},
        {"id":"c","tool":"t","arguments":{"x":"${steps.b}"}}]})") ==
          "steps[0]: these steps wait for each other: a -> b -> c -> a; take one of them out of "
          "depends_on, or out of an expression");
}

TEST_CASE("all_that_a_step_may_say_is_read") {
    const auto made = read(R"x({"name":"w","description":"d","timeout":"5m","max_parallel":3,
        "parameters":{"properties":{"list":{"type":"array"}}},
        "annotations":{"readOnlyHint":true},
        "steps":[{"id":"a","server":"s","tool":"t","for_each":{"collection":"${params.list}",
          "maxParallel":2,"max_items":5},"arguments":{"x":"${item}"},"retry":{"times":2,"delay":1},
          "timeout":2,"fallback":[{"tool":"other"}],"output":"${output.text}"},
          {"id":"b","ask":{"message":"Go on, ${params.list[0]}?"},"when":"${true}"},
          {"id":"c","workflow":"inner","on_error":"continue","default":1}],
        "on_abort":[{"tool":"undo","when":"has(steps.a)"}],"output":{"n":"${steps.c}"}})x");
    if (made.has_error()) FAIL(text_of(made.error()));
    CHECK(made->timeout == std::chrono::minutes{5});
    CHECK(made->parallel_max == 3);
    CHECK(made->read_only == true);
    const auto& a = made->steps[0];
    CHECK(a.for_each->parallel_max == 2);
    CHECK(a.retry.times == 2);
    CHECK(a.retry.delay == std::chrono::seconds{1});
    CHECK(a.on_error == step_failure::instead);
    CHECK(a.fallback[0].id == "a_fallback1");
    CHECK(made->steps[1].ask->method == "elicitation/create");
    CHECK(made->steps[2].on_error == step_failure::go_on);
    CHECK(made->on_abort[0].id == "abort1");
}

TEST_CASE("more_steps_than_allowed_are_refused") {
    std::string list;
    for (int i = 0; i < 1'001; ++i) list += (i == 0 ? "" : ",") + std::string{R"({"tool":"t"})"};
    CHECK(problems_of(R"({"steps":[)" + list + "]}").find("more than 1000 steps") !=
          std::string::npos);
}
