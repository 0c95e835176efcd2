// SPDX-License-Identifier: Apache-2.0
#include "server/config/layers/include_pattern.hpp"

#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>

using namespace mcpgw;
using namespace mcpgw::config_test;

using list = std::vector<std::string>;

TEST_CASE("a_pattern_finds_files_by_name_without_those_that_editors_leave") {
    const scratch_directory scratch;
    for (const auto* const name : {"conf.d/b.toml", "conf.d/a.toml", "conf.d/a.toml~",
                                   "conf.d/.#c.toml", "conf.d/.d.toml", "conf.d/x.json"})
        scratch.write(name, "");
    std::filesystem::create_directories(scratch.path("conf.d/dir.toml"));
    used_files files;
    const auto found = find_included(scratch.path("conf.d/*.toml"), files);
    CHECK(found.problem.empty());
    CHECK(found.paths == list{scratch.path("conf.d/a.toml"), scratch.path("conf.d/b.toml")});
    CHECK(files.list() == list{scratch.path("conf.d")}); // what is read is added by its reader
}

TEST_CASE("a_pattern_may_find_nothing_and_its_directory_may_be_missing") {
    const scratch_directory scratch;
    used_files files;
    const auto found = find_included(scratch.path("conf.d/*.toml"), files);
    CHECK(found.problem.empty());
    CHECK(found.paths.empty());
    CHECK(files.list() == list{scratch.path("conf.d")});
}

TEST_CASE("a_path_without_a_pattern_must_be_a_file") {
    const scratch_directory scratch;
    used_files files;
    CHECK(find_included(scratch.path("none.toml"), files).problem == "the file does not exist");
    CHECK(files.list() == list{scratch.path("none.toml")});
    CHECK(find_included(scratch.path("bin"), files).problem == "is a directory");
    CHECK(find_included(scratch.path("bin/tool"), files).paths == list{scratch.path("bin/tool")});
    CHECK_FALSE(find_included(scratch.path("*/x.toml"), files).problem.empty());
}
