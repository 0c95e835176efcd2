// SPDX-License-Identifier: Apache-2.0
#include "server/config/format/config_files.hpp"

#include "tests/support/temporary_directory.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <string>

using namespace mcpgw;

TEST_CASE("a_file_that_fails_while_it_is_read_is_none") {
    CHECK_FALSE(read_text_file("/proc/self/mem", 100).has_value()); // EIO at its first byte
    CHECK_FALSE(read_text_file("/proc/self", 100).has_value());
    CHECK_FALSE(read_text_file("/no/such/file", 100).has_value());
}

TEST_CASE("a_file_of_just_the_limit_is_read_and_one_byte_more_is_not") {
    const temporary_directory place;
    for (const std::size_t bytes : {0U, 1U, 4'095U, 4'096U, 4'097U, 8'192U}) {
        const auto path = (std::filesystem::path{place.str()} / "text").string();
        std::ofstream(path) << std::string(bytes, 'x');
        CHECK(read_text_file(path, bytes) == std::string(bytes, 'x'));
        if (bytes > 0) CHECK_FALSE(read_text_file(path, bytes - 1).has_value());
    }
}
