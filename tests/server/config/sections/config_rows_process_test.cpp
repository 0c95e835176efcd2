// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_row.hpp"

#include "children/sandbox/landlock.hpp"
#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace mcpgw;
using namespace mcpgw::config_test;

using list = std::vector<std::string>;

namespace {

/// A file with one child named "a"; its keys are in lines 4 and following.
std::string child(std::string_view keys) {
    return "[[children]]\nname = \"a\"\ncommand = \"tool\"\n" + std::string{keys};
}

isolation_options isolation_of(const config_result& result) {
    CAPTURE(printed(result.problems));
    REQUIRE(result.problems.empty());
    return result.value.children.at(0).isolation;
}

bool says(const config_result& result, std::string_view text) {
    return printed(result.problems).find(text) != std::string::npos;
}

} // namespace

TEST_CASE("a_child_is_isolated_by_nothing_unless_it_says_so") {
    const scratch_directory scratch;
    CHECK(isolation_of(scratch.load("a.toml", child(""))).is_empty());
    const auto spelled = child("user = \"\"\ngroup = \"\"\numask = \"\"\nnetwork = true\n"
                               "rlimits = {}\n");
    CHECK(isolation_of(scratch.load("a.toml", spelled)).is_empty());
}

TEST_CASE("each_key_of_isolation_is_read") {
    const scratch_directory scratch;
    const auto made = isolation_of(scratch.load(
        "a.toml",
        child(
            "user = \"${WHO}\"\ngroup = \"0\"\numask = \"0027\"\nnetwork = false\n"
            "[children.rlimits]\nmemory_bytes = 1073741824\ndata_bytes = 536870912\n"
            "cpu_seconds = 60\nfiles = 256\nprocesses = 64\nfile_bytes = 1048576\ncore_bytes = 0"),
        {{"WHO", "root"}}));
    CHECK(made.user == "root");
    CHECK(made.group == "0");
    CHECK(made.umask == mode_t{027});
    CHECK_FALSE(made.has_network);
    CHECK(made.limits == resource_limits{1U << 30U, 1U << 29U, 60, 256, 64, 1U << 20U, 0});
}

TEST_CASE("paths_of_landlock_are_relative_to_the_file_and_may_hold_variables") {
    const scratch_directory scratch;
    const auto made = scratch.load(
        "a.toml", child("landlock = { read = [\"bin\", \"/\"], write = [\"${WHERE}/bin/tool\"] }"),
        {{"WHERE", scratch.path()}});
    const auto& paths = made.value.children.at(0).isolation.landlock;
    REQUIRE(paths.has_value());
    CHECK(paths->read == list{scratch.path("bin"), "/"});
    CHECK(paths->write == list{scratch.path("bin/tool")});
    // What the kernel lacks is told by check, not only by the start.
    if (landlock_abi() == 0) {
        CHECK(errors(made) == list{"4 children[0].landlock"});
        CHECK(says(made, "this kernel offers no Landlock"));
    } else {
        CHECK(errors(made).empty());
        CHECK(warnings(made).empty() == (landlock_abi() >= landlock_abi_of_truncate));
    }
}

TEST_CASE("isolation_of_the_defaults_is_that_of_every_child_and_limits_are_merged") {
    const scratch_directory scratch;
    const std::string defaults = "[defaults]\numask = \"0077\"\nnetwork = false\n"
                                 "rlimits = { files = 100, core_bytes = 0 }\n";
    const auto all = isolation_of(scratch.load("a.toml", defaults + child("")));
    CHECK(all.umask == mode_t{077});
    CHECK_FALSE(all.has_network);
    const auto own = isolation_of(scratch.load(
        "a.toml", defaults + child("umask = \"\"\nnetwork = true\nrlimits = { files = 200 }\n")));
    CHECK_FALSE(own.umask.has_value());
    CHECK(own.has_network);
    CHECK(own.limits.files == 200);
    CHECK(own.limits.core_bytes == 0);
}

TEST_CASE("what_isolation_cannot_be_is_reported_with_its_place") {
    const scratch_directory scratch;
    const auto made = scratch.load("a.toml", child("user = \"no such user\"\numask = \"rwx\"\n"
                                                   "rlimits = { files = 1, memory = 5 }\n"
                                                   "landlock = { read = [\"nowhere\", \"\"] }\n"));
    auto found = errors(made);
    if (landlock_abi() == 0) std::erase(found, "7 children[0].landlock");
    CHECK(found == list{"4 children[0].user", "5 children[0].umask", "6 children[0].rlimits.files",
                        "6 children[0].rlimits.memory", "7 children[0].landlock.read[0]",
                        "7 children[0].landlock.read[1]"});
    CHECK(says(made, "there is no user 'no such user' on this machine"));
    CHECK(says(made, "write umask = \"0027\""));
    CHECK(says(made, "did you mean memory_bytes?"));
    const auto empty = scratch.load("b.toml", child("landlock = {}\n"));
    CHECK(says(empty, "without paths the child could not even read its program"));
    const auto group =
        scratch.load("c.toml", child("user = \"root\"\ngroup = \"no such group\"\n"));
    CHECK(errors(group) == list{"5 children[0].group"});
}

TEST_CASE("a_disabled_child_is_not_held_against_this_machine") {
    const scratch_directory scratch;
    const auto made = scratch.load("a.toml", child("user = \"no such user\"\nenabled = false\n"
                                                   "landlock = { read = [\"/no/such/path\"] }\n"));
    CHECK(errors(made).empty());
}

TEST_CASE("isolation_means_nothing_to_a_server_at_a_url") {
    const scratch_directory scratch;
    const auto made = scratch.load(
        "a.toml", "[[children]]\nname = \"a\"\nurl = \"https://h/\"\numask = \"0077\"\n"
                  "network = false\nrlimits = { files = 100 }\n");
    CHECK(warnings(made) ==
          list{"4 children[0].umask", "5 children[0].network", "6 children[0].rlimits"});
}
