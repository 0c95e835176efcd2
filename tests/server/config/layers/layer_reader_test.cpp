// SPDX-License-Identifier: Apache-2.0
#include "server/config/layers/layer_reader.hpp"

#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace mcpgw;
using namespace mcpgw::config_test;

using list = std::vector<std::string>;

namespace {

config_result load(const scratch_directory& scratch, std::vector<std::string> names) {
    config_inputs inputs;
    for (const auto& name : names) inputs.files.push_back(scratch.path(name));
    return load_config(inputs, scratch.environment());
}

} // namespace

TEST_CASE("later_files_are_laid_over_earlier_ones_whatever_they_are_written_in") {
    const scratch_directory scratch;
    scratch.write("team.toml", "[gateway]\nexpose='all'\nlist_wait=3\n"
                               "[[children]]\nname='a'\ncommand='tool'\nargs=['one']\ntimeout=5\n"
                               "[[children]]\nname='b'\ncommand='tool'\n");
    scratch.write("mine.json", R"({"gateway": {"expose": "both"},
                                   "children": [{"name": "b", "enabled": false}]})");
    scratch.write("last.yaml", "children:\n  - name: a\n    timeout: 7\n"
                               "  - {name: c, command: tool}\n");
    const auto made = load(scratch, {"team.toml", "mine.json", "last.yaml"});
    INFO(printed(made.problems));
    REQUIRE(made.is_usable());
    CHECK(made.value.gateway.expose == exposure::both);
    CHECK(made.value.gateway.list_wait == std::chrono::seconds{3});
    REQUIRE(made.value.children.size() == 3);
    CHECK(made.value.children[0].args == list{"one"});
    CHECK(made.value.children[0].call_timeout == std::chrono::seconds{7});
    CHECK_FALSE(made.value.children[1].is_enabled);
    CHECK(made.value.children[2].name == "c");
}

TEST_CASE("a_problem_of_layers_names_the_file_and_the_line_that_said_it") {
    const scratch_directory scratch;
    scratch.write("team.toml", "[[children]]\nname='a'\ncommand='tool'\ntimeout=-1\n");
    scratch.write("sub/mine.toml", "[gateway]\n\nexpose='al'\n[[children]]\nname='a'\ncwd='gone'\n"
                                   "colour=1\n");
    const auto made = load(scratch, {"team.toml", "sub/mine.toml"});
    CHECK(printed(made.problems) ==
          scratch.path("team.toml") +
              ":4: children[a].timeout: out of range: from 0.001 to 604800 seconds is allowed\n" +
              scratch.path("sub/mine.toml") +
              ":3: gateway.expose: must be one of gateway, all, both, search "
              "(did you mean \"all\"?)\n" +
              scratch.path("sub/mine.toml") + ":6: children[a].cwd: is not a directory\n" +
              scratch.path("sub/mine.toml") +
              ":7: children[a].colour: unknown key (docs/configuration.md lists all keys)\n");
}

TEST_CASE("relative_paths_begin_at_the_file_that_says_them") {
    const scratch_directory scratch;
    scratch.write("one/x/keep", "");
    scratch.write("two/y/keep", "");
    scratch.write("one/team.toml", "[[children]]\nname='a'\ncommand='tool'\ncwd='x'\n"
                                   "[[children]]\nname='b'\ncommand='tool'\n");
    scratch.write("two/mine.toml", "[[children]]\nname='b'\ncwd='y'\n");
    const auto made = load(scratch, {"one/team.toml", "two/mine.toml"});
    INFO(printed(made.problems));
    REQUIRE(made.is_usable());
    CHECK(made.value.children[0].cwd == scratch.path("one/x"));
    CHECK(made.value.children[1].cwd == scratch.path("two/y"));
}

TEST_CASE("each_file_that_cannot_be_read_is_told_and_nothing_else") {
    const scratch_directory scratch;
    scratch.write("good.toml", "[gateway]\nexpose='nonsense'\n");
    scratch.write("bad.json", "{");
    const auto made = load(scratch, {"good.toml", "bad.json", "none.toml"});
    CHECK_FALSE(made.is_usable());
    CHECK_FALSE(made.is_servable());
    CHECK(printed(made.problems) ==
          scratch.path("bad.json") +
              ":1: not valid JSON: expected a key in \"double quotes\" or }\n" +
              scratch.path("none.toml") + ": does not exist\n");
}

TEST_CASE("the_env_file_beside_a_later_file_wins") {
    const scratch_directory scratch;
    scratch.write(".env", "A=1\nB=1\n");
    scratch.write("sub/.env", "B=2\n");
    scratch.write("team.toml", "[[children]]\nname='a'\ncommand='tool'\nargs=['${A}','${B}']\n");
    scratch.write("sub/mine.toml", "[gateway]\nexpose='all'\n");
    const auto made = load(scratch, {"team.toml", "sub/mine.toml"});
    INFO(printed(made.problems));
    CHECK(made.value.children[0].args == list{"1", "2"});
}

TEST_CASE("all_files_that_count_are_told_also_those_that_are_not_there") {
    const scratch_directory scratch;
    scratch.write("team.toml", "[[children]]\nname='a'\ncommand='tool'\nenv_file='a.env'\n"
                               "[[children]]\nname='r'\nurl='https://127.0.0.1:1/mcp'\n"
                               "ca_file='sub/ca.pem'\n"
                               "[[children]]\nname='off'\ncommand='tool'\nenabled=false\n"
                               "env_file='off.env'\n");
    scratch.write("sub/mine.toml", "[gateway]\nexpose='all'\n");
    const auto made = load(scratch, {"team.toml", "sub/mine.toml", "none.toml"});
    CHECK(made.files == list{scratch.path(".env"), scratch.path("conf.d/managed.toml"),
                             scratch.path("none.toml"), scratch.path("sub/.env"),
                             scratch.path("sub/mine.toml"), scratch.path("team.toml")});
    const auto whole = load(scratch, {"team.toml", "sub/mine.toml"});
    CHECK(whole.files == list{scratch.path(".env"), scratch.path("a.env"),
                              scratch.path("conf.d/managed.toml"), scratch.path("sub/.env"),
                              scratch.path("sub/ca.pem"), scratch.path("sub/mine.toml"),
                              scratch.path("team.toml")});
}

TEST_CASE("what_a_file_includes_is_laid_over_it_in_the_order_of_names") {
    const scratch_directory scratch;
    scratch.write("gateway.toml", "include=['conf.d/*.toml','${EXTRA:-extra}.yaml']\n"
                                  "[[children]]\nname='a'\ncommand='tool'\ntimeout=1\n"
                                  "[[children]]\nname='b'\ncommand='tool'\n");
    scratch.write("conf.d/10-a.toml", "[[children]]\nname='a'\ntimeout=2\nstart_timeout=2\n");
    scratch.write("conf.d/20-b.toml", "include='more/c.json'\n[[children]]\nname='a'\ntimeout=3\n"
                                      "[[children]]\nname='b'\nremove=true\n");
    scratch.write("conf.d/more/c.json", R"({"mcpServers": {"c": {"command": "tool"}}})");
    scratch.write("extra.yaml", "gateway:\n  expose: all\n");
    const auto made = load(scratch, {"gateway.toml"});
    INFO(printed(made.problems));
    REQUIRE(made.problems.empty());
    CHECK(made.value.gateway.expose == exposure::all);
    REQUIRE(made.value.children.size() == 2);
    CHECK(made.value.children[0].call_timeout == std::chrono::seconds{3});
    CHECK(made.value.children[0].start_timeout == std::chrono::seconds{2});
    CHECK(made.value.children[1].name == "c");
    CHECK(made.files == list{scratch.path(".env"), scratch.path("conf.d"),
                             scratch.path("conf.d/10-a.toml"), scratch.path("conf.d/20-b.toml"),
                             scratch.path("conf.d/managed.toml"),
                             scratch.path("conf.d/more/c.json"), scratch.path("extra.yaml"),
                             scratch.path("gateway.toml")});
}

TEST_CASE("files_that_include_one_another_are_refused_with_the_whole_chain") {
    const scratch_directory scratch;
    const auto a = scratch.write("a.toml", "include='b.toml'\n");
    const auto b = scratch.write("b.toml", "\ninclude=['c.toml']\n");
    const auto c = scratch.write("c.toml", "include='b.toml'\n");
    const auto made = load(scratch, {"a.toml"});
    CHECK(printed(made.problems) ==
          c + ":1: include: the files include one another: " + b + " -> " + c + " -> " + b + "\n");
    scratch.write("self.toml", "include='*.toml'\n");
    CHECK_FALSE(load(scratch, {"self.toml"}).is_usable());
}

TEST_CASE("an_include_that_leads_nowhere_is_an_error_and_an_empty_directory_is_none") {
    const scratch_directory scratch;
    const auto path = scratch.write("a.toml", "include=['conf.d/*.toml',\n 'none.toml',\n 3,\n"
                                              " '${UNSET}/x.toml']\n");
    const auto made = load(scratch, {"a.toml"});
    CHECK(printed(made.problems) ==
          path +
              ":2: include[1]: the file does not exist (its path is relative to the file that "
              "includes it)\n" +
              path + ":3: include[2]: wrong type: expected a text, found a whole number\n" + path +
              ":4: include[3]: a variable in it is not set, or it is empty (write "
              "${NAME:-default}, or set it in the environment or in .env)\n");
}

TEST_CASE("includes_end_at_their_limits") {
    const scratch_directory scratch;
    for (int i = 0; i < 10; ++i)
        scratch.write("deep" + std::to_string(i) + ".toml",
                      "include='deep" + std::to_string(i + 1) + ".toml'\n");
    const auto deep = load(scratch, {"deep0.toml"});
    CHECK(printed(deep.problems) ==
          scratch.path("deep7.toml") + ":1: include: included more than 8 files deep\n");
    for (std::size_t i = 0; i < config_files_max; ++i)
        scratch.write("many/" + std::to_string(i) + ".toml", "[gateway]\n");
    const auto path = scratch.write("main.toml", "include='many/*'\n");
    CHECK(printed(load(scratch, {"main.toml"}).problems) ==
          path + ":1: include: more than 256 files\n");
}

TEST_CASE("another_programs_file_includes_nothing") {
    const scratch_directory scratch;
    scratch.write("mcp.json", R"({"mcpServers": {"a": {"command": "tool"}}, "include": ["src"]})");
    const auto made = load(scratch, {"mcp.json"});
    INFO(printed(made.problems));
    CHECK(made.is_usable());
    CHECK(made.value.children.size() == 1);
}

TEST_CASE("a_child_that_is_removed_but_was_never_there_is_told") {
    const scratch_directory scratch;
    const auto path = scratch.write("a.toml", "[[children]]\nname='a'\nremove=true\n"
                                              "[[children]]\nname='b'\ncommand='tool'\n");
    const auto made = load(scratch, {"a.toml"});
    CHECK(printed(made.problems) ==
          path + ":3: children[0].remove: no file before this one has such a child\n");
    CHECK(made.is_usable());
    CHECK(made.value.children.size() == 1);
}

TEST_CASE("what_the_commands_write_is_laid_over_all_files_whoever_includes_it") {
    const scratch_directory scratch;
    scratch.write("a.toml", "include=['conf.d/*.toml']\n[[children]]\nname='a'\ncommand='tool'\n");
    scratch.write("conf.d/z.toml", "[[children]]\nname='z'\ncommand='tool'\ntimeout=5\n");
    scratch.write("conf.d/managed.toml",
                  "[[children]]\nname='z'\nenabled=false\n[[children]]\nname='a'\nremove=true\n"
                  "[[children]]\nname='m'\ncommand='tool'\n");
    const auto made = load(scratch, {"a.toml"});
    INFO(printed(made.problems));
    REQUIRE(made.is_usable());
    REQUIRE(made.value.children.size() == 2);
    CHECK(made.value.children[0].name == "z");
    CHECK_FALSE(made.value.children[0].is_enabled);
    CHECK(made.value.children[1].name == "m");
}
