// SPDX-License-Identifier: Apache-2.0
// config show as a user runs it. Sources: cli_show.cpp, shown_config.cpp.
#include "server/cli/cli.hpp"

#include "server/config/layers/flag_overrides.hpp"
#include "server/serving/running_gateway.hpp"
#include "tests/support/cli_process.hpp"
#include "tests/support/config_fixture.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <string>
#include <vector>

namespace mcpgw::cli_test {

namespace {

namespace json = boost::json;
using config_test::scratch_directory;
using words = std::vector<std::string>;

constexpr const char* team = "include = [\"conf.d/*.yaml\"]\n"
                             "[gateway]\nexpose = \"all\"\n"
                             "state_secret = \"0123456789abcdef0123456789abcdef\"\n"
                             "[[children]]\nname = \"git\"\ncommand = \"git-mcp\"\n"
                             "args = [\"--api-key\", \"k-secret99\", \"--verbose\"]\n"
                             "env = { TOKEN = \"secret99\", HOST = \"${HOST}\" }\n"
                             "[[children]]\nname = \"old\"\ncommand = \"x\"\n";

struct layered_files {
    scratch_directory directory;
    std::string first = directory.write("team.toml", team);
    std::string second = directory.write("mine.json", "{\"children\": [\n{\"name\": \"old\", "
                                                      "\"remove\": true},\n{\"name\": \"git\",\n"
                                                      "\"env\": {\"HOST\": \"here\"}}]}");
    std::string included = directory.write("conf.d/a.yaml", "children:\n  - name: git\n"
                                                            "    timeout: 90s\n");
};

} // namespace

TEST_CASE("config_show_prints_what_all_files_say_together_without_secrets") {
    const layered_files files;
    const auto result =
        run_command({"config", "show", "--config", files.first, "-c", files.second});
    CHECK(result.exit_code == exit_success);
    CHECK(result.err.empty());
    CHECK(result.out == "[gateway]\nexpose = \"all\"\nstate_secret = \"***\"\n\n"
                        "[[children]]\nname = \"git\"\ncommand = \"git-mcp\"\n"
                        "args = [\"--api-key\", \"***\", \"--verbose\"]\ntimeout = \"90s\"\n\n"
                        "[children.env]\nTOKEN = \"***\"\nHOST = \"here\"\n");
    const auto as_json =
        run_command({"config", "show", "--config", files.first, "-c", files.second, "--json"});
    const auto shown = json::parse(as_json.out);
    CHECK(shown.at("children").at(0).at("env").at("HOST") == "here");
    CHECK(shown.at("children").as_array().size() == 1);
}

TEST_CASE("config_show_has_the_admin_interface_without_its_token") {
    const scratch_directory directory;
    const auto file = directory.write(
        "a.toml", "[admin]\nlisten = \"8081\"\ntoken = \"0123456789abcdef\"\n");
    CHECK(run_command({"config", "show", "--config", file}).out ==
          "[admin]\nlisten = \"8081\"\ntoken = \"***\"\n");
}

TEST_CASE("config_show_says_where_each_value_comes_from") {
    const layered_files files;
    const auto result =
        run_command({"config", "show", "-c", files.first, "-c", files.second, "--origin"});
    CHECK(contains(result.out, fmt::format("expose = \"all\" # {}:3\n", files.first)));
    CHECK(contains(result.out, fmt::format("timeout = \"90s\" # {}:3\n", files.included)));
    CHECK(contains(result.out, fmt::format("HOST = \"here\" # {}:4\n", files.second)));
    CHECK(contains(result.out, fmt::format("TOKEN = \"***\" # {}:9\n", files.first)));
    const auto as_json = json::parse(
        run_command({"config", "show", "-c", files.first, "-c", files.second, "--origin", "--json"})
            .out);
    const auto& origin = as_json.at("origins").at("children[git].timeout");
    CHECK(std::string{origin.at("file").as_string()} == files.included);
    CHECK(origin.at("line") == 3);
    CHECK(as_json.at("configuration").at("children").at(0).at("timeout") == "90s");
}

TEST_CASE("config_show_reports_files_that_cannot_be_read_and_wants_one") {
    CHECK(run_command({"config", "show"}).exit_code == exit_usage);
    const scratch_directory directory;
    const auto file = directory.write("a.toml", "include = [\"b.toml\"]\n");
    const auto result = run_command({"config", "show", "--config", file});
    CHECK(result.exit_code == exit_usage);
    CHECK(result.out.empty());
    CHECK(contains(result.err, fmt::format("error: {}:1: include[0]: ", file)));
    CHECK(run_command({"config"}).exit_code == exit_usage);
}

TEST_CASE("a_command_takes_several_files_and_its_own_words_behind_them") {
    const scratch_directory directory;
    const auto first =
        directory.write("a.toml", fmt::format("[[children]]\nname = \"demo\"\ncommand = \"{}\"\n"
                                              "args = [\"no-such-command\"]\n",
                                              MCPGW_BINARY));
    const auto second =
        directory.write("b.toml", "[[children]]\nname = \"demo\"\nargs = [\"demo-server\"]\n");
    const auto called = run_command(
        {"call", "--config", first, "--config", second, "demo", "echo", R"({"message":"hello"})"});
    CHECK(called.exit_code == exit_success);
    CHECK(contains(called.out, "hello"));
    const auto checked = run_command({"check", first, second});
    CHECK(checked.exit_code == exit_success);
    CHECK(contains(checked.out, "1 started; no errors"));
    const auto differs = run_command({"check", first, second, "--diff", first});
    CHECK(differs.out == "server 'demo': args (with a new process)\n");
    CHECK(run_command({"check", first, second, "--diff", first, "--diff", second}).out ==
          "Nothing changes.\n");
}

TEST_CASE("profile_overlay_and_user_of_the_command_line_are_laid_over_the_files") {
    const scratch_directory directory;
    const auto team = directory.write(
        "team.toml", "[gateway]\nexpose = \"gateway\"\n[profiles.dev.gateway]\nlist_wait = 7\n"
                     "[[overlays]]\nwhen = { user = \"ann\" }\ngateway.expose = \"both\"\n");
    const auto own = directory.write("own.yaml", "gateway: {prefix: never}\n");
    const auto shown = run_command({"config", "show", "-c", team, "--profile", "dev", "--overlay",
                                    own, "--user", "ann", "--origin"});
    CHECK(shown.out == fmt::format("[gateway]\nexpose = \"both\" # {0}:7\n"
                                   "list_wait = 7 # {0}:4\nprefix = \"never\" # {1}:1\n",
                                   team, own));
    const auto wrong = run_command({"check", team, "--profile", "prod"});
    CHECK(wrong.exit_code == exit_usage);
    CHECK(contains(wrong.err, "there is no profile prod, which --profile names"));
    const auto none = run_command({"serve", "--profile", "dev"});
    CHECK(none.exit_code == exit_usage);
    CHECK(contains(none.err, "--profile: needs a configuration"));
}

TEST_CASE("flags_that_were_set_while_a_gateway_ran_count_for_those_that_run_it") {
    const scratch_directory directory;
    const auto file = directory.write(
        "a.toml", fmt::format("flags = {{ demo = \"${{DEMO:-true}}\" }}\n[[children]]\n"
                              "name = \"demo\"\ncommand = \"{}\"\nargs = [\"demo-server\"]\n"
                              "enabled = \"flag:demo\"\n",
                              MCPGW_BINARY));
    const words home{"XDG_STATE_HOME=" + directory.path("state")};
    CHECK(contains(run_command({"tools", "--config", file}, {}, home).out, "echo"));
    CHECK_FALSE(
        contains(run_command({"tools", "-c", file}, {}, {home[0], "DEMO=off"}).out, "echo"));
    const flag_overrides kept{flags_path({{file}}, directory.path("state"), "")};
    REQUIRE_FALSE(kept.write({{"demo", false}}).has_error());
    CHECK_FALSE(contains(run_command({"tools", "--config", file}, {}, home).out, "echo"));
    // What the files say is another thing.
    CHECK(contains(run_command({"config", "show", "-c", file}, {}, home).out,
                   "[flags]\ndemo = \"${DEMO:-true}\"\n"));
}

} // namespace mcpgw::cli_test
