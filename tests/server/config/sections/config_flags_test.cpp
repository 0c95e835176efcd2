// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_flags.hpp"

#include "server/config/layers/flag_overrides.hpp"
#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::config_test;

using list = std::vector<std::string>;

namespace {

constexpr const char* text = "[flags]\ngithub=true\nweb='${WEB:-no}'\n"
                             "[[children]]\nname='a'\ncommand='tool'\nenabled='flag:github'\n"
                             "[[children]]\nname='b'\ncommand='tool'\nenabled='flag:web'\n"
                             "[children.tools.x]\nenabled='flag:github'\n"
                             "[[children]]\nname='c'\ncommand='tool'\n"
                             "[children.tools.x]\nenabled='flag:web'\n";

} // namespace

TEST_CASE("what_depends_on_a_flag_is_as_the_flag_says") {
    const scratch_directory scratch;
    const auto made = scratch.load("a.toml", text);
    INFO(printed(made.problems));
    REQUIRE(made.problems.empty());
    CHECK(made.value.children[0].is_enabled);
    CHECK_FALSE(made.value.children[1].is_enabled);
    CHECK(made.value.children[1].offered.except.empty() == false); // it is off: nothing is asked
    CHECK(made.value.children[2].offered.except == list{"x"});
    REQUIRE(made.flags.size() == 2);
    CHECK(made.flags[0].name == "github");
    CHECK(made.flags[0].is_on);
    CHECK_FALSE(made.flags[1].is_on);
    CHECK_FALSE(made.flags[1].is_overridden);
    const auto other = scratch.load("a.toml", text, {{"WEB", "ON"}});
    CHECK(other.value.children[1].is_enabled);
    CHECK(other.value.children[2].offered.except.empty());
}

TEST_CASE("a_flag_that_was_set_while_a_gateway_ran_counts_instead_of_the_file") {
    const scratch_directory scratch;
    const auto path = scratch.path("state/flags.json");
    REQUIRE_FALSE(flag_overrides{path}.write({{"github", false}, {"gone", true}}).has_error());
    config_inputs inputs{{scratch.write("a.toml", text)}};
    inputs.flags_file = path;
    const auto made = load_config(inputs, scratch.environment());
    INFO(printed(made.problems));
    CHECK(made.problems.empty());
    CHECK_FALSE(made.value.children[0].is_enabled);
    REQUIRE(made.flags.size() == 2);
    CHECK(made.flags[0].is_overridden);
    CHECK(made.flags[0].is_on_in_file);
    CHECK_FALSE(made.flags[0].is_on);
    CHECK(std::ranges::find(made.files, path) != made.files.end());
    scratch.write("state/flags.json", "nonsense");
    const auto broken = load_config(inputs, scratch.environment());
    CHECK(broken.is_usable());
    CHECK(printed(broken.problems) == "flags: " + path + ": is no table of flags\n");
}

TEST_CASE("a_flag_that_there_is_not_is_an_error_of_the_child_that_asks_for_it") {
    const scratch_directory scratch;
    const auto made = scratch.load("a.toml", "[flags]\nenable_github=true\n"
                                             "[[children]]\nname='a'\ncommand='tool'\n"
                                             "enabled='flag:enable_gihtub'\n"
                                             "[[children]]\nname='b'\ncommand='tool'\n"
                                             "enabled='yes'\n"
                                             "[[children]]\nname='c'\ncommand='tool'\n");
    CHECK(printed(made.problems) ==
          scratch.path("a.toml") +
              ":6: children[0].enabled: there is no flag enable_gihtub (did you mean "
              "enable_github?)\n" +
              scratch.path("a.toml") +
              ":10: children[1].enabled: wrong type: expected true, false or \"flag:NAME\", found "
              "a text (true and false have no quotes)\n");
    CHECK(made.is_servable());
    CHECK(made.value.faulty_children == std::vector<std::size_t>{0, 1});
    const auto none = scratch.load("b.toml", "[[children]]\nname='a'\ncommand='tool'\n"
                                             "enabled='flag:x'\n");
    CHECK(printed(none.problems).find("write [flags] and x = true") != std::string::npos);
}

TEST_CASE("what_is_wrong_with_a_flag_is_told_and_no_value_of_a_variable_shown") {
    const scratch_directory scratch;
    const auto made = scratch.load("a.toml",
                                   "[flags]\na=1\nb='maybe'\nc='${UNSET}'\n'd e'=true\n"
                                   "f='${SECRET}'\n"
                                   "[[children]]\nname='a'\ncommand='tool'\n",
                                   {{"SECRET", "secret99"}});
    CHECK(errors(made) == list{"2 flags.a", "3 flags.b", "4 flags.c", "5 flags.d e", "6 flags.f"});
    CHECK(printed(made.problems).find("secret99") == std::string::npos);
    CHECK(errors(scratch.load("b.toml", "flags=3\n[[children]]\nname='a'\ncommand='tool'\n")) ==
          list{"1 flags"});
}

TEST_CASE("a_profile_may_set_a_flag_and_all_children_depend_on_one") {
    const scratch_directory scratch;
    const auto path = scratch.write("a.toml", "[flags]\nall=true\n[defaults]\nenabled='flag:all'\n"
                                              "[[children]]\nname='a'\ncommand='tool'\n"
                                              "[profiles.quiet.flags]\nall=false\n");
    CHECK(load_config(config_inputs{{path}}, scratch.environment()).value.children[0].is_enabled);
    CHECK_FALSE(
        load_config({{path}, "", "quiet"}, scratch.environment()).value.children[0].is_enabled);
}
