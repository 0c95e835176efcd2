// SPDX-License-Identifier: Apache-2.0
// check as a user runs it. Sources: cli_check.cpp.
#include "server/cli/cli.hpp"

#include "tests/support/cli_process.hpp"
#include "tests/support/config_fixture.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <string>

namespace mcpgw::cli_test {

namespace {

namespace json = boost::json;
using config_test::scratch_directory;

std::string child(const std::string& name, const std::string& command, const std::string& args) {
    return fmt::format("[[children]]\nname = \"{}\"\ncommand = \"{}\"\nargs = [{}]\n", name,
                       command, args);
}
std::string demo_child(const std::string& name) {
    return child(name, MCPGW_BINARY, "\"demo-server\"");
}
std::string shell_child(const std::string& name, const std::string& script) {
    return child(name, "/bin/sh", fmt::format("\"-c\", \"{}\"", script));
}

json::value server_of(const json::value& report, std::string_view name) {
    for (const auto& entry : report.at("servers").as_array())
        if (entry.at("name").as_string() == name) return entry;
    return {};
}

constexpr const char* unprefixed = "[gateway]\nexpose = \"all\"\nprefix = \"never\"\n";

} // namespace

TEST_CASE("check_of_a_good_file_says_so") {
    const scratch_directory directory;
    const auto file = directory.write("gateway.toml", demo_child("one") + demo_child("two") +
                                                          demo_child("off") + "enabled = false\n");
    const auto result = run_command({"check", file});
    CHECK(result.exit_code == exit_success);
    CHECK(contains(result.out, "3 servers configured, 2 started; no errors\n"));
    const auto as_json = run_command({"check", file, "--json"});
    CHECK(as_json.exit_code == exit_success);
    CHECK(as_json.err.empty());
    const auto report = json::parse(as_json.out);
    CHECK(report.at("ok") == true);
    CHECK(report.at("problems").as_array().empty());
    CHECK(server_of(report, "one").at("state") == "running");
    CHECK(server_of(report, "one").at("tools").as_int64() > 0);
    CHECK(server_of(report, "off").at("state") == "not_started");
}

TEST_CASE("check_reports_names_that_collide_without_being_asked") {
    const scratch_directory directory;
    const auto file =
        directory.write("gateway.toml", unprefixed + demo_child("one") + demo_child("two"));
    const auto result = run_command({"check", file});
    CHECK(result.exit_code == exit_success); // the gateway serves it; nothing is broken
    CHECK(contains(result.err, "warning: "));
    CHECK(contains(result.err, "gateway.prefix: tool 'echo' is offered by several servers: one, "
                               "two (only the one of 'one' is reachable)"));
    CHECK(contains(result.err, "children: resource 'demo://greeting'"));
    const auto older = run_command({"check", file, "--start"});
    CHECK(older.exit_code == exit_success);
    CHECK(older.err == result.err);
}

TEST_CASE("check_reports_a_tool_that_is_called_like_one_of_the_gateways_own") {
    const scratch_directory directory;
    const auto shadow = child("shadow", MCPGW_FAKE_SERVER, "\"modern\", \"own-names\"");
    const auto hidden =
        directory.write("both.toml", "[gateway]\nexpose = \"both\"\nprefix = \"never\"\n" + shadow);
    const auto result = run_command({"check", hidden});
    CHECK(result.exit_code == exit_success);
    CHECK(contains(result.err, "tool 'get_schema' of server 'shadow' is called like one of the "
                               "gateway's own"));
    const auto alone = run_command({"check", directory.write("all.toml", unprefixed + shadow)});
    CHECK(alone.exit_code == exit_success);
    CHECK(alone.err.empty());
}

TEST_CASE("check_reports_settings_of_tools_that_no_server_has") {
    const scratch_directory directory;
    const auto file = directory.write(
        "gateway.toml", demo_child("one") + "fallback = [{ server = \"two\", tool = \"ecco\" }]\n" +
                            "tools = { add = { timeout = 5 }, lagre_text = { timeout = 5 }, "
                            "crash = { fallback = [{ server = \"two\" }] } }\n" +
                            demo_child("two"));
    const auto result = run_command({"check", file});
    CHECK(result.exit_code == exit_success); // the gateway serves it
    CHECK(contains(result.err, "children[one].fallback[0]: server 'two' has no tool 'ecco' "
                               "(did you mean echo?)"));
    CHECK(contains(result.err, "children[one].tools.lagre_text: server 'one' has no tool "
                               "'lagre_text' (did you mean large_text?)"));
    CHECK_FALSE(contains(result.err, "tools.add"));
    CHECK_FALSE(contains(result.err, "tools.crash"));
}

TEST_CASE("check_reports_a_server_that_does_not_start_with_its_last_words") {
    const scratch_directory directory;
    const auto file = directory.write(
        "gateway.toml", demo_child("good") + shell_child("bad", "echo no database >&2; "
                                                                "echo giving up >&2; exit 3"));
    const auto result = run_command({"check", file});
    CHECK(result.exit_code == exit_failure); // the file itself is right
    CHECK(contains(result.err, "children[bad]: server 'bad' exited with code 3"));
    CHECK(contains(result.err, "  | no database\n  | giving up\n\n"));
    CHECK(contains(result.err, "2 servers configured, 1 started; 1 error\n"));
    const auto as_json = run_command({"check", file, "--json"});
    CHECK(as_json.exit_code == exit_failure);
    const auto report = json::parse(as_json.out);
    CHECK(report.at("ok") == false);
    CHECK(server_of(report, "bad").at("stderr_tail") == json::array{"no database", "giving up"});
    CHECK(server_of(report, "good").at("state") == "running");
}

TEST_CASE("check_reports_isolation_that_this_machine_does_not_give") {
    const scratch_directory directory;
    const auto file = directory.write(
        "gateway.toml", demo_child("greedy") + "rlimits = { files = 1000000000 }\n" +
                            demo_child("modest") + "rlimits = { files = 64 }\numask = \"0077\"\n");
    const auto result = run_command({"check", file});
    CHECK(result.exit_code == exit_failure);
    CHECK(contains(result.err, "children[greedy]: server 'greedy': `rlimits.files`: 1000000000 is "
                               "more than the gateway may give: its own hard limit is "));
    CHECK(contains(result.err, "2 servers configured, 1 started; 1 error"));
    CHECK_FALSE(contains(result.err, "modest"));
}

TEST_CASE("check_does_not_wait_for_ever_for_a_server_that_says_nothing") {
    const scratch_directory directory;
    const auto file = directory.write(
        "gateway.toml", shell_child("mute", "cat >/dev/null; exit 0") + "start_timeout = 0.3\n");
    const auto result = run_command({"check", file});
    CHECK(result.exit_code == exit_failure);
    CHECK(contains(result.err, "server 'mute' did not "));
}

TEST_CASE("check_with_no_start_reads_the_file_only") {
    const scratch_directory directory;
    const auto trace = directory.path("started");
    const auto file =
        directory.write("gateway.toml", unprefixed + demo_child("one") + demo_child("two") +
                                            shell_child("t", ": >" + trace));
    const auto result = run_command({"check", file, "--no-start"});
    CHECK(result.exit_code == exit_success);
    CHECK(result.err.empty());
    CHECK(contains(result.out, "3 servers configured, 0 started; no errors\n"));
    CHECK(contains(result.out, "--no-start"));
    CHECK_FALSE(std::filesystem::exists(trace));
    run_command({"check", file});
    CHECK(std::filesystem::exists(trace)); // the server would have left it
}

TEST_CASE("check_of_a_bad_file_reports_every_problem_and_starts_the_servers_that_have_none") {
    const scratch_directory directory;
    const auto trace = directory.path("started");
    const auto file = directory.write(
        "gateway.toml", "[gateway]\nexpos = \"all\"\nprefix = \"never\"\n" + demo_child("one") +
                            demo_child("two") + demo_child("one") +
                            child("gone", "mcpgw-no-such-program", "") +
                            shell_child("faulty", ": >" + trace) + "env = {A = \"${UNSET_A}\"}\n");
    const auto result = run_command({"check", file});
    CHECK(result.exit_code == exit_usage);
    CHECK(result.out.empty());
    CHECK(contains(result.err, "gateway.toml:2: gateway.expos"));
    CHECK(contains(result.err, "children[2]"));
    CHECK(contains(result.err, "mcpgw-no-such-program is not on PATH"));
    CHECK(contains(result.err, "UNSET_A is not set"));
    CHECK(contains(result.err, "tool 'echo' is offered by several servers: one, two"));
    CHECK(contains(result.err, "5 servers configured, 2 started; 4 errors, "));
    CHECK_FALSE(std::filesystem::exists(trace));
    const auto as_json = run_command({"check", file, "--json"});
    CHECK(as_json.exit_code == exit_usage);
    const auto report = json::parse(as_json.out);
    CHECK(report.at("ok") == false);
    REQUIRE(report.at("problems").as_array().size() >= 5);
    for (const auto& problem : report.at("problems").as_array()) {
        CHECK(problem.at("file").as_string().size() > 0);
        CHECK(problem.at("message").as_string().size() > 0);
        CHECK(problem.at("line").is_int64());
    }
}

TEST_CASE("check_starts_nothing_whose_defaults_are_wrong") {
    const scratch_directory directory;
    const auto trace = directory.path("started");
    const auto file = directory.write("gateway.toml", "[defaults]\ntimeout = \"long\"\n" +
                                                          shell_child("t", ": >" + trace));
    CHECK(run_command({"check", file}).exit_code == exit_usage);
    CHECK_FALSE(std::filesystem::exists(trace));
}

TEST_CASE("check_of_a_file_that_is_not_there_names_it") {
    const auto result = run_command({"check", "/nonexistent/gateway.toml"});
    CHECK(result.exit_code == exit_usage);
    CHECK(contains(result.err, "/nonexistent/gateway.toml"));
}

} // namespace mcpgw::cli_test
