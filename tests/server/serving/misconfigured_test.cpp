// SPDX-License-Identifier: Apache-2.0
#include "server/serving/misconfigured.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace mcpgw {
namespace {

TEST_CASE("problems_are_said_line_by_line_the_errors_first") {
    config_problem warning;
    warning.level = config_problem::severity::warning;
    warning.file = "g.toml";
    warning.line = 1;
    warning.message = "odd";
    config_problem error;
    error.file = "g.toml";
    error.line = 7;
    error.key = "http.listen";
    error.message = "wrong type";
    error.hint = "write a text";
    CHECK(problem_lines({warning, error}) ==
          "error: g.toml:7: http.listen: wrong type (write a text)\nwarning: g.toml:1: odd\n");
    const auto many = problem_lines(std::vector<config_problem>(200, error));
    CHECK(many.ends_with("and 150 more: mcp-gateway check shows all\n"));
}

} // namespace
} // namespace mcpgw
