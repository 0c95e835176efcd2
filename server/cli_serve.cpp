// serve, stdio, health: the commands that run a gateway or look at one.
#include "server/cli_commands.hpp"

#include "protocol/json_text.hpp"
#include "server/application.hpp"
#include "server/cli.hpp"
#include "server/config.hpp"
#include "server/http_probe.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include <unistd.h>

namespace mcpgw {

namespace {

void print_next_steps(const cli_options& options, const http_options& http,
                      const std::string& base_url) {
    const std::string url = base_url + http.path;
    const std::string arguments =
        options.config.empty()
            ? R"("stdio")"
            : fmt::format(R"("stdio", "--config", {})",
                          quote_json(std::filesystem::absolute(options.config).string()));
    fmt::print(stderr,
               R"(
mcp-gateway {} is listening on {}
{}
Try it:
  curl -s {} -H 'Content-Type: application/json' \
    -H 'Accept: application/json, text/event-stream' \
    -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/list' \
    -d '{{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{{"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{{}}}}}}}}'

Clients that speak HTTP:
  {{"mcpServers": {{"gateway": {{"type": "http", "url": "{}"}}}}}}
Clients that start a program:
  {{"mcpServers": {{"gateway": {{"command": {}, "args": [{}]}}}}}}

Ctrl-C stops it.

)",
               MCPGW_VERSION, url,
               options.config.empty()
                   ? "With the built-in demo server; use --config FILE for your own.\n"
                   : "",
               url, url, quote_json(own_binary()), arguments);
}

} // namespace

std::string own_binary() {
    return std::filesystem::read_symlink("/proc/self/exe").string();
}

int run_serve(const cli_options& options) {
    configuration config;
    if (!load_for_command(options, config)) return exit_usage;
    application app{config, own_binary()};
    app.run_http(
        [&](const std::string& base_url) { print_next_steps(options, config.http, base_url); });
    return exit_success;
}

int run_stdio(const cli_options& options) {
    configuration config;
    if (!load_for_command(options, config)) return exit_usage;
    if (::isatty(STDIN_FILENO) != 0)
        fmt::print(stderr, "mcp-gateway: serving MCP on stdin and stdout, which is meant for a "
                           "client that starts this program. Ctrl-D ends it.\n");
    application app{config, own_binary()};
    app.run_stdio();
    return exit_success;
}

int run_health(const cli_options& options) {
    const auto url = options.url.empty() ? "http://127.0.0.1:8080/healthz" : options.url;
    const auto answer = probe_http("GET", url, {}, {});
    if (answer.has_error()) {
        fmt::print(stderr, "mcp-gateway: {}\n", answer.error().message());
        return answer.error().code == errc::bad_http_request ? exit_usage : exit_failure;
    }
    fmt::print("{}", answer->body);
    return answer->status == 200 ? exit_success : exit_failure;
}

} // namespace mcpgw
