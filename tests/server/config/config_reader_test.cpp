// SPDX-License-Identifier: Apache-2.0
#include "server/config/config_reader.hpp"

#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::config_test;

using list = std::vector<std::string>;

namespace {

/// The one error of a file.
config_problem only_error(const config_result& made) {
    INFO(printed(made.problems));
    REQUIRE(errors(made).size() == 1);
    for (const auto& problem : made.problems)
        if (problem.level == config_problem::severity::error) return problem;
    return {};
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::string child_with(std::string_view line) {
    return "[[children]]\nname = \"a\"\ncommand = \"tool\"\n" + std::string{line} + "\n";
}

} // namespace

TEST_CASE("all_errors_are_reported_at_once_with_line_and_key") {
    const scratch_directory scratch;
    const auto made = scratch.load("gateway.toml", R"([gateway]
expose = "al"
separator = "::"
colour = 1
[http]
listen = "nowhere"
header_timeout_ms = "1 second"
path = "mcp"
[limits]
depth_max = 1
[defaults]
env = { X = "${UNSET_ONE}" }
command = "tool"
[[children]]
name = "a"
command = "absent-program"
timeuot = 3
[[children]]
name = "a"
command = "tool"
args = "-x"
env = { Y = "${UNSET_TWO}", Z = [] }
required_env = ["UNSET_THREE"]
cwd = "nowhere"
[[children]]
command = "./nothing"
[[children]]
name = "no good"
[childern]
)");
    CHECK(errors(made) == list{"2 gateway.expose",         "3 gateway.separator",
                               "4 gateway.colour",         "6 http.listen",
                               "7 http.header_timeout_ms", "8 http.path",
                               "10 limits.depth_max",      "12 defaults.env.X",
                               "13 defaults.command",      "16 children[0].command",
                               "17 children[0].timeuot",   "19 children[1].name",
                               "21 children[1].args",      "22 children[1].env.Y",
                               "22 children[1].env.Z",     "23 children[1].required_env[0]",
                               "24 children[1].cwd",       "25 children[2]",
                               "26 children[2].command",   "27 children[3]",
                               "28 children[3].name",      "29 childern"});
    CHECK_FALSE(made.is_usable());
}

TEST_CASE("unknown_keys_get_the_nearest_known_one_as_hint") {
    const scratch_directory scratch;
    const auto hint = [&](std::string_view text) {
        return only_error(scratch.load("c.toml", text)).hint;
    };
    CHECK(hint(child_with("timeuot = 3")) == "did you mean timeout?");
    CHECK(hint(child_with("startTimeout = 3")) == "did you mean start_timeout?");
    CHECK(hint(child_with("environment = {}")) == "did you mean env?");
    CHECK(hint(child_with("disabled = true")) == "did you mean enabled?");
    CHECK(hint(child_with("limits = { line_byte_max = 1 }")) == "did you mean line_bytes_max?");
    CHECK(hint(child_with("truncate = { tial = 1 }")) == "did you mean tail?");
    CHECK(hint(child_with("expose = 'all'")) == "it belongs in [gateway]");
    CHECK(hint(child_with("zzzzzz = 1")) == "docs/configuration.md lists all keys");
    CHECK(hint("[gatway]\n" + child_with("")) == "did you mean gateway?");
    CHECK(hint("listen = '127.0.0.1:1'\n" + child_with("")) == "it belongs in [http]");
}

TEST_CASE("wrong_types_say_what_was_expected_and_found") {
    const scratch_directory scratch;
    const auto message = [&](std::string_view line) {
        return only_error(scratch.load("c.toml", child_with(line))).message;
    };
    CHECK(message("enabled = 'yes'") ==
          "wrong type: expected true, false or \"flag:NAME\", found a text");
    CHECK(message("timeout = '60'") == "this text is no duration");
    CHECK(message("tags = 'x'") == "wrong type: expected a list of texts, found a text");
    CHECK(message("tags = [{}]") == "wrong type: expected a text, found a table");
    CHECK(message("env = ['A=1']") == "wrong type: expected a table of texts, found a list");
    CHECK(message("layer = 1") == "wrong type: expected a text, found a whole number");
    CHECK(message("limits = 3") == "wrong type: expected a table, found a whole number");
    CHECK(message("start = true") == "wrong type: expected a text, found true or false");
    CHECK(message("truncate = 5") == "expected \"adaptive\", \"none\" or a table");
    CHECK(message("truncate_adaptive = 5") ==
          "wrong type: expected a list of tables, found a whole number");
    CHECK(message("limits = { list_pages_max = 1.5 }") ==
          "wrong type: expected a whole number, found a number with a fraction");
}

TEST_CASE("numbers_out_of_range_say_the_range") {
    const scratch_directory scratch;
    const auto message = [&](std::string_view line) {
        return only_error(scratch.load("c.toml", child_with(line))).message;
    };
    CHECK(message("timeout = 0") == "out of range: from 0.001 to 604800 seconds is allowed");
    CHECK(message("timeout = -1.5") == "out of range: from 0.001 to 604800 seconds is allowed");
    CHECK(message("timeout = nan") == "out of range: from 0.001 to 604800 seconds is allowed");
    CHECK(message("limits = { calls_in_flight_max = -1 }") ==
          "out of range: from 1 to 65536 is allowed");
    CHECK(message("truncate = { head = -1 }") == "out of range: from 0 to 1000000000 is allowed");
    CHECK(message("restart = { base = 5, max = 4 }") == "less than restart.base");
    CHECK(message("instances = { min = 5, max = 4 }") == "less than instances.min");
    CHECK(message("truncate_adaptive = [{lines_min = 5}, {lines_min = 5}]") ==
          "lines_min must be greater than in the step before");
}

TEST_CASE("duplicate_names_point_to_the_first") {
    const scratch_directory scratch;
    const auto problem =
        only_error(scratch.load("c.toml", child_with("") + "\n" + child_with("enabled = false")));
    CHECK(problem.line == 7);
    CHECK(problem.key == "children[1].name");
    CHECK(contains(problem.message, "line 2"));
}

TEST_CASE("invalid_names_come_with_a_valid_one") {
    const scratch_directory scratch;
    for (const auto& name :
         {"", "my server", "-a", "a__b/c", "abcdefghijklmnopqrstuvwxyz0123456", "\xc3\xa9"}) {
        CAPTURE(name);
        const auto problem = only_error(scratch.load(
            "c.toml", "[[children]]\nname = \"" + std::string{name} + "\"\ncommand = \"tool\"\n"));
        CHECK(problem.line == 2);
        const auto begin = problem.hint.find('"') + 1;
        const auto fitted = problem.hint.substr(begin, problem.hint.rfind('"') - begin);
        CHECK(is_valid_upstream_name(fitted));
    }
}

TEST_CASE("commands_are_looked_up_as_the_child_will") {
    const scratch_directory scratch;
    scratch.write("plain", "x");
    scratch.write("other/prog", "#!/bin/sh\n");
    std::filesystem::permissions(scratch.path("other/prog"), std::filesystem::perms::owner_all);
    const auto load = [&](const std::string& text) {
        return scratch.load("c.toml", "[[children]]\nname = \"a\"\n" + text);
    };
    CHECK(load("command = 'tool'").problems.empty());
    CHECK(load("command = '" + scratch.path("bin/tool") + "'").problems.empty());
    CHECK(load("command = './tool'\ncwd = 'bin'").problems.empty());
    CHECK(load("command = 'prog'\nenv = { PATH = '" + scratch.path("other") + "' }")
              .problems.empty());
    CHECK(only_error(load("command = 'prog'")).message == "prog is not on PATH");
    const auto own = only_error(load("command = 'tool'\nenv = { PATH = '/nowhere' }"));
    CHECK(own.message == "tool is not on PATH");
    CHECK(contains(own.hint, "PATH of its own"));
    CHECK(contains(only_error(load("command = 'npx'")).hint, "Node.js"));
    CHECK(contains(only_error(load("command = 'tool -y x'")).hint, "args"));
    CHECK(contains(only_error(load("command = '~/tool'")).hint, "${HOME}"));
    const auto plain = only_error(load("command = '" + scratch.path("plain") + "'"));
    CHECK(contains(plain.message, "is not executable"));
    CHECK(contains(plain.hint, "chmod"));
    CHECK(contains(only_error(load("command = '" + scratch.path("bin") + "'")).message,
                   "is a directory"));
    CHECK(contains(only_error(load("command = './none'\ncwd = 'bin'")).message, "does not exist"));
    CHECK(only_error(load("command = ''")).message == "is empty");
    CHECK(only_error(load("args = []")).message == "a child without a command");
    CHECK(contains(only_error(load("command = ['tool', '-y']")).hint, "args"));
}

TEST_CASE("missing_variables_name_key_line_and_variable") {
    const scratch_directory scratch;
    const auto problem =
        only_error(scratch.load("c.toml", child_with("\nenv = { TOKEN = \"x${MY_TOKEN}\" }")));
    CHECK(problem.line == 5);
    CHECK(problem.key == "children[0].env.TOKEN");
    CHECK(problem.message == "the variable MY_TOKEN is not set");
    CHECK(contains(problem.hint, ".env"));
    CHECK(contains(problem.hint, "${MY_TOKEN:-default}"));
}

TEST_CASE("required_variables_must_be_set_and_not_empty") {
    const scratch_directory scratch;
    const auto text = child_with("env = { A = \"x\" }\nrequired_env = [\"A\", \"B\"]");
    const auto missing = only_error(scratch.load("c.toml", text));
    CHECK(missing.key == "children[0].required_env[1]");
    CHECK(missing.line == 5);
    CHECK_FALSE(scratch.load("c.toml", text, {{"B", ""}}).is_usable());
    const auto made = scratch.load("c.toml", text, {{"B", "set"}});
    CHECK(made.problems.empty());
    CHECK(made.value.children.at(0).env.at("B") == "set");
    const auto of_defaults =
        only_error(scratch.load("c.toml", "[defaults]\nrequired_env = [\"B\"]\n" + child_with("")));
    CHECK(of_defaults.key == "children[0].required_env");
}

TEST_CASE("disabled_children_are_checked_for_types_only") {
    const scratch_directory scratch;
    CHECK(scratch
              .load("c.toml", child_with("") + R"([[children]]
name = "off"
enabled = false
command = "absent"
cwd = "nowhere"
env_file = "nowhere"
env = { X = "${UNSET}" }
required_env = ["UNSET"]
)")
              .problems.empty());
    const auto made = scratch.load("c.toml", child_with("enabled = false\ntimeout = \"x\""));
    CHECK(errors(made) == list{"5 children[0].timeout"});
    CHECK(warnings(made) == list{"0 "}); // no child is enabled
}

TEST_CASE("the_schema_cache_is_below_the_users_caches_unless_it_is_elsewhere_or_off") {
    const scratch_directory scratch;
    const auto directory_of = [&scratch](const std::string& key,
                                         std::map<std::string, std::string> variables) {
        const auto made = scratch.load("c.toml", "[gateway]\n" + key + "\n" + child_with(""),
                                       std::move(variables));
        CAPTURE(printed(made.problems));
        CHECK(made.problems.empty());
        return made.value.schema_cache;
    };
    CHECK(directory_of("", {{"HOME", "/home/me"}}) == "/home/me/.cache/mcp-gateway/schemas");
    CHECK(directory_of("schema_cache = \"auto\"", {{"HOME", "/h"}, {"XDG_CACHE_HOME", "/x"}}) ==
          "/x/mcp-gateway/schemas");
    CHECK(directory_of("", {}).empty());
    CHECK(directory_of("schema_cache = \"off\"", {{"HOME", "/home/me"}}).empty());
    CHECK(directory_of("schema_cache = \"\"", {{"HOME", "/home/me"}}).empty());
    CHECK(directory_of("schema_cache = \"kept\"", {{"HOME", "/home/me"}}) == scratch.path("kept"));
    CHECK(directory_of("schema_cache = \"${DIR}/kept\"", {{"DIR", "/var"}}) == "/var/kept");
}

TEST_CASE("a_short_state_secret_is_an_error_that_does_not_show_it") {
    const scratch_directory scratch;
    const auto made =
        scratch.load("c.toml", "[gateway]\nstate_secret = \"hunter2\"\n" + child_with(""));
    const auto problem = only_error(made);
    CHECK(problem.key == "gateway.state_secret");
    CHECK(problem.hint == "make one with: openssl rand -hex 16");
    CHECK_FALSE(contains(problem.str(), "hunter2"));
    CHECK(made.value.gateway.state_secret.empty());
}

TEST_CASE("roots_are_file_uris") {
    const scratch_directory scratch;
    const auto made = scratch.load("c.toml", child_with("roots = [\"file:///srv\", \"/srv\"]"));
    CHECK(only_error(made).key == "children[0].roots[1]");
}

TEST_CASE("http_settings_are_checked") {
    const scratch_directory scratch;
    const auto problem = [&](std::string_view line) {
        return only_error(
            scratch.load("c.toml", "[http]\n" + std::string{line} + "\n" + child_with("")));
    };
    CHECK(problem("path = \"/a b\"").key == "http.path");
    CHECK(problem("path = \"/servers/x\"").key == "http.path");
    CHECK(problem("path = \"/sse\"").message == "is the same as sse_path");
    CHECK(problem("path = \"/x\"\nsse_path = \"/x\"").key == "http.sse_path");
    CHECK(problem("origins_allowed = [\"*\", \"https://a.example/\"]").key ==
          "http.origins_allowed[1]");
    CHECK(problem("hosts_allowed = [\"a.example:80\"]").key == "http.hosts_allowed[0]");
    CHECK(problem("listen = \"example.org:80\"").hint == "for example \"127.0.0.1:8080\"");
    CHECK(problem("sse_keep_alive_ms = 1").message ==
          "out of range: from 100 to 86400000 milliseconds is allowed");
}

TEST_CASE("settings_of_the_admin_interface_are_checked") {
    const scratch_directory scratch;
    const auto load = [&](std::string_view lines) {
        return scratch.load("c.toml", "[admin]\n" + std::string{lines} + "\n" + child_with(""));
    };
    const auto problem = [&](std::string_view lines) {
        return only_error(load(lines));
    };
    CHECK(problem("socket = \"a.sock\"").key == "admin.socket");
    CHECK(problem("listen = \"127.0.0.1:8081\"").message ==
          "needs admin.token: whoever reaches it can start any program");
    CHECK(problem("token = \"short\"").message == "is shorter than 16 characters");
    CHECK(problem("listen = \"here:80\"\ntoken = \"0123456789abcdef\"").key == "admin.listen");
    CHECK(problem("hosts_allowed = [\"a:1\"]").key == "admin.hosts_allowed[0]");
    const auto good = load("socket = \"\"\nlisten = \"8081\"\ntoken = \"0123456789abcdef\"");
    REQUIRE(good.is_usable());
    CHECK(good.value.admin.socket == "off");
    CHECK(good.value.admin.address == "127.0.0.1");
    CHECK(good.value.admin.port == 8081);
    CHECK(load("").value.admin.socket == "auto");
}

TEST_CASE("an_address_open_to_the_network_is_a_warning") {
    const scratch_directory scratch;
    const auto made = scratch.load("c.toml", "[http]\nlisten = \"0.0.0.0:80\"\n" + child_with(""));
    CHECK(made.is_usable());
    CHECK(warnings(made) == list{"2 http.listen"});
    CHECK(contains(made.problems.at(0).message, "open to the network"));
    CHECK(made.value.http.address == "0.0.0.0");
}

TEST_CASE("a_file_without_children_is_a_warning") {
    const scratch_directory scratch;
    for (const auto* const text : {"", "{}", "[]", "[gateway]", "{\"mcpServers\": {}}"}) {
        CAPTURE(text);
        const auto made = scratch.load("config", text);
        CHECK(made.is_usable());
        CHECK(warnings(made) == list{"0 "});
    }
    const auto made = scratch.load("c.json", R"({"mcpServer": {"a": {"command": "tool"}}})");
    CHECK(warnings(made) == list{"0 ", "1 mcpServer"});
    CHECK_FALSE(scratch.load("c.json", "3").is_usable());
}

TEST_CASE("values_never_appear_in_problems") {
    const scratch_directory scratch;
    scratch.write(".env", "FROM_FILE=hunter2-file\nhunter2 bad line\n");
    scratch.write("bad.env", "hunter2\n");
    const std::map<std::string, std::string> variables{
        {"SECRET", "hunter2"}, {"DIR", "/hunter2"}, {"HOST", "hunter2:1"}};
    const std::vector<std::string> texts{
        "[http]\nlisten = \"${HOST}\"\npath = \"${SECRET}\"\norigins_allowed = [\"${SECRET}\"]\n"
        "hosts_allowed = [\"${SECRET}:1\"]\n",
        "[gateway]\nexpose = \"hunter2\"\nseparator = \"hunter2\"\n",
        child_with("env = { A = \"hunter2${UNSET}\", B = { hunter = \"hunter2\" } }"),
        child_with("args = \"hunter2\""),
        child_with("args = [\"hunter2\", \"${UNSET}hunter2\", []]"),
        child_with("cwd = \"${DIR}\"\nenv_file = \"bad.env\""),
        child_with("start = \"hunter2\"\ntruncate = \"hunter2\""),
        child_with("args = [\"${input:x}hunter2\", \"${hunter2 \"]"),
        "[[children]]\nname = \"a\"\ncommand = \"${SECRET}\"\n",
        "[[children]]\nname = \"a\"\ncommand = \"${FROM_FILE}/x\"\n",
        "[[children]]\nname = \"a\"\ncommand = \"sh -c TOKEN=hunter2\"\n",
        "[[children]]\nname = \"a\"\nenv = { T = hunter2 }\n",
        "[[children]]\nname = \"a\"\nenv = { T = \"hunter2\nargs = [\"hunter2\"]\n",
        "[[children]]\nname = \"a\"\nenv = { T = \"hunter2\", T = \"hunter2\" }\n"};
    for (const auto& text : texts) {
        CAPTURE(text);
        const auto made = scratch.load("c.toml", text, variables);
        CHECK_FALSE(made.is_usable());
        CHECK_FALSE(contains(printed(made.problems), "hunter2"));
    }
    for (const auto* const text :
         {R"({"mcpServers": {"a": {"command": "tool", "env": {"T": "hunter2}})",
          R"({"mcpServers": {"a": {"command": "tool", "env": {"T": hunter2}}})",
          R"({"mcpServers": {"a": {"command": "tool", "args": ["hunter2" "x"]}}})",
          R"({"mcpServers": {"a": {"command": "tool", "args": {"x": "hunter2"}}}})",
          R"({"mcpServers": {"a": {"url": 3, "headers": {"T": "hunter2"}}}, "mcpServers": 1})"}) {
        CAPTURE(text);
        const auto made = scratch.load("c.json", text, variables);
        CHECK_FALSE(made.is_usable());
        CHECK_FALSE(contains(printed(made.problems), "hunter2"));
    }
}
