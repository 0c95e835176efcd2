// SPDX-License-Identifier: Apache-2.0
#include "children/process/package_runner.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;

namespace {

struct row {
    std::string_view command;
    std::vector<std::string> args;
    std::string_view name;
};

} // namespace

TEST_CASE("programs_that_fetch_a_server_first_are_known_however_they_are_called") {
    const std::vector<row> rows{
        {"npx", {"-y", "@modelcontextprotocol/server-everything"}, "npx"},
        {"/usr/local/bin/npx", {"-y", "x"}, "npx"},
        {R"(C:\Program Files\nodejs\npx.cmd)", {"x"}, "npx"},
        {"bunx", {"x"}, "bunx"},
        {"bun", {"x", "y"}, "bunx"},
        {"npm", {"exec", "--", "x"}, "npm exec"},
        {"npm", {"--silent", "exec", "x"}, "npm exec"},
        {"pnpm", {"dlx", "x"}, "pnpm dlx"},
        {"pnpm", {"--silent", "dlx", "x"}, "pnpm dlx"},
        {"yarn", {"dlx", "x"}, "yarn dlx"},
        {"uvx", {"mcp-server-git"}, "uvx"},
        {"uv", {"run", "server.py"}, "uv run"},
        {"uv", {"tool", "run", "x"}, "uv tool run"},
        {"pipx", {"run", "x"}, "pipx"},
        {"docker", {"run", "-i", "--rm", "mcp/time"}, "docker"},
        {"docker", {"mcp", "gateway", "run"}, "docker mcp"},
        {"podman", {"run", "-i", "x"}, "podman"},
        {"deno", {"run", "-A", "npm:x"}, "deno"},
        {"cmd", {"/c", "npx", "-y", "x"}, "npx"},
        {"cmd.exe", {"/C", "npx", "x"}, "npx"},
        {"sh", {"-c", "npx -y x"}, "npx"},
        {"/bin/bash", {"-lc", "exec uvx mcp-server-git"}, "uvx"},
        {"bash", {"-c", "TOKEN=x npx -y x"}, "npx"},
        {"env", {"TOKEN=x", "npx", "-y", "x"}, "npx"},
        {"/usr/bin/env", {"-i", "sh", "-c", "docker run -i x"}, "docker"},
        {"node", {"server.js"}, ""},
        {"npm", {"start"}, ""},
        {"uv", {"pip", "list"}, ""},
        {"pnpm", {"start"}, ""},
        {"docker", {"exec", "-i", "x"}, ""},
        {"docker", {}, ""},
        {"python3", {"-m", "npx"}, ""},
        {"npx-server", {}, ""},
        {"sh", {"-c", "node server.js"}, ""},
        {"sh", {"-c", ""}, ""},
        {"sh", {}, ""},
        {"env", {}, ""},
        {"", {}, ""},
    };
    for (const auto& one : rows) {
        INFO(one.command << " " << (one.args.empty() ? "" : one.args.back()));
        CHECK(package_runner(one.command, one.args) == one.name);
    }
}
