// SPDX-License-Identifier: Apache-2.0
#include "server/config/config_workflows.hpp"

#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::config_test;

namespace {

constexpr const char* servers = R"(
[[children]]
name = "web"
command = "tool"
)";

/// The problems of a file with this workflow, whose first line is 6.
std::string problems_of(const std::string& keys) {
    const scratch_directory scratch;
    const auto made =
        scratch.load("a.toml", servers + std::string{"[[workflows]]\n"} + keys + "\n");
    std::string all;
    for (const auto& problem : made.problems) {
        const auto text = problem.str();
        all += text.substr(text.find("a.toml")) + "\n";
    }
    return all;
}

} // namespace

TEST_CASE("workflows_are_read_with_the_lines_of_their_steps") {
    const scratch_directory scratch;
    const auto made = scratch.load("a.toml", std::string{servers} + R"(
[[workflows]]
name = "find"
description = "Finds"
timeout = "5m"
parameters = { type = "object", properties = { what = { type = "string" } } }
output = "${steps.look.n}"
[[workflows.steps]]
id = "look"
server = "web"
tool = "search"
arguments = { text = "${params.what}" }
)");
    CAPTURE(printed(made.problems));
    REQUIRE(made.problems.empty());
    REQUIRE(made.value.gateway.workflows.named.size() == 1);
    const auto& flow = *made.value.gateway.workflows.named[0];
    CHECK(flow.name == "find");
    CHECK(flow.timeout == std::chrono::minutes{5});
    CHECK(flow.steps.at(0).server == "web");
    CHECK(flow.lines.at("steps[0].arguments.text") == 16);
}

TEST_CASE("what_is_wrong_with_a_workflow_is_told_at_its_line_and_key") {
    CHECK(problems_of("name = \"a\"\n[[workflows.steps]]\nserver = \"web\"\ntool = \"t\"\n"
                      "arguments = { x = \"${params.}\" }")
              .starts_with("a.toml:10: workflows[0].steps[0].arguments.x: expected the "
                           "name of a member"));
    CHECK(problems_of("name = \"a\"\nsteps = [{ server = \"wep\", tool = \"t\" }]")
              .starts_with("a.toml:7: workflows[0].steps[0].server: there is no child wep"));
    CHECK(problems_of("name = \"a\"").find("a workflow without steps") != std::string::npos);
    CHECK(problems_of("steps = []").find("a workflow without a name") != std::string::npos);
    CHECK(problems_of("name = \"a\"\nstebs = []").find("did you mean steps?") != std::string::npos);
}

TEST_CASE("expressions_of_workflows_are_no_variables") {
    CHECK(problems_of("name = \"a\"\nsteps = [{ server = \"web\", tool = \"t\", arguments = { x = "
                      "\"${item}\" }, for_each = [1] }]") == "");
}
