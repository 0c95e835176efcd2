// SPDX-License-Identifier: Apache-2.0
// import as a user runs it: what it writes, and what it finds by itself.
#include "server/cli/cli.hpp"

#include "tests/support/cli_process.hpp"
#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace mcpgw::cli_test {

namespace {

namespace fs = std::filesystem;
using config_test::scratch_directory;

std::string read_file(const std::string& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// A client's file with one server: our own demo.
std::string client_text(std::string_view name, std::string_view token) {
    return fmt::format(R"({{"mcpServers": {{"{}": {{"command": "{}", "args": ["demo-server"],)"
                       R"("env": {{"API_TOKEN": "{}"}}}}}}}})",
                       name, MCPGW_BINARY, token);
}

} // namespace

TEST_CASE("imported_secrets_go_into_a_file_that_only_the_user_reads") {
    const scratch_directory directory;
    const auto client = directory.write("mcp.json", client_text("demo", R"(it's $hunter2 \"x\")"));
    directory.write("out/.env", "MINE=1\nAPI_TOKEN=taken\n");
    const auto target = directory.path("out/gateway.toml");
    const auto made = run_command({"import", client, "--output", target});
    CHECK(made.exit_code == exit_success);
    CHECK((made.out + made.err + read_file(target)).find("hunter2") == std::string::npos);
    const auto env = read_file(directory.path("out/.env"));
    CHECK(env.starts_with("MINE=1\nAPI_TOKEN=taken\n"));
    CHECK(contains(env, "\nDEMO_API_TOKEN=\"it's \\$hunter2 \\\"x\\\"\"\n"));
    CHECK((fs::status(directory.path("out/.env")).permissions() & fs::perms::all) ==
          (fs::perms::owner_read | fs::perms::owner_write));
    // Nothing is left to do.
    const auto checked = run_command({"check", target});
    CHECK(checked.exit_code == exit_success);
    CHECK(contains(run_command({"tools", "--config", target}).out, "echo"));

    // Printed, it stays without the values, and nothing is written.
    const auto printed = run_command({"import", client});
    CHECK(printed.exit_code == exit_success);
    CHECK((printed.out + printed.err).find("hunter2") == std::string::npos);
    CHECK(contains(printed.err, "API_TOKEN=…"));
}

TEST_CASE("what_nobody_knows_stands_empty_in_the_env_file") {
    const scratch_directory directory;
    const auto client = directory.write(
        "mcp.json", fmt::format(R"({{"servers": {{"demo": {{"command": "{}", "env":)"
                                R"({{"T": "${{input:my-token}}"}}, "args": ["demo-server"]}}}}}})",
                                MCPGW_BINARY));
    const auto target = directory.path("out.toml");
    const auto made = run_command({"import", client, "--output", target});
    CHECK(made.exit_code == exit_success);
    CHECK(contains(made.err, "Fill in these variables"));
    CHECK(contains(read_file(directory.path(".env")), "\nMY_TOKEN=\n"));
    CHECK(run_command({"check", "--no-start", target}).exit_code == exit_success);
}

TEST_CASE("import_without_a_file_says_which_clients_have_servers") {
    const scratch_directory home;
    const std::vector<std::string> environment{"HOME=" + home.path(), "XDG_CONFIG_HOME="};
    const auto none = run_command({"import"}, {}, environment);
    CHECK(none.exit_code == exit_failure);
    CHECK(contains(none.err, home.path(".cursor/mcp.json")));
    CHECK(contains(none.err, "Looked for"));

    home.write(".cursor/mcp.json", client_text("one", "hunter2-one-1234"));
    home.write(".config/opencode/opencode.json",
               fmt::format(R"({{"mcp": {{"two": {{"type": "local", "command": ["{}",)"
                           R"("demo-server"]}}}}}})",
                           MCPGW_BINARY));
    home.write(".gemini/settings.json", R"({"theme": "x"})");
    const auto listed = run_command({"import"}, {}, environment);
    CHECK(listed.exit_code == exit_success);
    CHECK(contains(listed.out, "Cursor: 1 server in "));
    CHECK(contains(listed.out, "opencode: 1 server in "));
    CHECK(contains(listed.out, "import --all"));
    CHECK_FALSE(contains(listed.out, "Gemini"));
    CHECK_FALSE(contains(listed.out, "hunter2"));

    const auto target = home.path("all/gateway.toml");
    fs::create_directories(home.path("all"));
    const auto all = run_command({"import", "--all", "--output", target}, {}, environment);
    CHECK(all.exit_code == exit_success);
    const auto text = read_file(target);
    CHECK(contains(text, "name = \"one\""));
    CHECK(contains(text, "name = \"two\""));
    CHECK(run_command({"check", target}, {}, environment).exit_code == exit_success);
}

TEST_CASE("import_says_what_it_looked_for_where_it_finds_nothing") {
    const scratch_directory directory;
    const auto result = run_command({"import", directory.write("x.json", "{\"hello\":1}")});
    CHECK(result.exit_code == exit_usage);
    CHECK(contains(result.err, "mcpServers"));
    CHECK(contains(result.err, "context_servers"));
}

} // namespace mcpgw::cli_test
