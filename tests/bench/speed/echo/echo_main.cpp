// SPDX-License-Identifier: Apache-2.0
// The MCP server of the speed bench: does as little as possible, so that others are measured.
#include "tests/bench/speed/echo/echo_roles.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <string_view>

int main(int argc, char** argv) {
    using namespace mcpgw::bench;
    constexpr std::string_view tools_option = "--tools=";
    const std::string_view role = argc > 1 ? argv[1] : "";
    std::size_t tools_max = 2;
    for (int i = 2; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (!word.starts_with(tools_option)) continue;
        std::from_chars(word.data() + tools_option.size(), word.data() + word.size(), tools_max);
    }
    const echo_answers answers{tools_max};
    if (role == "stdio") return run_echo_over_stdio(answers);
    if (role == "http") return run_echo_over_http(answers);
    fmt::print(stderr, "echo_server stdio|http [--tools=N]\n");
    return 2;
}
