// SPDX-License-Identifier: Apache-2.0
#include "server/cli/cli.hpp"

#include "tests/support/cli_process.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace mcpgw::cli_test {

namespace {

using words = std::vector<std::string>;

const words commands{"serve",  "stdio", "demo-server", "check",  "import", "config",
                     "schema", "tools", "call",        "status", "health"};

} // namespace

TEST_CASE("version_is_one_line_on_stdout") {
    const auto result = run_command({"--version"});
    CHECK(result.exit_code == exit_success);
    CHECK(result.out == "mcp-gateway " MCPGW_VERSION "\n");
    CHECK(result.err.empty());
}

TEST_CASE("help_names_every_command_with_examples_and_exit_codes") {
    const auto result = run_command({"--help"});
    CHECK(result.exit_code == exit_success);
    for (const auto& name : commands) CHECK(contains(result.out, "\n  " + name + " "));
    CHECK(contains(result.out, "Examples:"));
    CHECK(contains(result.out, "Exit codes:"));
    CHECK(contains(result.out, "--children-config"));
    CHECK(result.err.empty());
}

TEST_CASE("help_of_each_command_has_an_example") {
    for (const auto& name : commands) {
        CAPTURE(name);
        const auto result = run_command({name, "--help"});
        CHECK(result.exit_code == exit_success);
        CHECK(contains(result.out, "Usage:"));
        if (name != "demo-server") CHECK(contains(result.out, "Example"));
    }
}

TEST_CASE("command_line_that_is_not_understood_is_explained") {
    struct row {
        words args;
        std::string part;
    };
    const std::vector<row> rows{
        {{}, "Usage: "},
        {{"srve"}, "there is no command 'srve'"},
        {{"--config", "x"}, "not understood: --config x"},
        {{"serve", "--port", "3"}, "not understood: --port 3"},
        {{"serve", "--log-level", "loud"}, "loud"},
        {{"serve", "--config"}, "--config"},
        {{"call"}, "CHILD is required"},
        {{"call", "demo"}, "TOOL is required"},
        {{"check"}, "FILE is required"},
        {{"--children-abstract", "x"}, "--children-config"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.part);
        const auto result = run_command(r.args);
        CHECK(result.exit_code == exit_usage);
        CHECK(result.out.empty());
        CHECK(contains(result.err, r.part));
    }
    CHECK(contains(run_command({"call", "demo"}).err, "Try 'mcp-gateway call --help'."));
}

} // namespace mcpgw::cli_test
