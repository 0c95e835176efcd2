// SPDX-License-Identifier: Apache-2.0
#include "server/admin/admin_openapi.hpp"

#include "protocol/ascii.hpp"
#include "server/admin/admin_error.hpp"
#include "server/admin/admin_routes.hpp"
#include "server/config/format/pretty_json.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

namespace mcpgw {

namespace json = boost::json;

namespace {

json::object reference(std::string_view kind, std::string_view name) {
    return {{"$ref", fmt::format("#/components/{}/{}", kind, name)}};
}

json::object content_of(std::string_view schema) {
    return {{"application/json", json::object{{"schema", reference("schemas", schema)}}}};
}

/// The codes that come with a status.
std::string codes_of(int status) {
    std::string names;
    for (const auto& row : admin_error_rows())
        if (row.http_status == status) names += (names.empty() ? "" : ", ") + std::string{row.name};
    return names;
}

json::object replies_of(const admin_route& route) {
    json::object replies;
    replies[std::to_string(route.status)] =
        json::object{{"description", "Done."}, {"content", content_of(route.reply_schema)}};
    std::set<std::string> statuses{"400", "401", "403", "500", "503"};
    if (!route.body_schema.empty()) statuses.insert({"413", "415"});
    for (auto left = route.errors; !left.empty();) {
        const auto end = std::min(left.find(' '), left.size());
        statuses.emplace(left.substr(0, end));
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    for (const auto& status : statuses) replies[status] = reference("responses", status);
    return replies;
}

json::object operation_of(const admin_route& route) {
    json::object operation{{"operationId", route.id}, {"summary", route.summary}};
    json::array parameters;
    if (route.path.find("{name}") != std::string_view::npos)
        parameters.push_back(reference("parameters", "name"));
    if (route.id == "reload") parameters.push_back(reference("parameters", "dry_run"));
    if (!parameters.empty()) operation["parameters"] = std::move(parameters);
    if (!route.body_schema.empty())
        operation["requestBody"] =
            json::object{{"required", true}, {"content", content_of(route.body_schema)}};
    operation["responses"] = replies_of(route);
    return operation;
}

json::object parameters() {
    return {
        {"name",
         {{"name", "name"}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}}},
        {"dry_run",
         {{"name", "dry_run"},
          {"in", "query"},
          {"description", "Say what would change, and change nothing."},
          {"schema", {{"type", "boolean"}, {"default", false}}}}}};
}

json::object responses() {
    json::object made;
    for (const auto& row : admin_error_rows())
        if (row.code != admin_errc::method_not_allowed) // of what is not described
            made[std::to_string(row.http_status)] = {{"description", codes_of(row.http_status)},
                                                     {"content", content_of("Error")}};
    return made;
}

json::object schemas() {
    auto made = json::parse(admin_schemas()).as_object();
    json::array codes;
    for (const auto& row : admin_error_rows()) codes.emplace_back(row.name);
    made["ErrorCode"] = {{"type", "string"}, {"enum", std::move(codes)}};
    return made;
}

std::string describe_all() {
    json::object paths;
    for (const auto& route : admin_routes()) {
        auto& path = paths[route.path];
        if (!path.is_object()) path.emplace_object();
        path.as_object()[lower_case(route.method)] = operation_of(route);
    }
    json::object root{{"openapi", "3.1.0"}};
    root["info"] = {
        {"title", "mcp-gateway admin interface"},
        {"version", "1"},
        {"description",
         "What a running gateway can be asked and told. On the Unix socket of the gateway, for "
         "processes of its own user, and over TCP where that is configured. See docs/admin.md."}};
    root["servers"] = json::array{json::object{{"url", "http://localhost"}}};
    root["security"] = json::array{json::object{}, json::object{{"token", json::array{}}}};
    root["paths"] = std::move(paths);
    root["components"] = {
        {"securitySchemes",
         {{"token",
           {{"type", "http"}, {"scheme", "bearer"}, {"description", "Over TCP: admin.token."}}}}},
        {"parameters", parameters()},
        {"responses", responses()},
        {"schemas", schemas()}};
    return pretty_json(root);
}

} // namespace

std::string_view admin_openapi() {
    static const auto text = describe_all();
    return text;
}

} // namespace mcpgw
