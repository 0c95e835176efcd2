// SPDX-License-Identifier: Apache-2.0
#include "server/admin/managed_file.hpp"

#include "tests/support/temporary_directory.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>

#include <sys/stat.h>

using namespace mcpgw;
namespace fs = std::filesystem;

TEST_CASE("the_file_is_written_as_a_whole_for_its_owner_alone") {
    const temporary_directory place;
    const managed_file file{place.str() + "/conf.d/managed.toml"};
    CHECK(file.read().value() == "");
    REQUIRE_FALSE(file.write("one\n").has_error());
    CHECK(file.read().value() == "one\n");
    struct stat about {};
    REQUIRE(::stat(file.path().c_str(), &about) == 0);
    CHECK((about.st_mode & 0777U) == 0600);
    REQUIRE_FALSE(file.write("two\n").has_error());
    CHECK(file.read().value() == "two\n");
    REQUIRE_FALSE(file.write("").has_error());
    CHECK_FALSE(fs::exists(file.path()));
    CHECK_FALSE(file.write("").has_error());
    CHECK(fs::is_empty(place.str() + "/conf.d"));
}

TEST_CASE("what_one_who_was_ended_has_left_is_no_hindrance") {
    const temporary_directory place;
    const managed_file file{place.str() + "/managed.toml"};
    std::ofstream{file.path() + ".tmp"} << "half";
    REQUIRE_FALSE(file.write("whole\n").has_error());
    CHECK(file.read().value() == "whole\n");
}

TEST_CASE("a_place_where_nothing_can_be_written_is_told") {
    const temporary_directory place;
    std::ofstream{place.str() + "/conf.d"} << "a file";
    const managed_file file{place.str() + "/conf.d/managed.toml"};
    const auto written = file.write("x");
    REQUIRE(written.has_error());
    CHECK(written.error().code == admin_errc::not_written);
    CHECK(written.error().message.find("managed.toml") != std::string::npos);
}

TEST_CASE("an_entry_needs_a_name_and_one_way_to_reach_the_server") {
    const auto is_good = [](std::string_view text) {
        return !server_entry(boost::json::parse(text).as_object()).has_error();
    };
    CHECK(is_good(R"({"name":"a","command":"x"})"));
    CHECK(is_good(R"({"name":"a.b-c_d","url":"https://x"})"));
    CHECK_FALSE(is_good(R"({"command":"x"})"));
    CHECK_FALSE(is_good(R"({"name":"a b","command":"x"})"));
    CHECK_FALSE(is_good(R"({"name":1,"command":"x"})"));
    CHECK_FALSE(is_good(R"({"name":"a"})"));
    CHECK_FALSE(is_good(R"({"name":"a","command":"x","url":"https://x"})"));
}

TEST_CASE("a_file_that_is_not_ours_any_more_is_refused_with_the_reason") {
    const managed_file file{"/x/managed.toml"};
    const auto read = file.parse("[gateway]\n");
    REQUIRE(read.has_error());
    CHECK(read.error().code == admin_errc::configuration_invalid);
    REQUIRE(read.error().problems.size() == 1);
    CHECK(read.error().problems.front() ==
          "/x/managed.toml:1: gateway: is nothing that mcp-gateway writes into this file (move it "
          "to a file of yours)");
}
