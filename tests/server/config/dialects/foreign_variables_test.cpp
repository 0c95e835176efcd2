// SPDX-License-Identifier: Apache-2.0
#include "server/config/dialects/foreign_variables.hpp"

#include <catch2/catch_message.hpp>
#include <catch2/catch_test_macros.hpp>

#include <array>

using namespace mcpgw;

namespace {

struct row {
    std::string_view client, text, ours;
};

variable_translator translator(std::string_view client) {
    return {dialect_named(client), "/project/.vscode/mcp.json", nullptr};
}

} // namespace

TEST_CASE("variables_of_each_dialect_become_ours") {
    constexpr std::array rows{
        row{"", "${A}", "${A}"},
        row{"", "${A:-d}", "${A:-d}"},
        row{"", "${A-d}", "${A:-d}"},
        row{"", "${A:=d}", "${A:-d}"},
        row{"", "${A:?say so}", "${A}"},
        row{"", "${env:A}", "${A}"},
        row{"", "${env:my-token}", "${MY_TOKEN}"},
        row{"", "${ env:A }", "${A}"},
        row{"", "${localEnv:A}", "${A}"},
        row{"", "${A:-${env:B}}", "${A:-${B}}"},
        row{"", "x${A}y${env:B}z", "x${A}y${B}z"},
        row{"", "{env:A}", "${A}"},
        row{"opencode", "Bearer {env:A}", "Bearer ${A}"},
        row{"Continue", "${{ secrets.A }}", "${A}"},
        row{"", "$A_B", "${A_B}"},
        row{"", "Bearer $TOKEN", "Bearer ${TOKEN}"},
        row{"Gemini CLI", "$lower", "${lower}"},
        row{"", "$lower", "$lower"},
        row{"", "pa$WORD", "pa$WORD"},
        row{"Cursor", "$TOKEN", "$TOKEN"},
        row{"", "$5", "$5"},
        row{"", "$", "$"},
        row{"", "$$A", "$$A"},
        row{"", "%APPDATA%/x", "${APPDATA}/x"},
        row{"", "100%", "100%"},
        row{"", "%20%AB%20", "%20%AB%20"},
        row{"", "a%DB%20b", "a%DB%20b"},
        row{"VS Code", "${workspaceFolder}/x", "/project/x"},
        row{"VS Code", "${workspaceFolderBasename}", "project"},
        row{"VS Code", "${userHome}${/}x", "${HOME}/x"},
        row{"Claude Code", "${CLAUDE_PLUGIN_ROOT}", "/project/.vscode"},
        row{"", "docker --format {{.Names}}", "docker --format {{.Names}}"},
        row{"", "{\"a\": {\"b\": 1}}", "{\"a\": {\"b\": 1}}"},
        row{"", "", ""},
    };
    for (const auto& [client, text, ours] : rows) {
        INFO(client << " " << text);
        const auto made = translator(client).translate(text, "name");
        CHECK(made.text == ours);
        CHECK(made.asked.empty());
    }
}

TEST_CASE("what_only_a_client_knows_becomes_a_variable_to_set") {
    constexpr std::array rows{
        row{"VS Code", "${input:api-key}", "API_KEY"},
        row{"Claude Desktop", "${user_config.token}", "TOKEN"},
        row{"Crush", "$(pass show hunter2)", "SERVER_KEY"},
        row{"MCP Hub", "${cmd: pass show hunter2}", "SERVER_KEY"},
        row{"opencode", "{file:~/hunter2}", "SERVER_KEY"},
        row{"mcpproxy-go", "${keyring:hunter2}", "SERVER_KEY"},
        row{"LibreChat", "{{LIBRECHAT_USER_ID}}", "LIBRECHAT_USER_ID"},
    };
    for (const auto& [client, text, name] : rows) {
        INFO(client << " " << text);
        const auto made = translator(client).translate(text, "server_key");
        CHECK(made.text == "${" + std::string{name} + "}");
        REQUIRE(made.asked.size() == 1);
        CHECK(made.asked[0].name == name);
        CHECK(made.asked[0].is_secret);
        CHECK(made.asked[0].was.find("hunter2") == std::string::npos);
    }
    const variable_translator placeless{dialect_named("Cursor"), "/home/x/mcp.json", nullptr};
    const auto folder = placeless.translate("${workspaceFolder}", "name");
    REQUIRE(folder.asked.size() == 1);
    CHECK_FALSE(folder.asked[0].is_secret);
}

TEST_CASE("what_looks_like_a_variable_and_stays_text_is_told") {
    CHECK(translator("Cursor").translate("$TOKEN", "n").doubts.size() == 1);
    CHECK(translator("").translate("pa$WORD", "n").doubts.size() == 1);
    CHECK(translator("").translate("costs $5 or $x", "n").doubts.empty());
    CHECK(variable_translator::expand_home("~/x") == "${HOME}/x");
    CHECK(variable_translator::expand_home("~") == "${HOME}");
    CHECK(variable_translator::expand_home("~me/x") == "~me/x");
    CHECK(variable_translator::expand_home("a~/x") == "a~/x");
}
