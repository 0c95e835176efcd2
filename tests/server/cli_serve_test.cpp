// serve, stdio, health as a user runs them. Sources: cli_serve.cpp.
#include "server/cli.hpp"

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
        CAPTURE(command);
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
    const auto astray = run_command({"status", "--url", base});
    CHECK(astray.exit_code == exit_failure);
    CHECK(contains(astray.err, "is the path /mcp?"));

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

} // namespace mcpgw::cli_test
