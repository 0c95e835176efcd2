// SPDX-License-Identifier: Apache-2.0
// stdio as a client of a gateway that runs, as a user runs it.
#include "server/cli/attach.hpp"

#include "server/cli/cli.hpp"
#include "tests/support/cli_process.hpp"
#include "tests/support/config_fixture.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <string>

namespace mcpgw::cli_test {
namespace {

namespace json = boost::json;
using config_test::scratch_directory;

const std::string opening =
    R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18",)"
    R"("capabilities":{"elicitation":{}},"clientInfo":{"name":"t","version":"1"}}})"
    "\n"
    R"({"jsonrpc":"2.0","method":"notifications/initialized"})"
    "\n";

std::string call(int id, const std::string& tool, const std::string& arguments,
                 const std::string& meta = "{}") {
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"tools/call","params":{{"name":"{}",)"
                       R"("arguments":{},"_meta":{}}}}})"
                       "\n",
                       id, tool, arguments, meta);
}

json::value answer_to(cli_process& gateway, int id) {
    for (;;) {
        const auto message = json::parse(gateway.read_line());
        const auto* const found = message.as_object().if_contains("id");
        if (found != nullptr && *found == id && !message.as_object().contains("method"))
            return message;
    }
}

std::string url_of(cli_process& serve) {
    const auto& said = serve.wait_for_error_text("Ctrl-C stops it.");
    const auto at = said.find("http://");
    return said.substr(at, said.find('\n', at) - at);
}

std::string demo_config(const scratch_directory& directory) {
    return directory.write("gateway.toml",
                           "[gateway]\nexpose = \"both\"\nschema_cache = \"off\"\n"
                           "[[children]]\nname = \"demo\"\ncommand = \"" MCPGW_BINARY
                           "\"\nargs = [\"demo-server\"]\n");
}

TEST_CASE("era_of_a_client_shows_in_its_first_message") {
    CHECK(era_of_opening(opening.substr(0, opening.find('\n'))) == era::legacy);
    CHECK(era_of_opening(R"({"jsonrpc":"2.0","id":1,"method":"server/discover"})") == era::modern);
    CHECK(era_of_opening("\xEF\xBB\xBF"
                         R"({"jsonrpc":"2.0","id":1,"method":"server/discover"})") == era::modern);
    CHECK(era_of_opening(R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":)"
                         R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}})") ==
          era::modern);
    for (const std::string_view other : {"", "hello", "[]", R"({"jsonrpc":"2.0","method":"x"})"})
        CHECK(era_of_opening(other) == era::legacy);
}

TEST_CASE("stdio_with_a_url_serves_what_the_running_gateway_offers") {
    const scratch_directory directory;
    cli_process serve{{"serve", "--config", demo_config(directory), "--listen", "127.0.0.1:0"}};
    const auto url = url_of(serve);
    cli_process client{{"stdio", "--url", url}};
    client.write(opening);
    const auto opened = answer_to(client, 1).at("result");
    CHECK(opened.at("protocolVersion") == "2025-06-18");
    CHECK(opened.at("serverInfo").at("name") == "mcp-gateway");
    client.write(call(2, "demo__add", R"({"a":1,"b":2})"));
    CHECK(answer_to(client, 2).at("result").at("structuredContent").at("sum") == 3);
    client.write(call(3, "execute_child_tool",
                      R"({"server_id":"demo","tool_name":"add","arguments":{"a":2,"b":2}})"));
    CHECK(answer_to(client, 3).at("result").at("structuredContent").at("sum") == 4);
    // Progress, and a question of the server in the middle of a call, come through.
    client.write(
        call(4, "demo__wait", R"({"seconds":0.01,"steps":2})", R"({"progressToken":"p"})"));
    CHECK(json::parse(client.read_line()).at("method") == "notifications/progress");
    CHECK(answer_to(client, 4).at("result").at("content").at(0).at("text") == "waited 0.01 s");
    client.close_input();
    CHECK(client.wait() == exit_success);
    serve.kill(SIGTERM);
    CHECK(serve.wait() == exit_success);
}

TEST_CASE("a_modern_client_is_served_through_the_running_gateway_too") {
    const scratch_directory directory;
    cli_process serve{{"serve", "--config", demo_config(directory), "--listen", "127.0.0.1:0"}};
    cli_process client{{"stdio", "--url", url_of(serve)}};
    const std::string meta = R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                             R"("io.modelcontextprotocol/clientCapabilities":{}})";
    client.write(R"({"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":)" + meta +
                 "}}\n");
    CHECK(answer_to(client, 1).at("result").at("capabilities").as_object().contains("tools"));
    client.write(call(2, "demo__add", R"({"a":1,"b":2})", meta));
    CHECK(answer_to(client, 2).at("result").at("structuredContent").at("sum") == 3);
    client.close_input();
    CHECK(client.wait() == exit_success);
}

TEST_CASE("stdio_attaches_to_the_gateway_that_runs_on_its_configuration") {
    const scratch_directory directory;
    const auto file = demo_config(directory);
    const std::vector<std::string> home{"XDG_RUNTIME_DIR=" + directory.path("run")};
    cli_process serve{{"serve", "--config", file, "--listen", "127.0.0.1:0"}, home};
    const auto url = url_of(serve);
    {
        cli_process client{{"stdio", "--config", file}, home};
        client.write(opening);
        CHECK(answer_to(client, 1).at("result").at("protocolVersion") == "2025-06-18");
        CHECK(contains(client.wait_for_error_text("--no-attach"), url));
        client.close_input();
        CHECK(client.wait() == exit_success);
    }
    {
        cli_process alone{{"stdio", "--config", file, "--no-attach"}, home};
        alone.write(opening);
        CHECK(answer_to(alone, 1).at("result").at("protocolVersion") == "2025-06-18");
        alone.close_input();
        CHECK(alone.wait() == exit_success);
        CHECK_FALSE(contains(alone.err(), "runs on this configuration already"));
    }
    serve.kill(SIGKILL); // leaves its file behind
    CHECK(serve.wait() == 128 + SIGKILL);
    cli_process later{{"stdio", "--config", file}, home};
    later.write(opening);
    CHECK(answer_to(later, 1).at("result").at("protocolVersion") == "2025-06-18");
    later.close_input();
    CHECK(later.wait() == exit_success);
    CHECK_FALSE(contains(later.err(), "runs on this configuration already"));
}

TEST_CASE("stdio_with_a_url_that_is_none_says_so") {
    const auto wrong = run_command({"stdio", "--url", "localhost:8080"}, opening);
    CHECK(wrong.exit_code == exit_usage);
    CHECK(contains(wrong.err, "http://127.0.0.1:8080/mcp"));
}

TEST_CASE("stdio_with_a_url_where_nothing_runs_answers_with_the_reason") {
    cli_process client{{"stdio", "--url", "http://127.0.0.1:1/mcp"}};
    client.write(opening);
    const auto refused = answer_to(client, 1);
    CHECK(contains(std::string{refused.at("error").at("message").as_string()}, "127.0.0.1:1"));
    client.close_input();
    CHECK(client.wait() == exit_success);
}

} // namespace
} // namespace mcpgw::cli_test
