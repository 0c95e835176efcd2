// SPDX-License-Identifier: Apache-2.0
#include "server/config/dialects/config_shape.hpp"

#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::config_test;
using namespace std::chrono_literals;

using list = std::vector<std::string>;

TEST_CASE("a_json_list_of_children_is_read") {
    const scratch_directory scratch;
    const auto made = scratch.load("children_config.json", R"([
  {"name": "a", "command": "tool", "args": ["-y"], "layer": "data", "timeout": 5},
  {"name": "b", "command": "tool", "colour": "red"},
  {"command": "tool"},
  "text"
])");
    CHECK(errors(made) == list{"3 [1].colour", "4 [2]", "5 [3]"});
    REQUIRE(made.value.children.size() == 3);
    CHECK(made.value.children[0].layer == "data");
    CHECK(made.value.children[0].call_timeout == 5s);
}

TEST_CASE("mcp_servers_of_claude_and_cursor_are_read") {
    const scratch_directory scratch;
    const auto made = scratch.load("claude_desktop_config.json", R"({
  "globalShortcut": "", "theme": {"limit": 1},
  "mcpServers": {
    "a": {"type": "stdio", "command": "tool", "args": ["-y"], "env": {"A": "1", "N": null},
          "cwd": "bin", "disabled": false, "autoApprove": ["x"], "timeout": 30000},
    "b": {"command": "tool", "disabled": true, "timeout": 45, "alwaysAllow": []},
    "c": {"command": "tool", "layer": "ours", "tools": ["*"], "// note": 1}
  }
})");
    CAPTURE(printed(made.problems));
    // Who may call without asking is between the client and its user.
    CHECK(errors(made).empty());
    CHECK(warnings(made) == list{"5 mcpServers.a.autoApprove"});
    REQUIRE(made.value.children.size() == 3);
    const auto& a = made.value.children[0];
    CHECK(a.name == "a");
    CHECK(a.command == "tool");
    CHECK(a.env == std::map<std::string, std::string>{{"A", "1"}});
    CHECK(a.cwd == scratch.path("bin"));
    CHECK(a.call_timeout == 30s);
    CHECK_FALSE(made.value.children[1].is_enabled);
    CHECK(made.value.children[1].call_timeout == 45s);
    CHECK(made.value.children[2].layer == "ours");
}

TEST_CASE("keys_of_other_clients_are_never_errors") {
    const scratch_directory scratch;
    const auto made = scratch.load("c.json", R"({"mcpServers": {
"a": {"command": "tool", "zzz": {"x": 1},
"disabledTools": ["rm"],
"enabled_tools": []}}})");
    CHECK(made.is_usable());
    CHECK(warnings(made) == list{"2 mcpServers.a.zzz"});
    CHECK_FALSE(made.value.children.at(0).offered.admits("rm"));
}

TEST_CASE("wrong_types_in_foreign_files_are_errors") {
    const scratch_directory scratch;
    const auto made = scratch.load("c.json", R"({"mcpServers": {
"a": {"command": "tool", "args": "x"},
"b": {"command": "tool", "disabled": "yes"},
"c": "tool",
"d": {"args": []}
}})");
    CHECK(errors(made) == list{"2 mcpServers.a.args", "4 mcpServers.c", "5 mcpServers.d"});
    CHECK(warnings(made) == list{"3 mcpServers.b.disabled"});
    CHECK(errors(scratch.load("c.json", R"({"mcpServers": ["a"]})")) == list{"1 mcpServers[0]"});
}

TEST_CASE("vs_codes_file_is_read") {
    const scratch_directory scratch;
    scratch.write("more.env", "FILE=1\nA=lost\n");
    const auto made = scratch.load("mcp.json", R"({
  // comments are usual here
  "inputs": [{"type": "promptString", "id": "tok"}],
  "servers": {
    "a": {"type": "stdio", "command": "tool", "env": {"A": "${env:V}"}, "envFile": "more.env",},
  },
})",
                                   {{"V", "value"}});
    CAPTURE(printed(made.problems));
    REQUIRE(made.problems.empty());
    CHECK(made.value.children.at(0).env ==
          std::map<std::string, std::string>{{"A", "value"}, {"FILE", "1"}});
    const auto nested =
        scratch.load("settings.json",
                     R"({"editor.fontSize": 12, "mcp": {"servers": {"a": {"command": "tool"}}}})");
    CHECK(nested.problems.empty());
    CHECK(nested.value.children.size() == 1);
}

TEST_CASE("what_only_an_editor_knows_is_an_error_that_says_what_to_write") {
    const scratch_directory scratch;
    const auto made = scratch.load("mcp.json", R"({"servers": {"a": {"command": "tool",
"args": ["${workspaceFolder}/x"],
"env": {"T": "${input:my-token}"}}}})");
    REQUIRE(errors(made) == list{"2 servers.a.args[0]", "3 servers.a.env.T"});
    CHECK(warnings(made) == errors(made)); // what became of it, and that nobody has set it
    const auto text = printed(made.problems);
    CHECK(text.find("${workspaceFolder}, which only the client knows, became "
                    "${WORKSPACE_FOLDER}") != std::string::npos);
    CHECK(text.find("put MY_TOKEN=... into the file .env") != std::string::npos);
    CHECK(text.find("the variable MY_TOKEN is not set") != std::string::npos);
}

TEST_CASE("codex_tables_are_read") {
    const scratch_directory scratch;
    const auto made = scratch.load("config.toml", R"(model = "x"
[profiles.y]
limit = 1
[mcp_servers.a]
command = "tool"
startup_timeout_sec = 2.5
tool_timeout_sec = 3
env_vars = ["MINE"]
[mcp_servers.a.env]
A = "1"
[mcp_servers."b c"]
command = "tool"
enabled = false
startup_timeout_ms = 4000
)");
    CAPTURE(printed(made.problems));
    CHECK(errors(made).empty());
    CHECK(warnings(made) == list{"11 mcp_servers.b c"});
    REQUIRE(made.value.children.size() == 2);
    const auto& a = made.value.children[0];
    CHECK(a.start_timeout == 2500ms);
    CHECK(a.call_timeout == 3s);
    CHECK(a.env == std::map<std::string, std::string>{{"A", "1"}});
    CHECK(a.inherit_env.front() == "MINE");
    CHECK(a.inherit_env.size() == child_options{}.inherit_env.size() + 1);
    CHECK(made.value.children[1].name == "b-c");
    CHECK_FALSE(made.value.children[1].is_enabled);
    CHECK(made.value.children[1].start_timeout == 4s);
}

TEST_CASE("lists_of_mcp_servers_are_read") {
    const scratch_directory scratch;
    const auto made = scratch.load("c.toml", "[[mcp_servers]]\nname = \"a\"\ncommand = \"tool\"\n"
                                             "[[mcp_servers]]\ncommand = \"tool\"\n");
    CHECK(errors(made) == list{"4 mcp_servers[1]"});
    CHECK(made.value.children.at(0).name == "a");
}

TEST_CASE("remote_servers_of_other_programs_are_read") {
    const scratch_directory scratch;
    const auto made = scratch.load("c.json", R"({"mcpServers": {
"a": {"command": "tool"},
"b": {"url": "https://x.example/mcp", "headers": {"Authorization": "Bearer hunter2"}},
"c": {"type": "sse", "serverUrl": "https://x.example/sse"},
"d": {"type": "websocket", "url": "wss://x.example/mcp"},
"e": {"httpUrl": "https://x.example/e", "oauth": {"clientId": "hunter2"}}
}})");
    CHECK(made.is_usable());
    CHECK(warnings(made) == list{"5 mcpServers.d", "6 mcpServers.e.oauth"});
    REQUIRE(made.value.children.size() == 4);
    const auto& b = made.value.children[1].remote;
    CHECK(b.url == "https://x.example/mcp");
    CHECK(b.headers.at("Authorization") == "Bearer hunter2");
    CHECK(b.transport == remote_transport::automatic);
    CHECK(made.value.children[2].remote.url == "https://x.example/sse");
    CHECK(made.value.children[2].remote.transport == remote_transport::sse);
    CHECK(made.value.children[3].remote.url == "https://x.example/e");
    CHECK(printed(made.problems).find("hunter2") == std::string::npos);
}

TEST_CASE("names_that_do_not_fit_are_altered_and_stay_unique") {
    const scratch_directory scratch;
    const auto made = scratch.load("c.json", R"({"mcpServers": {
"my server": {"command": "tool"},
"my  server": {"command": "tool"},
"my-server": {"command": "tool"},
"\u00e9": {"command": "tool"},
"@scope/a.very.long.name.that.does.not.fit": {"command": "tool"}
}})");
    CHECK(made.is_usable());
    list names;
    for (const auto& child : made.value.children) {
        CHECK(is_valid_upstream_name(child.name));
        names.push_back(child.name);
    }
    CHECK(names ==
          list{"my-server-2", "my-server-3", "my-server", "e", "scope-a.very.long.name.that.does"});
    CHECK(warnings(made).size() == 4);
}

TEST_CASE("names_in_other_scripts_are_spelt_out_or_told_apart_by_a_digest") {
    const scratch_directory scratch;
    const auto made = scratch.load("c.json", R"({"mcpServers": {
"Погода сервер": {"command": "tool"},
"καιρός": {"command": "tool"},
"てんき": {"command": "tool"},
"Größe": {"command": "tool"},
"天気": {"command": "tool"},
"地図": {"command": "tool"},
"🚀 deploy": {"command": "tool"}
}})");
    REQUIRE(made.is_usable());
    const auto& children = made.value.children;
    REQUIRE(children.size() == 7);
    CHECK(children[0].name == "Pogoda-server");
    CHECK(children[1].name == "kairos");
    CHECK(children[2].name == "tenki");
    CHECK(children[3].name == "Grosse");
    CHECK(children[6].name == "deploy");
    for (const auto at : {4U, 5U}) {
        CHECK(is_valid_upstream_name(children[at].name));
        CHECK(children[at].name.starts_with("child-"));
        CHECK(children[at].name.size() == 14);
    }
    CHECK(children[4].name != children[5].name);
}

TEST_CASE("ours_and_foreign_shapes_may_stand_in_one_file") {
    const scratch_directory scratch;
    const auto made = scratch.load("c.json", R"({"gateway": {"expose": "all"},
"children": [{"name": "a", "command": "tool"}],
"mcpServers": {"b": {"command": "tool"}, "a": {"command": "tool"}}})");
    CHECK(errors(made) == list{"3 mcpServers.a"});
    CHECK(made.value.gateway.expose == exposure::all);
    CHECK(errors(scratch.load("d.json", R"({"children": {"a": {"command": "tool"}}})")) ==
          list{"1 children"});
}
