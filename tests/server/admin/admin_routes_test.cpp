// SPDX-License-Identifier: Apache-2.0
#include "server/admin/admin_routes.hpp"

#include <catch2/catch_test_macros.hpp>

#include <set>
#include <utility>

using namespace mcpgw;

TEST_CASE("a_path_is_found_with_the_name_in_it") {
    const auto found = find_admin_routes("/v1/servers/git.hub/restart");
    REQUIRE(found.routes.size() == 1);
    CHECK(found.routes.front()->id == "restartServer");
    CHECK(found.name == "git.hub");
    const auto one = find_admin_routes("/v1/servers/a");
    REQUIRE(one.routes.size() == 2);
    CHECK(one.name == "a");
    CHECK(find_admin_routes("/v1/servers").routes.size() == 2);
}

TEST_CASE("paths_that_are_not_there_are_not_found") {
    for (const auto* const path :
         {"/", "/v1", "/v1/servers/", "/v1/servers/a/b", "/v1/servers//logs", "/v1/servers/logs/",
          "/v2/status", "", "/v1/flags/"})
        CHECK(find_admin_routes(path).routes.empty());
}

TEST_CASE("no_two_operations_have_one_name_or_one_place") {
    std::set<std::string_view> ids;
    std::set<std::pair<std::string_view, std::string_view>> places;
    for (const auto& route : admin_routes()) {
        CHECK(ids.insert(route.id).second);
        CHECK(places.insert({route.method, route.path}).second);
    }
}
