// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/stateful_servers.hpp"

#include <catch2/catch_message.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;

namespace {

struct server {
    std::string command;
    std::vector<std::string> args;
};

} // namespace

TEST_CASE("servers_that_keep_state_are_known_by_package_program_and_image") {
    const std::vector<server> known{
        {"npx", {"-y", "@modelcontextprotocol/server-sequential-thinking"}},
        {"npx", {"-y", "@modelcontextprotocol/server-memory@latest"}},
        {"npx", {"@playwright/mcp@latest", "--headless"}},
        {"npx", {"-y", "@executeautomation/playwright-mcp-server"}},
        {"npx", {"-y", "@modelcontextprotocol/server-puppeteer"}},
        {"npx", {"chrome-devtools-mcp@latest"}},
        {"npx", {"@browsermcp/mcp@latest"}},
        {"bunx", {"puppeteer-mcp-server"}},
        {"uvx", {"--from", "browser-use[cli]", "browser-use", "--mcp"}},
        {"docker", {"run", "-i", "--rm", "mcp/sequentialthinking"}},
        {"docker", {"run", "-i", "-v", "a:/b", "--rm", "mcp/memory"}},
        {"mcp-server-memory", {}},
        {"/usr/lib/node_modules/@playwright/mcp/cli.js", {}},
        {"node", {"/opt/node_modules/@modelcontextprotocol/server-memory/dist/index.js"}},
        {"npx", {"-y", "@wonderwhy-er/desktop-commander"}},
        {"uvx", {"jupyter-mcp-server"}},
    };
    for (const auto& [command, args] : known) {
        INFO(command << ' ' << (args.empty() ? "" : args.back()));
        CHECK_FALSE(state_kept_by(command, args).empty());
    }
}

TEST_CASE("servers_without_state_are_shared_by_all") {
    const std::vector<server> plain{
        {"npx", {"-y", "@modelcontextprotocol/server-filesystem", "/home/me/playwright"}},
        {"npx", {"-y", "@modelcontextprotocol/server-everything"}},
        {"npx", {"-y", "@upstash/context7-mcp"}},
        {"npx", {"mcp-remote", "https://memory-mcp.example/sse"}},
        {"uvx", {"mcp-server-git", "--repository", "/srv/selenium/"}},
        {"python3", {"server.py", "--name=playwright"}},
        {"docker", {"run", "-i", "--rm", "mcp/fetch"}},
        {"", {}},
    };
    for (const auto& [command, args] : plain) {
        INFO(command << ' ' << (args.empty() ? "" : args.back()));
        CHECK(state_kept_by(command, args).empty());
    }
}
