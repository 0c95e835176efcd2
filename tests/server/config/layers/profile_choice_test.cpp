// SPDX-License-Identifier: Apache-2.0
#include "server/config/layers/profile_choice.hpp"

#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::config_test;

namespace {

constexpr const char* text = "[gateway]\nexpose='gateway'\n"
                             "[[children]]\nname='a'\ncommand='tool'\nenv={X='1'}\n"
                             "[[profiles.dev.children]]\nname='a'\nenv={Y='2'}\n"
                             "[[profiles.dev.children]]\nname='b'\ncommand='tool'\n"
                             "[profiles.prod.gateway]\nexpose='all'\n";

config_result load(const scratch_directory& scratch, const std::string& profile,
                   std::map<std::string, std::string> variables = {}) {
    return load_config({{scratch.write("gateway.toml", text)}, "", profile},
                       scratch.environment(std::move(variables)));
}

} // namespace

TEST_CASE("a_profile_is_laid_over_the_rest") {
    const scratch_directory scratch;
    const auto plain = load(scratch, "");
    INFO(printed(plain.problems));
    CHECK(plain.problems.empty());
    CHECK(plain.profile.empty());
    CHECK(plain.value.children.size() == 1);
    const auto dev = load(scratch, "dev");
    INFO(printed(dev.problems));
    CHECK(dev.profile == "dev");
    REQUIRE(dev.value.children.size() == 2);
    CHECK(dev.value.children[0].env == std::map<std::string, std::string>{{"X", "1"}, {"Y", "2"}});
    CHECK(dev.value.gateway.expose == exposure::gateway);
    CHECK(load(scratch, "prod").value.gateway.expose == exposure::all);
}

TEST_CASE("a_profile_is_chosen_by_the_command_line_then_by_variables") {
    const scratch_directory scratch;
    using variables = std::map<std::string, std::string>;
    CHECK(load(scratch, "dev", variables{{"MCP_GATEWAY_PROFILE", "prod"}}).profile == "dev");
    CHECK(load(scratch, "", variables{{"MCP_GATEWAY_PROFILE", "prod"}, {"ENVIRONMENT", "dev"}})
              .profile == "prod");
    CHECK(
        load(scratch, "", variables{{"MCP_GATEWAY_PROFILE", ""}, {"ENVIRONMENT", "dev"}}).profile ==
        "dev");
    // Many systems set it, and mean nothing of ours.
    const auto other = load(scratch, "", variables{{"ENVIRONMENT", "staging"}});
    CHECK(other.profile.empty());
    CHECK(other.is_usable());
    scratch.write(".env", "MCP_GATEWAY_PROFILE=dev\n");
    CHECK(load(scratch, "").profile == "dev");
}

TEST_CASE("a_profile_that_is_named_and_does_not_exist_is_an_error_that_lists_the_known") {
    const scratch_directory scratch;
    const auto made = load(scratch, "pord");
    CHECK(printed(made.problems) == scratch.path("gateway.toml") +
                                        ": profiles: there is no profile pord, which --profile "
                                        "names (did you mean prod? Known: dev, prod)\n");
    const auto by_variable = load(scratch, "", {{"MCP_GATEWAY_PROFILE", "x"}});
    CHECK(
        printed(by_variable.problems).find("which MCP_GATEWAY_PROFILE names (known: dev, prod)") !=
        std::string::npos);
    CHECK(printed(load_config({{scratch.write("none.toml", "[gateway]\n")}, "", "x"},
                              scratch.environment())
                      .problems)
              .find("(no file has a table [profiles.NAME])") != std::string::npos);
}

TEST_CASE("what_is_wrong_in_a_profile_is_told_with_its_line") {
    const scratch_directory scratch;
    const auto path = scratch.write("a.toml", "[[children]]\nname='a'\ncommand='tool'\n"
                                              "[profiles.x.gateway]\nexpose='al'\n"
                                              "[profiles.y]\ninclude='b.toml'\n"
                                              "[profiles]\nz=3\n");
    const auto made = load_config({{path}, "", "x"}, scratch.environment());
    CHECK(errors(made) ==
          std::vector<std::string>{"5 gateway.expose", "7 profiles.y.include", "9 profiles.z"});
}

TEST_CASE("the_profile_of_all_files_lies_over_all_files_and_the_overlay_over_it") {
    const scratch_directory scratch;
    const auto one = scratch.write("a.toml", "[[children]]\nname='a'\ncommand='tool'\ntimeout=1\n"
                                             "[[profiles.x.children]]\nname='a'\ntimeout=10\n"
                                             "start_timeout=10\n");
    const auto two = scratch.write("b.toml", "[[children]]\nname='a'\ntimeout=2\nlist_timeout=2\n");
    const auto own = scratch.write("own.json", R"({"children": [{"name": "a", "timeout": 3}]})");
    const auto made = load_config({{one, two}, own, "x"}, scratch.environment());
    INFO(printed(made.problems));
    REQUIRE(made.is_usable());
    CHECK(made.value.children[0].call_timeout == std::chrono::seconds{3});
    CHECK(made.value.children[0].start_timeout == std::chrono::seconds{10});
    CHECK(made.value.children[0].list_timeout == std::chrono::seconds{2});
    CHECK(std::ranges::find(made.files, own) != made.files.end());
    CHECK_FALSE(
        load_config({{one}, scratch.path("none.toml"), ""}, scratch.environment()).is_usable());
}
