// SPDX-License-Identifier: Apache-2.0
// import and schema as a user runs them. Sources: cli_configure.cpp.
#include "server/cli/cli.hpp"

#include "server/cli/cli_commands.hpp"
#include "server/config/config.hpp"
#include "tests/support/cli_process.hpp"
#include "tests/support/config_fixture.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace mcpgw::cli_test {

namespace {

namespace json = boost::json;
using config_test::scratch_directory;

std::string read_file(const std::string& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

} // namespace

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

TEST_CASE("texts_about_servers_are_one_of_the_files_of_a_configuration") {
    const scratch_directory directory;
    cli_options options;
    options.inputs.files = {directory.write("gateway.toml", "[gateway]\n")};
    options.abstracts = directory.write("about.json", "{}");
    const auto read = read_for_command(options);
    CHECK(std::ranges::is_sorted(read.files));
    for (const auto& file : {options.inputs.files[0], options.abstracts})
        CHECK(std::ranges::find(read.files, file) != read.files.end());
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
