// SPDX-License-Identifier: Apache-2.0
// reload, servers, flags, views as a user runs them, with a gateway and without.
#include "server/cli/cli.hpp"

#include "tests/support/cli_process.hpp"
#include "tests/support/config_fixture.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace mcpgw::cli_test {

namespace {

namespace json = boost::json;
using config_test::scratch_directory;

/// A configuration with the demo server, and a place for the sockets of its gateways.
class admin_place {
public:
    admin_place()
        : config_(files_.write("gateway.toml",
                               "[http]\nlisten = \"127.0.0.1:0\"\n"
                               "[gateway]\nschema_cache = \"off\"\n"
                               "[[children]]\nname = \"demo\"\ncommand = "
                               "\"" MCPGW_BINARY "\"\nargs = [\"demo-server\"]\n")) {}

    [[nodiscard]] std::vector<std::string> variables() const {
        return {"XDG_RUNTIME_DIR=" + files_.path()};
    }
    [[nodiscard]] cli_result run(std::vector<std::string> args) const {
        return run_command(std::move(args), {}, variables());
    }
    [[nodiscard]] std::string managed() const {
        std::ifstream file{files_.path("conf.d/managed.toml")};
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    [[nodiscard]] const std::string& config() const { return config_; }
    [[nodiscard]] const scratch_directory& files() const { return files_; }

private:
    scratch_directory files_;
    std::string config_;
};

class served {
public:
    explicit served(const admin_place& place)
        : process_({"serve", "--config", place.config()}, place.variables()) {
        process_.wait_for_error_text("listening on");
    }
    ~served() {
        process_.kill(SIGTERM);
        CHECK(process_.wait() == exit_success);
    }
    served(const served&) = delete;
    served& operator=(const served&) = delete;

private:
    cli_process process_;
};

} // namespace

TEST_CASE("without_a_gateway_the_commands_say_where_they_looked") {
    const admin_place place;
    for (const std::string command : {"reload", "views"}) {
        const auto result = place.run({command});
        CHECK(result.exit_code == exit_failure);
        CHECK(contains(result.err, "no gateway that runs was found"));
        CHECK(contains(result.err, place.files().path("mcp-gateway")));
    }
    CHECK(place.run({"servers", "list", "--config", place.config()}).exit_code == exit_failure);
    const auto at = place.run({"flags", "list", "--socket", "/nowhere.sock"});
    CHECK(at.exit_code == exit_failure);
    CHECK(contains(at.err, "no answer from the gateway at /nowhere.sock"));
}

TEST_CASE("the_only_gateway_is_found_and_its_servers_are_looked_at_and_restarted") {
    const admin_place place;
    const served gateway{place};
    const auto restarted = place.run({"servers", "restart", "demo", "--json"});
    CHECK(restarted.exit_code == exit_success);
    CHECK(json::parse(restarted.out).at("status") == "running");
    const auto list = place.run({"servers", "list"});
    CHECK(list.exit_code == exit_success);
    CHECK(contains(list.out, "demo    running"));
    const auto status = place.run({"status"});
    CHECK(status.exit_code == exit_success);
    CHECK(contains(status.out, "mcp-gateway "));
    CHECK(contains(status.out, place.config()));
    CHECK(place.run({"servers", "logs", "demo"}).exit_code == exit_success);
    CHECK(place.run({"servers", "list", "--config", place.config()}).exit_code == exit_success);
    const auto unknown = place.run({"servers", "logs", "dmo"});
    CHECK(unknown.exit_code == exit_usage);
    CHECK(contains(unknown.err, "SERVER_NOT_FOUND: there is no server 'dmo'"));
}

TEST_CASE("where_several_gateways_run_one_must_be_named") {
    const admin_place place;
    const served one{place};
    {
        const served other{place}; // its socket has a name of its own
        const auto unclear = place.run({"servers", "list"});
        CHECK(unclear.exit_code == exit_failure);
        CHECK(contains(unclear.err, "several gateways run"));
        const auto first = unclear.err.find("\n  /") + 3;
        const auto socket = unclear.err.substr(first, unclear.err.find('\n', first) - first);
        CHECK(place.run({"servers", "list", "--socket", socket}).exit_code == exit_success);
    }
    CHECK(place.run({"servers", "list"}).exit_code == exit_success);
}

TEST_CASE("a_running_gateway_takes_what_is_changed_and_refuses_what_is_wrong") {
    const admin_place place;
    const served gateway{place};
    const auto added = place.run({"servers", "add", "echo", "--", MCPGW_BINARY, "demo-server"});
    CHECK(added.exit_code == exit_success);
    CHECK(added.out == "server 'echo' is added\n");
    CHECK(contains(place.run({"servers", "restart", "echo"}).out, "echo    running"));
    CHECK(place.run({"servers", "add", "echo", "--", "x"}).exit_code == exit_usage);
    const auto wrong = place.run({"servers", "add", "ftp", "ftp://a.example/mcp"});
    CHECK(wrong.exit_code == exit_usage);
    CHECK(contains(wrong.err, "children[ftp].url"));
    CHECK(place.run({"servers", "disable", "echo"}).exit_code == exit_success);
    CHECK(contains(place.run({"servers", "list"}).out, "echo: disabled\n"));
    CHECK(place.run({"servers", "remove", "echo"}).exit_code == exit_success);
    CHECK(place.managed().empty());
    CHECK(place.run({"reload"}).out == "Nothing changes.\n");
    place.files().write("gateway.toml", "x = ");
    const auto refused = place.run({"reload"});
    CHECK(refused.exit_code == exit_usage);
    CHECK(contains(refused.err, "gateway.toml:1: not valid TOML"));
    CHECK(contains(place.run({"servers", "list"}).out, "demo"));
}

TEST_CASE("without_a_gateway_servers_are_changed_for_its_next_start") {
    const admin_place place;
    const auto run = [&place](std::vector<std::string> args) {
        args.insert(args.begin() + 2, {"--config", place.config()});
        args.insert(args.begin(), "servers");
        return place.run(std::move(args));
    };
    const auto added = run({"add", "echo", "--env", "A=b c", "--", MCPGW_BINARY, "demo-server"});
    CHECK(added.exit_code == exit_success);
    CHECK(contains(added.err, "it counts from the next start"));
    CHECK(contains(place.managed(), "name = \"echo\"\ncommand = \"" MCPGW_BINARY "\"\n"
                                    "args = [\"demo-server\"]\nenv = { A = \"b c\" }\n"));
    CHECK(run({"add", "echo", "--", "x"}).exit_code == exit_usage);
    CHECK(run({"add", "bad name", "https://a.example/mcp"}).exit_code == exit_usage);
    CHECK(run({"add", "x", "--env", "novalue", "--", "x"}).exit_code == exit_usage);
    CHECK(run({"disable", "demo"}).exit_code == exit_success);
    CHECK(run({"enable", "nobody"}).exit_code == exit_usage);
    const auto tools = place.run({"tools", "--config", place.config()});
    CHECK(contains(tools.out, "echo "));
    CHECK_FALSE(contains(tools.out, "demo "));
    CHECK(run({"remove", "echo"}).exit_code == exit_success);
    CHECK(run({"enable", "demo"}).exit_code == exit_success);
    CHECK_FALSE(contains(place.managed(), "name = \"echo\""));
}

TEST_CASE("a_change_with_which_the_configuration_has_errors_is_taken_back") {
    const admin_place place;
    const auto file = place.files().write("gateway.toml", "[[children]]\nname = \"a\"\n");
    const auto result = place.run({"servers", "add", "b", "--config", file, "ftp://a.example/mcp"});
    CHECK(result.exit_code == exit_usage);
    CHECK(contains(result.err, "nothing was changed"));
    CHECK(place.managed().empty());
}

} // namespace mcpgw::cli_test
