// SPDX-License-Identifier: Apache-2.0
#include "server/import/config_import.hpp"

#include "tests/support/config_fixture.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>

#include <set>

using namespace mcpgw;
using namespace mcpgw::config_test;
using namespace std::chrono_literals;

namespace {

using list = std::vector<std::string>;

struct imported {
    import_result result;
    config_result loaded; ///< the written configuration, with every listed variable set

    [[nodiscard]] const child_options& child(const std::string& name) const {
        for (const auto& child : loaded.value.children)
            if (child.name == name) return child;
        FAIL("no child " + name);
        return loaded.value.children.front();
    }
    [[nodiscard]] list variables() const {
        list names;
        for (const auto& variable : result.variables) names.push_back(variable.name);
        return names;
    }
};

/// Imports, writes what came out, and loads it again; variables have the value "<NAME>".
imported import(const scratch_directory& scratch, const std::string& name, std::string_view text,
                std::map<std::string, std::string> variables = {}) {
    const auto ours = scratch.path("out/gateway.toml");
    imported made;
    made.result = import_client_config(scratch.write(name, text), {"/opt/mcp-gateway", ours},
                                       scratch.environment(variables));
    for (const auto& variable : made.result.variables)
        variables.insert_or_assign(variable.name, "<" + variable.name + ">");
    made.loaded = scratch.load("out/gateway.toml", made.result.toml, variables);
    INFO(made.result.toml);
    INFO(printed(made.loaded.problems));
    CHECK(made.loaded.is_usable());
    return made;
}

} // namespace

TEST_CASE("an_imported_file_loads_again_as_the_same_children") {
    const scratch_directory scratch;
    constexpr std::string_view text = R"({"mcpServers": {
"a": {"command": "tool", "args": ["-y", "with \"quotes\" and \\", "${HOME}/x", "$$5", 7],
      "env": {"A": "1", "B B": "line\nline", "N": null, "P": 80, "V": "${V:-d}"},
      "cwd": "bin", "timeout": 90000},
"b": {"command": "tool", "disabled": true, "start": "lazy",
      "limits": {"line_bytes_max": 4096}, "truncate": {"head": 3}}
}})";
    const std::map<std::string, std::string> variables{{"HOME", "/home/me"}};
    const auto made = import(scratch, "claude.json", text, variables);
    CHECK(made.result.problems.empty());
    CHECK(made.result.is_usable());
    CHECK(made.variables().empty());
    // What the original says when it is used directly, the imported one says too.
    const auto direct = load_config(scratch.path("claude.json"), scratch.environment(variables));
    REQUIRE(direct.value.children.size() == 2);
    REQUIRE(made.loaded.value.children.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        const auto& ours = made.loaded.value.children[i];
        const auto& theirs = direct.value.children[i];
        CHECK(ours.name == theirs.name);
        CHECK(ours.command == theirs.command);
        CHECK(ours.args == theirs.args);
        CHECK(ours.env == theirs.env);
        CHECK(ours.cwd == theirs.cwd);
        CHECK(ours.is_enabled == theirs.is_enabled);
        CHECK(ours.start == theirs.start);
        CHECK(ours.call_timeout == theirs.call_timeout);
        CHECK(ours.limits.line_bytes_max == theirs.limits.line_bytes_max);
        CHECK(ours.truncate == theirs.truncate);
    }
    CHECK(made.child("a").args.at(2) == "/home/me/x");
    CHECK(made.child("a").call_timeout == 90s);
}

TEST_CASE("literal_secrets_become_variables_and_never_appear") {
    const scratch_directory scratch;
    const auto made = import(scratch, "claude.json", R"({"mcpServers": {
"gh": {"command": "tool", "env": {"GITHUB_TOKEN": "hunter2-a", "api_key": "hunter2-b",
                                  "URL": "postgres://me:hunter2@db/x", "MAX_TOKENS": "4096",
                                  "KEPT_TOKEN": "${KEPT_TOKEN:-none}", "EMPTY_KEY": ""}},
"other": {"command": "tool", "env": {"GITHUB_TOKEN": "hunter2-c"},
          "args": ["--token", "hunter2-d", "--api-key=hunter2-e", "-k", "--secret", "--verbose",
                   "ghp_hunter20123456789", "AUTH_TOKEN=hunter2-f"]},
"same": {"command": "tool", "env": {"GITHUB_TOKEN": "hunter2-a"}}
}})");
    CHECK(made.result.is_usable());
    const auto everything =
        made.result.toml + made.result.client_entry + printed(made.result.problems);
    CHECK(everything.find("hunter2") == std::string::npos);
    const auto names = made.variables();
    CHECK(std::set<std::string>(names.begin(), names.end()) ==
          std::set<std::string>{"GITHUB_TOKEN", "API_KEY", "URL", "OTHER_GITHUB_TOKEN",
                                "OTHER_TOKEN", "OTHER_API_KEY", "OTHER_VERBOSE",
                                "OTHER_AUTH_TOKEN"});
    const auto& gh = made.child("gh").env;
    CHECK(gh.at("GITHUB_TOKEN") == "<GITHUB_TOKEN>");
    CHECK(gh.at("api_key") == "<API_KEY>");
    CHECK(gh.at("MAX_TOKENS") == "4096");
    CHECK(gh.at("KEPT_TOKEN") == "none");
    CHECK(gh.at("EMPTY_KEY").empty());
    CHECK(made.child("same").env.at("GITHUB_TOKEN") == "<GITHUB_TOKEN>");
    const auto& other = made.child("other");
    CHECK(other.env.at("GITHUB_TOKEN") == "<OTHER_GITHUB_TOKEN>");
    CHECK(other.args == list{"--token", "<OTHER_TOKEN>", "--api-key=<OTHER_API_KEY>", "-k",
                             "--secret", "--verbose", "<OTHER_VERBOSE>",
                             "AUTH_TOKEN=<OTHER_AUTH_TOKEN>"});
    for (const auto& variable : made.result.variables) {
        CHECK(variable.is_secret);
        CHECK(variable.key.starts_with("mcpServers."));
        CHECK(made.result.toml.find("#   " + variable.name + "=") != std::string::npos);
    }
}

TEST_CASE("vs_codes_variables_become_ours") {
    const scratch_directory scratch;
    constexpr std::string_view text = R"({"servers": {
"a": {"type": "stdio", "command": "tool",
      "args": ["${workspaceFolder}/src", "${userHome}", "$${input:x}"],
      "env": {"T": "${input:git-token}", "E": "${env:SET}", "D": "${env:NONE:-d}"}}
}})";
    const auto made = import(scratch, "mcp.json", text, {{"SET", "s"}, {"HOME", "/h"}});
    CHECK(made.result.is_usable());
    CHECK(places(made.result.problems, config_problem::severity::warning) ==
          list{"3 servers.a.args[0]", "4 servers.a.env.T"});
    CHECK(made.variables() == list{"WORKSPACE_FOLDER", "GIT_TOKEN"});
    CHECK(made.child("a").args == list{"<WORKSPACE_FOLDER>/src", "/h", "${input:x}"});
    CHECK(made.child("a").env ==
          std::map<std::string, std::string>{{"T", "<GIT_TOKEN>"}, {"E", "s"}, {"D", "d"}});
    // Beside .vscode the folder is known.
    const auto placed =
        import(scratch, "project/.vscode/mcp.json", text, {{"SET", "s"}, {"HOME", "/h"}});
    CHECK(placed.variables() == list{"GIT_TOKEN"});
    CHECK(placed.child("a").args.at(0) == scratch.path("project/src"));
}

TEST_CASE("relative_paths_stay_those_of_the_original") {
    const scratch_directory scratch;
    scratch.write("sub/my.env", "X=1\n");
    std::filesystem::create_directories(scratch.path("sub/work"));
    const auto made =
        import(scratch, "sub/mcp.json",
               R"({"servers": {"a": {"command": "tool", "cwd": "work", "envFile": "my.env"}}})");
    CHECK(made.child("a").cwd == scratch.path("sub/work"));
    CHECK(made.child("a").env.at("X") == "1");
}

TEST_CASE("the_client_entry_has_the_clients_shape") {
    const scratch_directory scratch;
    const list arguments{"stdio", "--config", scratch.path("out/gateway.toml")};
    const auto check_json = [&](const import_result& made, std::string_view container) {
        CHECK_FALSE(made.client_entry_is_toml);
        const auto entry =
            boost::json::parse(made.client_entry).at(container).at("mcp-gateway").as_object();
        CHECK(entry.at("command").as_string() == "/opt/mcp-gateway");
        CHECK(boost::json::value_to<list>(entry.at("args")) == arguments);
        return entry;
    };
    check_json(import(scratch, "a.json", R"({"mcpServers": {"a": {"command": "tool"}}})").result,
               "mcpServers");
    check_json(import(scratch, "b.json", R"([{"name": "a", "command": "tool"}])").result,
               "mcpServers");
    const auto vscode = check_json(
        import(scratch, "c.json", R"({"servers": {"a": {"command": "tool"}}})").result, "servers");
    CHECK(vscode.at("type").as_string() == "stdio");

    const auto codex =
        import(scratch, "config.toml", "model = \"x\"\n[mcp_servers.a]\ncommand = \"tool\"\n");
    CHECK(codex.result.client_entry_is_toml);
    const auto entry =
        scratch.load("entry.toml", codex.result.client_entry, {{"PATH", scratch.path("bin")}});
    REQUIRE(entry.value.children.size() == 1);
    CHECK(entry.value.children[0].name == "mcp-gateway");
    CHECK(entry.value.children[0].command == "/opt/mcp-gateway");
    CHECK(entry.value.children[0].args == arguments);
}

TEST_CASE("odd_names_and_servers_over_websocket_are_told") {
    const scratch_directory scratch;
    const auto made = import(scratch, "a.json", R"({"mcpServers": {
"my server": {"command": "tool"},
"far": {"type": "ws", "url": "wss://far.example/mcp"}}})");
    CHECK(made.result.is_usable());
    CHECK(places(made.result.problems, config_problem::severity::warning) ==
          list{"2 mcpServers.my server", "3 mcpServers.far"});
    CHECK(made.child("my-server").command == "tool");
    CHECK(made.result.toml.find("far.example") == std::string::npos);
}

TEST_CASE("remote_servers_are_imported_without_their_secrets") {
    const scratch_directory scratch;
    const auto& text = import_client_config(scratch.write("a.json", R"({"mcpServers": {
"a": {"type": "http", "url": "https://a.example/mcp?apiKey=hunter2&x=1",
      "headers": {"Authorization": "Bearer hunter2", "X-Team": "hunter2"}},
"b": {"type": "sse", "url": "https://b.example/sse"},
"c": {"url": "https://me:hunter2@c.example/mcp"}}})"),
                                            {"/opt/x", "/opt/y.toml"}, scratch.environment())
                           .toml;
    CHECK(text.find("hunter2") == std::string::npos);
    CHECK(text.find("url = \"https://a.example/mcp?apiKey=${A_APIKEY}&x=1\"") != std::string::npos);
    CHECK(text.find("[children.headers]\nAuthorization = \"Bearer ${A_AUTHORIZATION}\"\n"
                    "X-Team = \"${A_X_TEAM}\"") != std::string::npos);
    CHECK(text.find("transport = \"sse\"") != std::string::npos);
    CHECK(text.find("url = \"https://c.example/mcp\"") != std::string::npos);
    CHECK(text.find("Authorization = \"Basic ${C_AUTHORIZATION}\"") != std::string::npos);
}

TEST_CASE("variables_of_codex_become_credentials_of_remote_servers") {
    const scratch_directory scratch;
    const auto made = import_client_config(
        scratch.write("config.toml", "[mcp_servers.a]\nurl = \"https://a.example/mcp\"\n"
                                     "bearer_token_env_var = \"A_TOKEN\"\n"
                                     "http_headers = { X-Plain = \"v\" }\n"
                                     "env_http_headers = { X-Key = \"A_KEY\" }\n"),
        {"/opt/x", "/opt/y.toml"}, scratch.environment());
    CHECK(made.is_usable());
    CHECK(made.toml.find("bearer_token = \"${A_TOKEN}\"") != std::string::npos);
    CHECK(made.toml.find("X-Key = \"${A_KEY}\"") != std::string::npos);
}

TEST_CASE("files_with_nothing_to_import_are_errors") {
    const scratch_directory scratch;
    const auto fails = [&](const std::string& name, std::string_view text) {
        const auto made = import_client_config(scratch.write(name, text), {"/opt/x", "/opt/y"},
                                               scratch.environment());
        return !made.is_usable();
    };
    CHECK(fails("a.json", "{\"mcpServers\": {"));
    CHECK(fails("b.json", "{\"mcpServers\": {}}"));
    CHECK(fails("c.toml", "[gateway]\n[[children]]\nname = 'a'\ncommand = 'tool'\n"));
    CHECK(fails("d.json", R"({"mcpServers": {"a": {"args": []}}})"));
    CHECK(fails("e.json", R"({"mcpServers": {"a": {"command": "tool", "args": 1}}})"));
    CHECK_FALSE(import_client_config(scratch.path("none"), {}, scratch.environment()).is_usable());
}
