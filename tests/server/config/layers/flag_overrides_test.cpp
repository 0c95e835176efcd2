// SPDX-License-Identifier: Apache-2.0
#include "server/config/layers/flag_overrides.hpp"

#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>

using namespace mcpgw;
using namespace mcpgw::config_test;

namespace fs = std::filesystem;

TEST_CASE("flags_that_were_set_are_read_again_and_only_this_user_may_write_them") {
    const scratch_directory scratch;
    const auto path = scratch.path("state/mcp-gateway/x.flags.json");
    const flag_overrides kept{path};
    CHECK(kept.read()->empty());
    const flag_values values{{"enable_github", true}, {"quoted \"name\"", false}};
    REQUIRE_FALSE(kept.write(values).has_error());
    CHECK(*kept.read() == values);
    CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(std::distance(fs::directory_iterator{fs::path{path}.parent_path()}, {}) == 1);
    REQUIRE_FALSE(kept.write({}).has_error());
    CHECK_FALSE(fs::exists(path));
    REQUIRE_FALSE(kept.write({}).has_error());
}

TEST_CASE("a_file_of_flags_that_others_may_write_to_is_not_used") {
    const scratch_directory scratch;
    const auto path = scratch.write("x.flags.json", R"({"a":true})");
    const flag_overrides kept{path};
    CHECK(kept.read().has_value());
    fs::permissions(path, fs::perms::all);
    CHECK(kept.read().has_error());
    // Nor is a link followed, whatever it leads to.
    fs::create_symlink(scratch.write("y", R"({"a":true})"), scratch.path("link"));
    CHECK(flag_overrides{scratch.path("link")}.read().has_error());
}

TEST_CASE("a_file_of_flags_that_says_something_else_is_told") {
    const scratch_directory scratch;
    for (const auto* const text : {"", "[]", "{\"a\":1}", "{\"a\":true", "{\"a\":\"true\"}"}) {
        CAPTURE(text);
        CHECK(flag_overrides{scratch.write("x", text)}.read().has_error());
    }
}

TEST_CASE("flags_that_cannot_be_written_are_an_error_and_leave_the_old_ones") {
    const scratch_directory scratch;
    scratch.write("file", "");
    CHECK(flag_overrides{scratch.path("file/x")}.write({{"a", true}}).has_error());
    CHECK(flag_overrides{""}.write({{"a", true}}).has_error());
    CHECK(flag_overrides{""}.read()->empty());
    // What one that was killed left behind is in nobody's way.
    scratch.write("y.new", "{");
    CHECK_FALSE(flag_overrides{scratch.path("y")}.write({{"a", true}}).has_error());
    CHECK(flag_overrides{scratch.path("y")}.read()->at("a"));
}
