// SPDX-License-Identifier: Apache-2.0
#include "server/config/format/used_files.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <filesystem>

using namespace mcpgw;

TEST_CASE("used_files_are_listed_once_absolute_and_in_order") {
    used_files files;
    files.add("/etc/b/../a.toml");
    files.add("/etc/a.toml");
    files.add("x.toml");
    files.add("");
    const auto here = (std::filesystem::current_path() / "x.toml").string();
    auto expected = std::vector<std::string>{"/etc/a.toml", here};
    std::ranges::sort(expected);
    CHECK(files.list() == expected);
}

TEST_CASE("a_path_beside_a_file_is_absolute_without_dots") {
    CHECK(path_beside("/etc/gateway/x.toml", "../ca.pem") == "/etc/ca.pem");
    CHECK(path_beside("/etc/gateway/x.toml", "/ca.pem") == "/ca.pem");
    CHECK(path_beside("x.toml", "ca.pem") == (std::filesystem::current_path() / "ca.pem").string());
}
