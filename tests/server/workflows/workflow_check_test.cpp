// SPDX-License-Identifier: Apache-2.0
#include "server/workflows/workflow_check.hpp"

#include "server/workflows/workflow_reader.hpp"

#include <boost/json/parse.hpp>

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <string>

using namespace mcpgw;

namespace {

using enum tool_facts::standing;

struct small_world {
    std::map<std::string, std::string, std::less<>> tools{
        {"read", R"({"name":"read","inputSchema":{"type":"object","properties":{
            "path":{"type":"string"},"lines":{"type":"integer"}},"required":["path"],
            "additionalProperties":false},"annotations":{"readOnlyHint":true,
            "openWorldHint":false}})"},
        {"write", R"({"name":"write","inputSchema":{"type":"object"},"annotations":{
            "readOnlyHint":false,"destructiveHint":false,"idempotentHint":true,
            "openWorldHint":false}})"},
        {"plain", R"({"name":"plain","inputSchema":{"type":"object"}})"}};
    std::map<std::string, std::shared_ptr<const workflow>, std::less<>> flows;

    [[nodiscard]] workflow_world world() const {
        return {[this](std::string_view server, std::string_view tool) -> tool_facts {
                    if (server == "late") return {untold, {}};
                    if (server != "fs") return {unknown_server, {}};
                    const auto found = tools.find(tool);
                    if (found == tools.end()) return {unknown_tool, {}};
                    return {listed, found->second};
                },
                [this](std::string_view name) -> std::shared_ptr<const workflow> {
                    const auto found = flows.find(name);
                    return found == flows.end() ? nullptr : found->second;
                }};
    }
    workflow read(std::string_view raw) const {
        auto made = read_workflow(boost::json::parse(raw).as_object());
        if (made.has_error()) FAIL(text_of(made.error()));
        return std::move(*made);
    }
    [[nodiscard]] std::string problems(std::string_view raw) const {
        return text_of(check_workflow(read(raw), world()));
    }
    [[nodiscard]] workflow_hints hints(std::string_view raw) const {
        return hints_of(read(raw), world());
    }
};

} // namespace

TEST_CASE("servers_tools_and_workflows_that_are_not_there_are_found") {
    const small_world one;
    CHECK(one.problems(R"({"steps":[{"server":"fs","tool":"red"},{"server":"sf","tool":"read"},
        {"workflow":"w"},{"server":"late","tool":"x"}]})") ==
          "steps[0].tool: server 'fs' has no tool red; steps[1].server: there is no server sf; "
          "steps[2].workflow: there is no workflow w");
}

TEST_CASE("arguments_are_held_against_the_schemas_of_the_tools") {
    const small_world one;
    CHECK(one.problems(R"({"steps":[{"server":"fs","tool":"read","arguments":
        {"pth":"x","lines":"many"}}]})") ==
          "steps[0].arguments.path: is missing: the tool needs it; steps[0].arguments.pth: the "
          "tool has no such argument; did you mean path?; steps[0].arguments.lines: wrong type: "
          "the tool wants integer");
    CHECK(one.problems(R"({"steps":[{"server":"fs","tool":"read","arguments":
        {"path":"${'a'}.txt","lines":"${1}"}}]})") == "");
    CHECK(one.problems(R"({"steps":[{"server":"fs","tool":"read","arguments":
        {"path":"a","lines":"${1}0"}}]})") ==
          "steps[0].arguments.lines: wrong type: the tool wants integer");
}

TEST_CASE("annotations_are_never_milder_than_those_of_the_steps") {
    const small_world one;
    const auto read = R"({"steps":[{"server":"fs","tool":"read","arguments":{"path":"a"}}]})";
    CHECK(one.hints(read) == workflow_hints{true, false, true, false});
    const auto write = R"({"steps":[{"server":"fs","tool":"read","arguments":{"path":"a"}},
        {"server":"fs","tool":"write"}]})";
    CHECK(one.hints(write) == workflow_hints{false, false, true, false});
    // Who says nothing, or is not known, may do anything.
    const workflow_hints worst{false, true, false, true};
    CHECK(one.hints(R"({"steps":[{"server":"fs","tool":"plain"}]})") == worst);
    CHECK(one.hints(R"({"steps":[{"server":"late","tool":"x"}],
        "annotations":{"readOnlyHint":true}})") == worst);
    CHECK(one.hints(R"({"steps":[{"server":"fs","tool":"read","arguments":{"path":"a"},
        "fallback":[{"server":"late","tool":"x"}]}]})") == worst);
    CHECK(one.hints(R"({"steps":[{"server":"fs","tool":"read","arguments":{"path":"a"}}],
        "annotations":{"destructiveHint":true,"readOnlyHint":false}})") ==
          workflow_hints{false, true, true, false});
    CHECK(one.problems(R"({"steps":[{"server":"fs","tool":"write"}],
        "annotations":{"readOnlyHint":true}})") ==
          "annotations.readOnlyHint: is milder than what the steps are: one of them changes "
          "something, or does not say");
}

TEST_CASE("workflows_that_run_themselves_are_found") {
    small_world one;
    auto flow = one.read(R"({"name":"w","steps":[{"workflow":"w"}]})");
    one.flows["w"] = std::make_shared<const workflow>(flow);
    CHECK(text_of(check_workflow(flow, one.world()))
              .starts_with("steps: workflows nested too deeply: w -> w"));
}
