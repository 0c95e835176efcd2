// SPDX-License-Identifier: Apache-2.0
#include "server/config/dialects/command_line.hpp"

#include <catch2/catch_message.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;

using list = std::vector<std::string>;

TEST_CASE("a_whole_command_line_is_taken_apart_as_a_shell_would") {
    const std::vector<std::pair<std::string, list>> lines{
        {"npx -y mcp-remote https://r.example/mcp",
         {"npx", "-y", "mcp-remote", "https://r.example/mcp"}},
        {"uvx  mcp-server-git\t--x", {"uvx", "mcp-server-git", "--x"}},
        {"docker run -e 'A=b c' \"x \\\" y\"", {"docker", "run", "-e", "A=b c", "x \" y"}},
        {"python3 -m server ''", {"python3", "-m", "server", ""}},
        {"node /srv/my\\ x", {}},
        {"A=1 B_2='x y' npx z", {"npx", "z"}},
    };
    for (const auto& [text, words] : lines) {
        INFO(text);
        const auto made = split_command_line(text);
        CHECK((made ? made->words : list{}) == words);
    }
    const auto made = split_command_line("A=1 B_2='x y' npx z");
    REQUIRE(made);
    CHECK(made->env ==
          std::vector<std::pair<std::string, std::string>>{{"A", "1"}, {"B_2", "x y"}});
}

TEST_CASE("what_may_be_a_program_with_blanks_or_needs_a_shell_stays_whole") {
    for (const std::string text :
         {"npx", "", "/Applications/My Server.app/Contents/MacOS/x", "my-server --flag",
          "npx a && npx b", "npx a | tee log", "npx $(cat x)", "npx 'open", "npx a > log"}) {
        INFO(text);
        CHECK_FALSE(split_command_line(text));
    }
}
