// SPDX-License-Identifier: Apache-2.0
// workflow, and what check says of workflows, as a user runs them. Sources: cli_workflow.cpp.
#include "server/cli/cli.hpp"

#include "tests/support/cli_process.hpp"
#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <string>

namespace mcpgw::cli_test {

namespace {

using config_test::scratch_directory;

/// A configuration whose workflow has these steps; the first of them is on line 9.
std::string with_steps(const std::string& steps, const std::string& more = {}) {
    return fmt::format("[[children]]\nname = \"demo\"\ncommand = \"{}\"\nargs = [\"demo-server\"]\n"
                       "[[workflows]]\nname = \"sum\"\ndescription = \"Adds\"\n{}\n{}\n",
                       MCPGW_BINARY, more, steps);
}

constexpr const char* good = R"(
[[workflows.steps]]
id = "add"
server = "demo"
tool = "add"
arguments = { a = "${params.a}", b = 2 }
[[workflows.steps]]
id = "say"
server = "demo"
tool = "echo"
arguments = { message = "It is ${steps.add.sum}" }
)";

} // namespace

TEST_CASE("workflow_run_prints_what_the_workflow_gives") {
    const scratch_directory directory;
    const auto file =
        directory.write("gateway.toml", with_steps(good, "output = \"${steps.say}\""));
    const auto done = run_command({"workflow", "run", "sum", R"({"a": 40})", "--config", file});
    CHECK(done.exit_code == exit_success);
    CHECK(done.out == "It is 42\n");
    const auto failed = run_command({"workflow", "run", "sum", "--config", file});
    CHECK(failed.exit_code == exit_failure);
    CHECK(contains(failed.err, "step 'add': arguments: a: there is no member 'a'"));
    const auto unread = run_command({"workflow", "run", "sum", "40", "--config", file});
    CHECK(unread.exit_code == exit_usage);
    const auto unknown = run_command({"workflow", "run", "some", "--config", file});
    CHECK(unknown.exit_code == exit_usage);
    CHECK(contains(unknown.err, "there is no workflow 'some'; there are: sum"));
}

TEST_CASE("workflow_show_and_graph_tell_the_steps_in_their_order") {
    const scratch_directory directory;
    const auto file = directory.write("gateway.toml", with_steps(good));
    const auto shown = run_command({"workflow", "show", "sum", "--config", file});
    CHECK(shown.exit_code == exit_success);
    CHECK(shown.out.find("demo: add") < shown.out.find("demo: echo"));
    const auto drawn = run_command({"workflow", "graph", "sum", "--config", file});
    CHECK(drawn.out == "flowchart TD\n  s1[\"add<br/>demo: add\"]\n  s2[\"say<br/>demo: echo\"]\n"
                       "  s1 --> s2\n");
}

TEST_CASE("check_holds_workflows_against_the_tools_that_there_are") {
    const scratch_directory directory;
    const auto steps = [](const std::string& arguments, const std::string& tool) {
        return fmt::format("[[workflows.steps]]\nserver = \"demo\"\ntool = \"{}\"\n"
                           "arguments = {}",
                           tool, arguments);
    };
    const auto check = [&](const std::string& text) {
        return run_command({"check", directory.write("gateway.toml", text)});
    };
    CHECK(check(with_steps(good)).exit_code == exit_success);
    const auto tool = check(with_steps(steps("{}", "ad")));
    CHECK(tool.exit_code == exit_failure);
    CHECK(contains(tool.err, "gateway.toml:11: workflows[sum].steps[0].tool: server 'demo' has no "
                             "tool ad"));
    const auto type = check(with_steps(steps("{ a = \"x\", b = 1 }", "add")));
    CHECK(contains(type.err, "gateway.toml:12: workflows[sum].steps[0].arguments.a: wrong type: "
                             "the tool wants number"));
    const auto mild =
        check(with_steps(steps("{}", "crash"), "annotations = { readOnlyHint = true }"));
    CHECK(contains(mild.err, "gateway.toml:8: workflows[sum].annotations.readOnlyHint: is milder"));
    const auto circle = check(with_steps(R"(
[[workflows.steps]]
id = "a"
server = "demo"
tool = "add"
arguments = { a = "${steps.b.sum}", b = 1 }
[[workflows.steps]]
id = "b"
server = "demo"
tool = "add"
arguments = { a = "${steps.a.sum}", b = 1 }
)"));
    CHECK(circle.exit_code == exit_usage);
    CHECK(contains(circle.err, "these steps wait for each other: a -> b -> a"));
}

} // namespace mcpgw::cli_test
