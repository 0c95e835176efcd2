// SPDX-License-Identifier: Apache-2.0
#include "server/config/layers/personal_layers.hpp"

#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::config_test;

namespace {

constexpr const char* head = "[[children]]\nname='a'\ncommand='tool'\n";

config_result load(const scratch_directory& scratch, const std::string& text,
                   const std::string& user) {
    return load_config({{scratch.write("gateway.toml", head + text)}, "", "", user},
                       scratch.environment());
}

} // namespace

TEST_CASE("an_overlay_counts_for_the_user_whom_it_names") {
    const scratch_directory scratch;
    const std::string text = "[[overlays]]\nwhen={user='ann'}\ngateway.expose='all'\n"
                             "[[overlays.children]]\nname='a'\nenv={TOKEN='ann-s'}\n"
                             "[[overlays]]\nwhen={user='bob'}\n"
                             "[[overlays.children]]\nname='a'\nenabled=false\n";
    const auto ann = load(scratch, text, "ann");
    INFO(printed(ann.problems));
    CHECK(ann.value.gateway.expose == exposure::all);
    CHECK(ann.value.children[0].env.at("TOKEN") == "ann-s");
    CHECK_FALSE(load(scratch, text, "bob").value.children[0].is_enabled);
    const auto eve = load(scratch, text, "eve");
    CHECK(eve.value.gateway.expose == exposure::gateway);
    CHECK(eve.value.children[0].env.empty());
    CHECK(eve.value.children[0].is_enabled);
}

TEST_CASE("an_overlay_counts_for_the_groups_that_the_system_knows_and_all_of_when_must_hold") {
    const scratch_directory scratch;
    const auto me = find_person("");
    REQUIRE_FALSE(me.groups.empty());
    const auto text = "[[overlays]]\nwhen={group='" + me.groups.front() +
                      "'}\n[[overlays.children]]\nname='a'\nenabled=false\n";
    CHECK_FALSE(load(scratch, text, "").value.children[0].is_enabled);
    CHECK(load(scratch, text, "nobody-of-that-name").value.children[0].is_enabled);
    const auto both = "[[overlays]]\nwhen={user='eve', group='" + me.groups.front() +
                      "'}\n[[overlays.children]]\nname='a'\nenabled=false\n";
    CHECK(load(scratch, both, "").value.children[0].is_enabled);
}

TEST_CASE("an_overlay_says_of_a_view_what_is_different_for_some") {
    const scratch_directory scratch;
    const std::string text = "[[views]]\nname='small'\ninstructions='short'\n"
                             "[[overlays]]\nwhen={user='ann'}\n"
                             "[[overlays.views]]\nname='small'\nexpose='gateway'\n"
                             "[[overlays.views]]\nname='hers'\n"
                             "[[overlays]]\nwhen={view='small', user='bob'}\n"
                             "view={tools=['!*delete*'], expose='both'}\n";
    const auto ann = load(scratch, text, "ann").value.gateway.views;
    REQUIRE(ann.size() == 2);
    CHECK(ann[0].expose == exposure::gateway);
    CHECK(ann[0].instructions == "short");
    CHECK(ann[1].name == "hers");
    const auto bob = load(scratch, text, "bob").value.gateway.views;
    REQUIRE(bob.size() == 1);
    CHECK(bob[0].expose == exposure::both);
    CHECK(bob[0].tools == std::vector<std::string>{"!*delete*"});
    CHECK(bob[0].instructions == "short");
    CHECK(load(scratch, text, "eve").value.gateway.views[0].expose == exposure::all);
}

TEST_CASE("an_overlay_of_a_view_is_for_everybody_where_it_names_nobody") {
    const scratch_directory scratch;
    const auto made = load(scratch,
                           "[[views]]\nname='small'\n[[overlays]]\nwhen={view='small'}\n"
                           "view={prefix='always'}\n",
                           "eve");
    INFO(printed(made.problems));
    CHECK(made.value.gateway.views.at(0).prefix == prefix_policy::always);
    const auto wrong = load(scratch,
                            "[[overlays]]\nwhen={view='small'}\n"
                            "[[overlays]]\nwhen={user='ann'}\nview={prefix='always'}\n"
                            "[[overlays]]\nwhen={view='small'}\nview=3\n",
                            "eve");
    CHECK(errors(wrong) == std::vector<std::string>{"5 overlays[0].when.view", "8 overlays[1].view",
                                                    "11 overlays[2].view"});
}

TEST_CASE("an_overlay_is_checked_also_where_it_is_for_others") {
    const scratch_directory scratch;
    const auto made = load(scratch,
                           "[[overlays]]\ngateway.expose='all'\n"
                           "[[overlays]]\nwhen={usre='ann'}\n"
                           "[[overlays]]\nwhen={user=3}\n"
                           "[[overlays]]\nwhen={}\n"
                           "[[overlays]]\nwhen={user='ann'}\nhttp.listen='8080'\n"
                           "[[overlays]]\nwhen={user='ann'}\ngateway.list_wait=3\n"
                           "[[overlays.children]]\nname='a'\ncommand='other'\nenvv={}\n",
                           "eve");
    CHECK(printed(made.problems).find("did you mean user?") != std::string::npos);
    CHECK(printed(made.problems).find("is the same for all people (an overlay may say expose)") !=
          std::string::npos);
    CHECK(errors(made) ==
          std::vector<std::string>{
              "4 overlays[0]", "7 overlays[1].when.usre", "9 overlays[2].when.user",
              "11 overlays[3].when", "14 overlays[4].http", "17 overlays[5].gateway.list_wait",
              "20 overlays[5].children[0].command", "21 overlays[5].children[0].envv"});
}
