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
    CHECK(contains(text.out, "gateway: http.listen (at once)\n"));
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

TEST_CASE("check_diff_names_a_server_that_would_not_be_started") {
    const scratch_directory directory;
    const auto before = directory.write("running.toml", running);
    const auto after = directory.write("next.toml", std::string{running} + "timeuot = 5\n");
    const auto result = run_command({"check", after, "--diff", before});
    CHECK(result.exit_code == exit_usage);
    CHECK(contains(result.out, "server 'b' would not be started: "));
    CHECK_FALSE(contains(result.out, "defect"));
}

TEST_CASE("check_diff_of_a_file_without_servers_is_a_plan_and_of_a_broken_one_json_all_the_same") {
    const scratch_directory directory;
    const auto before = directory.write("running.toml", running);
    const auto empty = directory.write("empty.toml", "[gateway]\n");
    const auto result = run_command({"check", empty, "--diff", before});
    CHECK(result.exit_code == exit_success);
    CHECK(contains(result.out, "server 'a' is removed\n"));
    const auto broken = directory.write("broken.toml", "[http]\nlisten = 5\n");
    const auto report =
        boost::json::parse(run_command({"check", broken, "--diff", before, "--json"}).out);
    CHECK(report.at("ok") == false);
    CHECK_FALSE(report.at("problems").as_array().empty());
}

TEST_CASE("check_diff_shows_no_values_of_variables") {
    const scratch_directory directory;
    const auto before = directory.write("running.toml", running);
    const auto after =
        directory.write("next.toml", "[http]\npath = \"${P:-/s3cr3t}\"\n" + std::string{running});
    const auto result = run_command({"check", after, "--diff", before});
    CHECK(contains(result.out, "gateway: http.path (at once)\n"));
    CHECK_FALSE(contains(result.out, "s3cr3t"));
}

} // namespace mcpgw::cli_test
