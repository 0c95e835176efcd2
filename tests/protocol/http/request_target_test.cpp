// SPDX-License-Identifier: Apache-2.0
#include "protocol/http/request_target.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string_view>
#include <vector>

namespace mcpgw {
namespace {

TEST_CASE("a_target_is_taken_apart_in_each_of_its_forms") {
    struct row {
        std::string_view target, authority, path, query;
    };
    const std::vector<row> rows{
        {"/mcp", "", "/mcp", ""},
        {"/mcp/", "", "/mcp", ""},
        {"/mcp//", "", "/mcp/", ""},
        {"/mcp?a=/b/", "", "/mcp", "a=/b/"},
        {"/mcp/?", "", "/mcp", ""},
        {"/mcp#x?y", "", "/mcp", ""},
        {"/", "", "/", ""},
        {"", "", "/", ""},
        {"*", "", "*", ""},
        {"?a", "", "/", "a"},
        {"http://host", "host", "/", ""},
        {"http://host?a", "host", "/", "a"},
        {"HTTPS://host:1/mcp/?q", "host:1", "/mcp", "q"},
        {"http://[::1]:8080/servers/a/mcp", "[::1]:8080", "/servers/a/mcp", ""},
        {"http:///mcp", "", "/mcp", ""},
        {"ftp://host/mcp", "", "ftp://host/mcp", ""},
        {"/http://host/mcp", "", "/http://host/mcp", ""},
        {"host:443", "", "host:443", ""},
    };
    for (const auto& r : rows) {
        CAPTURE(r.target);
        const auto found = split_target(r.target);
        CHECK(found.authority == r.authority);
        CHECK(found.path == r.path);
        CHECK(found.query == r.query);
    }
}

} // namespace
} // namespace mcpgw
