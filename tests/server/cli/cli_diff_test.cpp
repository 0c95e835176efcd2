// SPDX-License-Identifier: Apache-2.0
// check --diff as a user runs it. Sources: cli_diff.cpp.
#include "server/cli/cli.hpp"

#include "tests/support/cli_process.hpp"
#include "tests/support/config_fixture.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

#include <string>

namespace mcpgw::cli_test {

namespace {

using config_test::scratch_directory;

constexpr const char* running = "[[children]]\nname = \"a\"\ncommand = \"/bin/true\"\n"
                                "[[children]]\nname = \"b\"\ncommand = \"/bin/true\"\n";
constexpr const char* next = "[http]\nlisten = \"127.0.0.1:9999\"\n"
                             "[[children]]\nname = \"a\"\ncommand = \"/bin/true\"\n"
                             "timeout = 5\nargs = [\"x\"]\n";

} // namespace

TEST_CASE("check_diff_says_what_changes_and_when") {
    const scratch_directory directory;
    const auto before = directory.write("running.toml", running);
    const auto after = directory.write("next.toml", next);
    const auto text = run_command({"check", after, "--diff", before});
    CHECK(text.exit_code == exit_success);
    CHECK(contains(text.out, "gateway: http.listen: \"127.0.0.1:8080\" -> \"127.0.0.1:9999\" "
                             "(at the next start of the gateway)\n"));
    CHECK(contains(text.out, "server 'b' is removed\n"));
    CHECK(contains(text.out, "server 'a': timeout: 60 -> 5 (for new calls)\n"));
    CHECK(contains(text.out, "server 'a': args"));
    const auto same = run_command({"check", before, "--diff", before});
    CHECK(same.out == "Nothing changes.\n");
    const auto report =
        boost::json::parse(run_command({"check", after, "--diff", before, "--json"}).out);
    CHECK(report.at("removed").at(0) == "b");
    CHECK(report.at("changed").at(0).at("name") == "a");
    CHECK(report.at("changed").at(0).at("new_process") == true);
}

TEST_CASE("check_diff_of_a_file_with_errors_says_that_it_stays_out_of_force") {
    const scratch_directory directory;
    const auto before = directory.write("running.toml", running);
    const auto after = directory.write("next.toml", "[http]\nlisten = 5\n");
    const auto result = run_command({"check", after, "--diff", before});
    CHECK(result.exit_code == exit_usage);
    CHECK(contains(result.err, "http.listen"));
    CHECK(contains(result.err, "it would not be put into force"));
}

} // namespace mcpgw::cli_test
