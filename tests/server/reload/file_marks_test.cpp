// SPDX-License-Identifier: Apache-2.0
#include "server/reload/file_marks.hpp"

#include "tests/support/temporary_directory.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>

using namespace mcpgw;
namespace fs = std::filesystem;

TEST_CASE("a_file_has_another_mark_when_it_is_written_or_replaced") {
    const temporary_directory place;
    const auto path = place.str() + "/a.toml";
    CHECK(mark_of(path) == file_mark{});
    std::ofstream{path} << "x";
    const auto written = mark_of(path);
    CHECK_FALSE(written == file_mark{});
    CHECK(mark_of(path) == written);
    std::ofstream{path} << "xyz";
    const auto longer = mark_of(path);
    CHECK_FALSE(longer == written);
    std::ofstream{place.str() + "/new"} << "xyz";
    fs::rename(place.str() + "/new", path);
    CHECK_FALSE(mark_of(path) == longer);
}

TEST_CASE("the_mark_of_a_link_is_that_of_where_it_leads") {
    const temporary_directory place;
    std::ofstream{place.str() + "/one"} << "1";
    std::ofstream{place.str() + "/two"} << "2";
    const auto link = place.str() + "/link";
    fs::create_symlink("one", link);
    CHECK(mark_of(link) == mark_of(place.str() + "/one"));
    fs::remove(link);
    fs::create_symlink("two", link);
    CHECK(mark_of(link) == mark_of(place.str() + "/two"));
}

TEST_CASE("what_was_written_after_a_moment_has_changed_since") {
    const temporary_directory place;
    const auto path = place.str() + "/a.toml";
    const auto before = std::chrono::system_clock::now();
    std::ofstream{path} << "x";
    CHECK(has_changed_since(mark_of(path), before));
    CHECK_FALSE(has_changed_since(mark_of(path), before + std::chrono::hours{1}));
    CHECK_FALSE(has_changed_since(file_mark{}, before)); // not there
}

TEST_CASE("a_directory_of_this_machine_is_not_remote") {
    CHECK_FALSE(is_on_remote_filesystem("/proc"));
    CHECK_FALSE(is_on_remote_filesystem("/there/is/no/such/place"));
}
