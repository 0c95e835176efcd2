// SPDX-License-Identifier: Apache-2.0
#include "server/config/variables/secret_source.hpp"

#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>

using namespace mcpgw;
using namespace mcpgw::config_test;

using list = std::vector<std::string>;

namespace {

constexpr const char* head = "[[children]]\nname='a'\ncommand='tool'\n";

std::string only_problem(const config_result& made) {
    INFO(printed(made.problems));
    REQUIRE(made.problems.size() == 1);
    return made.problems[0].str();
}

/// PATH of the programs that this test starts has `directory` first while it lives.
class path_before {
public:
    explicit path_before(const std::string& directory) : was_(std::getenv("PATH")) {
        ::setenv("PATH", (directory + ":" + was_).c_str(), 1);
    }
    ~path_before() { ::setenv("PATH", was_.c_str(), 1); }
    path_before(const path_before&) = delete;
    path_before& operator=(const path_before&) = delete;

private:
    std::string was_;
};

} // namespace

TEST_CASE("secrets_come_from_files_commands_and_credentials_without_the_newline_at_the_end") {
    const scratch_directory scratch;
    scratch.write("secrets/token", "from-file\n");
    scratch.write("creds/db", "from-systemd\n");
    const auto made = scratch.load(
        "gateway.toml",
        std::string{head} + "args=['--x=${file:secrets/token}', "
                            "'${command:printf %s \"two words\"}']\n"
                            "env={DB='u:${credential:db}@h', "
                            "F='${file:${DIR}/token}'}\n",
        {{"CREDENTIALS_DIRECTORY", scratch.path("creds")}, {"DIR", scratch.path("secrets")}});
    INFO(printed(made.problems));
    REQUIRE(made.problems.empty());
    const auto& child = made.value.children[0];
    CHECK(child.args == list{"--x=from-file", "two words"});
    CHECK(child.env.at("DB") == "u:from-systemd@h");
    CHECK(child.env.at("F") == "from-file");
    // Masked by value, whatever the key is called.
    for (const auto* const secret : {"from-file", "two words", "from-systemd"})
        CHECK(std::ranges::find(child.secrets, secret) != child.secrets.end());
    CHECK(std::ranges::find(made.files, scratch.path("secrets/token")) != made.files.end());
    CHECK(std::ranges::find(made.files, scratch.path("creds/db")) != made.files.end());
}

TEST_CASE("a_secret_that_is_not_there_names_file_line_key_and_provider") {
    const scratch_directory scratch;
    scratch.write("empty", " \n");
    scratch.write("zero", std::string_view{"a\0b", 3});
    const auto problem = [&scratch](const std::string& reference) {
        return only_problem(scratch.load("a.toml", head + ("env={T='" + reference + "'}\n")));
    };
    const auto at = scratch.path("a.toml") + ":4: children[0].env.T: ";
    CHECK(problem("${file:none}") ==
          at + "${file:...}: the file " + scratch.path("none") + " does not exist");
    CHECK(problem("${file:empty}").ends_with(" is empty"));
    CHECK(problem("${file:zero}").ends_with(" has a zero byte in it"));
    CHECK(problem("${file:bin}").ends_with(" is no file"));
    CHECK(problem("${file:}") == at + "${file:...}: ${file:} names nothing");
    CHECK(problem("${credential:x}") ==
          at + "${credential:...}: CREDENTIALS_DIRECTORY is not set (systemd sets it for a unit "
               "with LoadCredential=)");
    CHECK(problem("${command:cat a | b}").find("this needs a shell") != std::string::npos);
    CHECK(problem("${command:sh -c \"echo secret99; echo no key >&2; exit 2\"}") ==
          at + "${command:...}: sh failed with exit code 2: no key");
    CHECK(problem("${keyring:github}").find("${keyring:service/user}") != std::string::npos);
    CHECK(problem("${file:${UNSET}/x}").find("the variable UNSET is not set") != std::string::npos);
}

TEST_CASE("a_credential_is_a_name_and_no_path") {
    const scratch_directory scratch;
    scratch.write("outside", "x");
    const auto made =
        scratch.load("a.toml", std::string{head} + "env={T='${credential:../outside}'}\n",
                     {{"CREDENTIALS_DIRECTORY", scratch.path("creds")}});
    CHECK(only_problem(made).ends_with("this cannot be the name of a credential"));
}

TEST_CASE("a_command_runs_once_for_all_who_name_it_and_its_variables_stay_one_word") {
    const scratch_directory scratch;
    const auto log = scratch.path("log");
    const auto command = "${command:sh -c 'echo run >> $0; printf %s $1' " + log + " ${VALUE}}";
    const auto made = scratch.load("a.json",
                                   R"({"children": [{"name": "a", "command": "tool", "args": [")" +
                                       command + R"("], "env": {"T": ")" + command + R"("}}]})",
                                   {{"VALUE", "one;two"}});
    INFO(printed(made.problems));
    REQUIRE(made.problems.empty());
    CHECK(made.value.children[0].args == list{"one;two"});
    CHECK(made.value.children[0].env.at("T") == "one;two");
    CHECK(scratch.read("log") == "run\n");
}

TEST_CASE("a_keyring_is_asked_by_secret_tool_for_service_and_username") {
    const scratch_directory scratch;
    const auto tool = scratch.write("bin/secret-tool", "#!/bin/sh\n"
                                                       "[ \"$*\" = 'lookup service git hub "
                                                       "username me/x' ] || exit 1\n"
                                                       "echo from-keyring\n");
    std::filesystem::permissions(tool, std::filesystem::perms::owner_all);
    const path_before path{scratch.path("bin")};
    const auto made =
        scratch.load("a.toml", std::string{head} + "env={T='${keyring:git hub/me/x}'}\n");
    INFO(printed(made.problems));
    REQUIRE(made.problems.empty());
    CHECK(made.value.children[0].env.at("T") == "from-keyring");
    const auto none = scratch.load("a.toml", std::string{head} + "env={T='${keyring:x/y}'}\n");
    CHECK(only_problem(none).ends_with(
        "${keyring:...}: secret-tool failed with exit code 1 (store it with: secret-tool store "
        "--label=x service x username y)"));
}

TEST_CASE("a_disabled_child_and_a_text_read_no_secrets") {
    const scratch_directory scratch;
    const auto log = scratch.path("log");
    const auto child = head + ("args=['${command:touch " + log + "}']\n");
    CHECK(scratch.load("a.toml", child + "enabled=false\n").is_usable());
    CHECK_FALSE(parse_config(child, config_format::toml, "/nowhere/a.toml", scratch.environment())
                    .is_usable());
    CHECK_FALSE(std::filesystem::exists(log));
}

TEST_CASE("files_with_secrets_that_others_can_read_are_told") {
    const scratch_directory scratch;
    using std::filesystem::perms;
    const auto open = [&scratch](const std::string& name) {
        std::filesystem::permissions(scratch.path(name), perms::owner_read | perms::others_read);
    };
    scratch.write(".env", "PORT=1\nAPI_TOKEN=x\n");
    scratch.write("a.env", "API_TOKEN=x\n");
    scratch.write("token", "abcdef\n");
    for (const auto* const name : {".env", "a.env", "token"}) open(name);
    const auto text = std::string{head} + "env_file='a.env'\nenv={T='${file:token}', "
                                          "U='${file:token}'}\n";
    CHECK(scratch.load("a.toml", text).problems.empty()); // the directory keeps them out
    std::filesystem::permissions(scratch.path(),
                                 perms::owner_all | perms::others_read | perms::others_exec);
    CHECK(printed(scratch.load("a.toml", text).problems) ==
          scratch.path(".env") +
              ": others can read this file, and it may hold secrets (chmod 600 "
              "keeps them out)\n" +
              scratch.path("a.toml") +
              ":4: children[0].env_file: others can read the file, and it may hold secrets (chmod "
              "600 keeps them out)\n" +
              scratch.path("a.toml") + ":5: children[0].env.T: others can read " +
              scratch.path("token") + ": chmod 600 keeps them out\n");
    scratch.write(".env", "PORT=1\n");
    scratch.write("a.env", "PORT=1\n");
    CHECK(scratch.load("a.toml", std::string{head} + "env_file='a.env'\n").problems.empty());
}
