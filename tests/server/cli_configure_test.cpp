// check, import, schema as a user runs them. Sources: cli_configure.cpp.
#include "server/cli.hpp"

#include "tests/support/cli_process.hpp"
#include "tests/support/config_fixture.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace mcpgw::cli_test {

namespace {

namespace json = boost::json;
using config_test::scratch_directory;

std::string demo_child(const std::string& name, const std::string& more = {}) {
    return fmt::format(
        "[[children]]\nname = \"{}\"\ncommand = \"{}\"\nargs = [\"demo-server\"]\n{}\n", name,
        MCPGW_BINARY, more);
}

std::string read_file(const std::string& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

} // namespace

TEST_CASE("check_of_a_good_file_says_so") {
    const scratch_directory directory;
    const auto file = directory.write("gateway.toml", demo_child("one") + demo_child("two"));
    const auto result = run_command({"check", file});
    CHECK(result.exit_code == exit_success);
    CHECK(contains(result.out, "2 servers configured, no errors"));
    const auto as_json = run_command({"check", file, "--json"});
    CHECK(as_json.exit_code == exit_success);
    CHECK(json::parse(as_json.out) == json::value({{"ok", true}, {"problems", json::array{}}}));
}

TEST_CASE("check_of_a_bad_file_reports_every_problem") {
    const scratch_directory directory;
    const auto file = directory.write(
        "gateway.toml", "[gateway]\nexpos = \"all\"\n" + demo_child("same") + demo_child("same") +
                            "[[children]]\nname = \"gone\"\ncommand = \"mcpgw-no-such-program\"\n");
    const auto result = run_command({"check", file});
    CHECK(result.exit_code == exit_usage);
    CHECK(result.out.empty());
    CHECK(contains(result.err, "gateway.toml:2"));
    CHECK(contains(result.err, "expos"));
    CHECK(contains(result.err, "same"));
    CHECK(contains(result.err, "mcpgw-no-such-program"));
    const auto as_json = run_command({"check", file, "--json"});
    CHECK(as_json.exit_code == exit_usage);
    const auto report = json::parse(as_json.out);
    CHECK(report.at("ok") == false);
    REQUIRE(report.at("problems").as_array().size() >= 3);
    for (const auto& problem : report.at("problems").as_array()) {
        CHECK(problem.at("file").as_string().size() > 0);
        CHECK(problem.at("message").as_string().size() > 0);
        CHECK(problem.at("line").is_int64());
    }
}

TEST_CASE("check_of_a_file_that_is_not_there_names_it") {
    const auto result = run_command({"check", "/nonexistent/gateway.toml"});
    CHECK(result.exit_code == exit_usage);
    CHECK(contains(result.err, "/nonexistent/gateway.toml"));
}

TEST_CASE("check_with_start_finds_servers_that_fail_and_names_that_collide") {
    const scratch_directory directory;
    const auto colliding =
        directory.write("colliding.toml", "[gateway]\nexpose = \"all\"\nprefix = \"never\"\n" +
                                              demo_child("one") + demo_child("two"));
    const auto result = run_command({"check", colliding, "--start"});
    CHECK(result.exit_code == exit_success);
    CHECK(contains(result.err, "warning: "));
    CHECK(contains(result.err, "'echo' is offered by several servers: one, two"));
    CHECK(contains(result.err, "only the one of 'one' is reachable"));
    const auto failing =
        directory.write("failing.toml", demo_child("good") + "[[children]]\nname = \"bad\"\n"
                                                             "command = \"/bin/false\"\n");
    const auto failed = run_command({"check", failing, "--start"});
    CHECK(failed.exit_code == exit_usage);
    CHECK(contains(failed.err, "children[bad]"));
    CHECK(contains(failed.err, "exited with code 1"));
}

TEST_CASE("import_prints_a_configuration_that_checks_and_the_clients_new_entry") {
    const scratch_directory directory;
    const auto client = directory.write(
        "mcp.json",
        fmt::format(R"({{"mcpServers":{{"demo":{{"command":"{}","args":["demo-server"],)"
                    R"("env":{{"API_TOKEN":"sk-1234567890abcdef"}}}}}}}})",
                    MCPGW_BINARY));
    const auto printed = run_command({"import", client});
    CHECK(printed.exit_code == exit_success);
    CHECK(contains(printed.out, "demo-server"));
    CHECK(contains(printed.err, "\"stdio\""));
    // A literal secret becomes a variable; its value is nowhere.
    CHECK(contains(printed.err, "API_TOKEN"));
    CHECK((printed.out + printed.err).find("sk-1234567890abcdef") == std::string::npos);

    const auto target = (std::filesystem::path{client}.parent_path() / "gateway.toml").string();
    const auto written = run_command({"import", client, "--output", target});
    CHECK(written.exit_code == exit_success);
    CHECK(written.out.empty());
    CHECK(read_file(target).find("demo-server") != std::string::npos);
    CHECK(run_command({"check", target}, {}, {"API_TOKEN=x"}).exit_code == exit_success);
    const auto listed = run_command({"tools", "--config", target}, {}, {"API_TOKEN=x"});
    CHECK(contains(listed.out, "echo"));

    const auto before = read_file(target);
    const auto again = run_command({"import", client, "--output", target});
    CHECK(again.exit_code == exit_failure);
    CHECK(contains(again.err, "exists already"));
    CHECK(read_file(target) == before);
}

TEST_CASE("import_of_something_else_is_refused") {
    const scratch_directory directory;
    const auto file = directory.write("x.json", "{\"hello\":1}");
    const auto result = run_command({"import", file});
    CHECK(result.exit_code == exit_usage);
    CHECK(result.out.empty());
    CHECK(contains(result.err, "x.json"));
}

TEST_CASE("schema_is_valid_json_with_a_description") {
    const auto result = run_command({"schema"});
    CHECK(result.exit_code == exit_success);
    CHECK(result.err.empty());
    const auto schema = json::parse(result.out);
    CHECK(schema.at("$schema").as_string().find("2020-12") != std::string::npos);
    CHECK(schema.at("properties").as_object().contains("children"));
}

} // namespace mcpgw::cli_test
