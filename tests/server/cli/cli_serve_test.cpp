// SPDX-License-Identifier: Apache-2.0
// serve, stdio, health as a user runs them. Sources: cli_serve.cpp.
#include "server/cli/cli.hpp"

#include "tests/support/cli_process.hpp"
#include "tests/support/config_fixture.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

#include <string>

namespace mcpgw::cli_test {

namespace {

namespace json = boost::json;
using config_test::scratch_directory;

const std::string opening =
    R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18",)"
    R"("capabilities":{},"clientInfo":{"name":"t","version":"1"}}})"
    "\n"
    R"({"jsonrpc":"2.0","method":"notifications/initialized"})"
    "\n";

std::string call_line(int id, const std::string& tool, const std::string& arguments) {
    return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) +
           R"(,"method":"tools/call","params":{"name":")" + tool + R"(","arguments":)" + arguments +
           "}}\n";
}

/// Reads lines until the answer to `id`; every line must be a message.
json::value answer_to(cli_process& gateway, int id) {
    for (;;) {
        const auto message = json::parse(gateway.read_line());
        CHECK(message.at("jsonrpc") == "2.0");
        const auto* const found = message.as_object().if_contains("id");
        if (found != nullptr && *found == id) return message;
    }
}

std::string url_of(cli_process& serve) {
    const auto& said = serve.wait_for_error_text("Ctrl-C stops it.");
    const auto at = said.find("http://");
    return said.substr(at, said.find('\n', at) - at);
}

} // namespace

TEST_CASE("stdio_session_answers_and_ends_with_its_input") {
    cli_process gateway{{"stdio"}};
    gateway.write(opening);
    CHECK(answer_to(gateway, 1).at("result").at("protocolVersion") == "2025-06-18");
    gateway.write(call_line(2, "demo__add", R"({"a":1,"b":2})"));
    CHECK(answer_to(gateway, 2).at("result").at("structuredContent").at("sum") == 3);
    gateway.write("this is no message\n");
    const auto refusal = json::parse(gateway.read_line());
    CHECK(refusal.at("error").at("code") == -32700);
    // What is under way at the end of input is still answered.
    gateway.write(call_line(3, "demo__wait", R"({"seconds":0.05})"));
    gateway.close_input();
    CHECK(answer_to(gateway, 3).at("result").at("content").at(0).at("text") == "waited 0.05 s");
    CHECK(gateway.wait() == exit_success);
    CHECK(gateway.out().empty());
}

TEST_CASE("stdio_writes_only_messages_to_stdout_whatever_it_logs") {
    const scratch_directory directory;
    const auto file = directory.write(
        "gateway.json", R"({"mcpServers":{"demo":{"command":")" MCPGW_BINARY
                        R"(","args":["demo-server"]},"bad":{"command":"/bin/false"}}})");
    auto result = run_command(
        {"stdio", "--config", file, "--log-level", "debug"},
        opening + call_line(2, "execute_child_tool", R"({"server_id":"bad","tool_name":"x"})") +
            call_line(3, "nope", "{}"),
        {"XDG_CACHE_HOME=" + directory.path("cache")});
    CHECK(result.exit_code == exit_success);
    CHECK(contains(result.err, "debug"));
    int answers = 0;
    while (!result.out.empty()) {
        const auto end = result.out.find('\n');
        REQUIRE(end != std::string::npos);
        const auto message = json::parse(result.out.substr(0, end));
        CHECK(message.at("jsonrpc") == "2.0");
        answers += message.as_object().contains("id") ? 1 : 0;
        result.out.erase(0, end + 1);
    }
    CHECK(answers == 3);
}

TEST_CASE("plain_form_serves_a_json_array_of_children_with_abstracts") {
    const scratch_directory directory;
    const auto file = directory.write("children.json", R"([{"name":"one","command":")" MCPGW_BINARY
                                                       R"(","args":["demo-server"]}])");
    const auto abstracts = directory.write("abstracts.json", R"({"one":"Shows things."})");
    cli_process gateway{{"--children-config", file, "--children-abstract", abstracts},
                        {"XDG_CACHE_HOME=" + directory.path("cache")}};
    gateway.write(opening + call_line(2, "list_registered_children", "{}"));
    const auto listed = answer_to(gateway, 2).at("result").at("structuredContent");
    CHECK(listed.at("children").at(0).at("server_id") == "one");
    CHECK(listed.at("children").at(0).at("abstract") == "Shows things.");
    gateway.write(call_line(3, "execute_child_tool",
                            R"({"child_name":"one","tool_name":"echo",)"
                            R"("tool_args":{"message":"hi"}})"));
    CHECK(answer_to(gateway, 3).at("result").at("content").at(0).at("text") == "hi");
    gateway.close_input();
    CHECK(gateway.wait() == exit_success);
}

TEST_CASE("bad_configuration_starts_nothing_and_ends_with_2") {
    const scratch_directory directory;
    const auto file = directory.write("gateway.toml", "[http]\nlisten = 7\n");
    for (const std::string command : {"serve", "stdio", "tools", "status"}) {
        CAPTURE(command); // stdio: the client leaves without a word
        const auto result = run_command({command, "--config", file});
        CHECK(result.exit_code == exit_usage);
        CHECK(contains(result.err, "listen"));
        CHECK(contains(result.err, "nothing was started"));
        CHECK(result.out.empty());
    }
    const auto plain = run_command({"--children-config", "/nonexistent.json"});
    CHECK(plain.exit_code == exit_usage);
    CHECK(contains(plain.err, "/nonexistent.json"));
    CHECK(run_command({"serve", "--listen", "nowhere"}).exit_code == exit_usage);
}

TEST_CASE("serve_prints_what_works_and_answers_health_and_status") {
    cli_process serve{{"serve", "--listen", "127.0.0.1:0"}};
    const auto url = url_of(serve);
    const auto base = url.substr(0, url.rfind('/'));
    CHECK(contains(serve.err(), "curl"));
    CHECK(contains(serve.err(), R"({"mcpServers": {"gateway": {"type": "http", "url": ")" + url));

    for (const std::string path : {"/healthz", "/readyz"}) {
        // Not ready before the demo server runs, so ask until it is.
        auto health = run_command({"health", "--url", base + path});
        for (int i = 0; i < 200 && health.exit_code != exit_success; ++i)
            health = run_command({"health", "--url", base + path});
        CHECK(health.exit_code == exit_success);
        CHECK(contains(health.out, "ok"));
    }
    const auto status = run_command({"status", "--url", url, "--json"});
    CHECK(status.exit_code == exit_success);
    const auto list = json::parse(status.out);
    REQUIRE(list.as_array().size() == 1);
    CHECK(list.at(0).at("server_id") == "demo");
    CHECK(list.at(0).at("status") == "running");
    const auto shown = run_command({"status", "--url", base}); // the path does not matter
    CHECK(shown.exit_code == exit_success);
    CHECK(contains(shown.out, "SERVER"));
    CHECK(contains(shown.out, "UPTIME"));

    serve.kill(SIGTERM);
    CHECK(serve.wait() == exit_success);
    CHECK(serve.out().empty());
    CHECK(run_command({"health", "--url", base + "/healthz"}).exit_code == exit_failure);
}

TEST_CASE("serve_on_ipv6_answers_its_own_status") {
    cli_process serve{{"serve", "--listen", "[::1]:0"}};
    const auto url = url_of(serve);
    CHECK(url.starts_with("http://[::1]:"));
    const auto status = run_command({"status", "--url", url});
    CAPTURE(status.err);
    CHECK(status.exit_code == exit_success);
    serve.kill(SIGINT);
    CHECK(serve.wait() == exit_success);
}

TEST_CASE("serve_on_an_address_in_use_says_so_and_ends_with_1") {
    cli_process first{{"serve", "--listen", "127.0.0.1:0"}};
    const auto url = url_of(first);
    const auto address = url.substr(7, url.rfind('/') - 7);
    const auto second = run_command({"serve", "--listen", address});
    CHECK(second.exit_code == exit_failure);
    CHECK(contains(second.err, address));
    CHECK(contains(second.err, "in use"));
    CHECK(contains(second.err, "--listen"));
    CHECK(run_command({"status", "--url", url}).exit_code == exit_success);
}

TEST_CASE("status_of_a_gateway_that_shows_only_its_servers_tools_is_told_too") {
    const scratch_directory directory;
    const auto file = directory.write(
        "gateway.toml",
        "[gateway]\nexpose = \"all\"\n[[children]]\nname = \"demo\"\ncommand = \"" MCPGW_BINARY
        "\"\nargs = [\"demo-server\"]\n");
    cli_process serve{{"serve", "--config", file, "--listen", "127.0.0.1:0"},
                      {"XDG_RUNTIME_DIR=" + directory.path("run")}};
    const auto status = run_command({"status", "--url", url_of(serve)});
    CHECK(status.exit_code == exit_success);
    CHECK(contains(status.out, "demo"));
}

TEST_CASE("an_address_that_is_open_to_the_network_is_warned_of_and_works_as_printed") {
    cli_process serve{{"serve", "--listen", "0.0.0.0:0"}};
    const auto url = url_of(serve);
    CHECK(url.starts_with("http://127.0.0.1:"));
    CHECK(contains(serve.err(), "warning: command line: --listen: this address is open"));
    CHECK(contains(serve.err(), "http.hosts_allowed"));
    CHECK(run_command({"status", "--url", url}).exit_code == exit_success);
    serve.kill(SIGTERM);
    CHECK(serve.wait() == exit_success);
}

TEST_CASE("sighup_is_ignored_with_a_word_about_it") {
    cli_process serve{{"serve", "--listen", "127.0.0.1:0"}};
    const auto url = url_of(serve);
    serve.kill(SIGHUP);
    serve.wait_for_error_text("SIGHUP is ignored");
    CHECK(run_command({"status", "--url", url}).exit_code == exit_success);
    serve.kill(SIGTERM);
    CHECK(serve.wait() == exit_success);
    cli_process stdio{{"stdio"}};
    stdio.write(opening);
    CHECK(answer_to(stdio, 1).at("result").at("protocolVersion") == "2025-06-18");
    stdio.kill(SIGHUP);
    stdio.wait_for_error_text("SIGHUP is ignored");
    stdio.write(call_line(2, "demo__add", R"({"a":1,"b":2})"));
    CHECK(answer_to(stdio, 2).at("result").at("structuredContent").at("sum") == 3);
    stdio.close_input();
    CHECK(stdio.wait() == exit_success);
}

TEST_CASE("one_server_that_cannot_be_started_does_not_stop_the_others") {
    const scratch_directory directory;
    const auto file = directory.write(
        "gateway.json",
        R"({"mcpServers":{"good":{"command":")" MCPGW_BINARY
        R"(","args":["demo-server"]},"bad":{"command":"no-such-program"},)"
        R"("token":{"command":"/bin/cat","env":{"T":"${MCPGW_NOT_SET}"}},"odd":7}})");
    const std::vector<std::string> home{"XDG_RUNTIME_DIR=" + directory.path("run"),
                                        "XDG_CACHE_HOME=" + directory.path("cache")};
    cli_process gateway{{"stdio", "--config", file}, home};
    gateway.write(opening + call_line(2, "execute_child_tool",
                                      R"({"server_id":"good","tool_name":"add",)"
                                      R"("arguments":{"a":1,"b":2}})"));
    CHECK(answer_to(gateway, 2).at("result").at("structuredContent").at("sum") == 3);
    gateway.write(call_line(3, "list_registered_children", "{}"));
    const auto listed = answer_to(gateway, 3).at("result").at("structuredContent").at("children");
    CHECK(listed.at(1).at("status") == "failed");
    CHECK(contains(std::string{listed.at(1).at("error").as_string()}, "is not on PATH"));
    CHECK(contains(std::string{listed.at(2).at("error").as_string()}, "MCPGW_NOT_SET is not set"));
    gateway.write(call_line(4, "get_child_status", R"({"server_id":"token"})"));
    const auto status = answer_to(gateway, 4).at("result").at("structuredContent");
    CHECK(status.at("status") == "failed");
    CHECK(contains(std::string{status.at("last_error").as_string()}, "MCPGW_NOT_SET"));
    gateway.write(call_line(5, "execute_child_tool", R"({"server_id":"bad","tool_name":"x"})"));
    const auto refused = answer_to(gateway, 5).at("result");
    CHECK(refused.at("isError") == true);
    CHECK(contains(std::string{refused.at("content").at(0).at("text").as_string()},
                   "server 'bad' is not started: "));
    gateway.close_input();
    CHECK(gateway.wait() == exit_success);
    CHECK(contains(gateway.err(), "mcpServers.odd"));

    const auto strict = run_command({"stdio", "--strict", "--config", file}, opening, home);
    CHECK(strict.exit_code == exit_usage);
    CHECK(strict.out.empty());
    const auto tools = run_command({"tools", "--config", file});
    CHECK(tools.exit_code == exit_failure);
    CHECK(contains(tools.out, "add"));
    const auto checked = run_command({"check", file, "--json"});
    CHECK(checked.exit_code == exit_usage);
    const auto report = json::parse(checked.out);
    CHECK(report.at("servers").at(0).at("state") == "running");
    CHECK(report.at("servers").at(1).at("state") == "failed");
    CHECK(contains(std::string{report.at("servers").at(1).at("error").as_string()}, "PATH"));
}

TEST_CASE("a_configuration_that_cannot_be_used_is_explained_to_the_client") {
    const scratch_directory directory;
    const auto file = directory.write("gateway.toml", "[http]\nlisten = 7\n");
    cli_process gateway{{"stdio", "--config", file}};
    gateway.write(opening);
    const auto opened = answer_to(gateway, 1).at("result");
    CHECK(opened.at("protocolVersion") == "2025-06-18");
    CHECK(contains(std::string{opened.at("instructions").as_string()}, "http.listen"));
    gateway.write(R"({"jsonrpc":"2.0","id":2,"method":"tools/list"})"
                  "\n");
    const auto tools = answer_to(gateway, 2).at("result").at("tools");
    REQUIRE(tools.as_array().size() == 1);
    const auto text_of = [&](int id) {
        gateway.write(call_line(id, "explain_configuration_problem", "{}"));
        const auto told = answer_to(gateway, id).at("result");
        return std::string{told.at("content").at(0).at("text").as_string()};
    };
    CHECK(contains(text_of(3), "gateway.toml:2: http.listen"));
    gateway.write(call_line(4, "other", "{}"));
    CHECK(contains(std::string{answer_to(gateway, 4).at("error").at("message").as_string()},
                   "explain_configuration_problem"));
    directory.write("gateway.toml", "[http]\nlisten = \"127.0.0.1:0\"\n");
    CHECK(contains(text_of(5), "no errors any more"));
    gateway.close_input();
    CHECK(gateway.wait() == exit_usage);

    const auto modern =
        run_command({"stdio", "--config", directory.path("none.toml")},
                    R"({"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":)"
                    R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                    R"("io.modelcontextprotocol/clientCapabilities":{}}}})"
                    "\n");
    const auto answer = json::parse(modern.out).at("result");
    CHECK(answer.at("resultType") == "complete");
    CHECK(contains(std::string{answer.at("instructions").as_string()}, "does not exist"));
}

} // namespace mcpgw::cli_test
