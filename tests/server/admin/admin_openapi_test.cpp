// SPDX-License-Identifier: Apache-2.0
#include "server/admin/admin_openapi.hpp"

#include "protocol/ascii.hpp"
#include "server/admin/admin_error.hpp"
#include "server/admin/admin_routes.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

using namespace mcpgw;
namespace json = boost::json;

namespace {

/// Each "$ref" in it, and what it names.
void collect_references(const json::value& value, std::set<std::string>& into) {
    if (const auto* const array = value.if_array())
        for (const auto& item : *array) collect_references(item, into);
    const auto* const object = value.if_object();
    if (object == nullptr) return;
    for (const auto& [key, member] : *object)
        if (key == "$ref")
            into.emplace(member.as_string());
        else
            collect_references(member, into);
}

} // namespace

// MCPGW_WRITE_DOCS=1 writes it anew.
TEST_CASE("the_description_in_the_documents_is_the_one_that_is_served") {
    const std::string path = MCPGW_SOURCE_DIR "/docs/admin-openapi.json";
    const auto expected = std::string{admin_openapi()} + "\n";
    if (std::getenv("MCPGW_WRITE_DOCS") != nullptr) std::ofstream(path) << expected;
    std::ifstream file{path};
    const std::string written{std::istreambuf_iterator<char>{file}, {}};
    CHECK(written == expected);
}

TEST_CASE("each_route_is_described_and_nothing_else") {
    const auto root = json::parse(admin_openapi());
    std::size_t described = 0;
    for (const auto& [path, operations] : root.at("paths").as_object())
        described += operations.as_object().size();
    CHECK(described == admin_routes().size());
    for (const auto& route : admin_routes()) {
        const auto& operation =
            root.at("paths").at(route.path).at(lower_case(route.method)).as_object();
        CHECK(operation.at("operationId") == json::value(route.id));
        CHECK(operation.contains("requestBody") == !route.body_schema.empty());
    }
}

TEST_CASE("whatever_is_referred_to_is_there_and_the_other_way_round") {
    const auto root = json::parse(admin_openapi());
    std::set<std::string> used;
    collect_references(root, used);
    std::set<std::string> there;
    for (const auto* const kind : {"schemas", "parameters", "responses"})
        for (const auto& [name, value] : root.at("components").at(kind).as_object())
            there.insert("#/components/" + std::string{kind} + "/" + std::string{name});
    CHECK(used == there);
}

TEST_CASE("each_error_has_its_place_in_the_description") {
    const auto root = json::parse(admin_openapi());
    std::set<std::string> names;
    for (const auto& name :
         root.at("components").at("schemas").at("ErrorCode").at("enum").as_array())
        names.emplace(name.as_string());
    CHECK(names.size() == admin_error_rows().size());
    for (const auto& row : admin_error_rows()) {
        CHECK(names.contains(std::string{row.name}));
        CHECK(describe(row.code).name == row.name);
    }
}
