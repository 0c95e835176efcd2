// SPDX-License-Identifier: Apache-2.0
#include "server/admin/admin_router.hpp"

#include "protocol/ascii.hpp"
#include "protocol/http/request_target.hpp"
#include "server/admin/admin_openapi.hpp"
#include "server/admin/admin_routes.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>

namespace mcpgw {

namespace json = boost::json;

namespace {

std::string methods_of(const admin_match& found) {
    std::string list;
    for (const auto* const route : found.routes)
        list += (list.empty() ? "" : ", ") + std::string{route->method};
    return list;
}

bool is_json(std::string_view content_type) {
    return lower_case(trim(content_type.substr(0, content_type.find(';')))) == "application/json";
}

admin_result<json::object> body_of(const admin_request& request, const admin_route& route) {
    if (route.body_schema.empty()) return json::object{};
    if (!is_json(request.content_type))
        return admin_error{admin_errc::unsupported_media_type,
                           "the body must be JSON, with Content-Type: application/json"};
    boost::system::error_code ec;
    auto value = json::parse(request.body, ec);
    if (ec)
        return admin_error{admin_errc::bad_request,
                           fmt::format("the body is no JSON: {}", ec.message())};
    if (!value.is_object())
        return admin_error{admin_errc::bad_request, "the body must be a JSON object"};
    return std::move(value.as_object());
}

/// An action that throws is a bug, or there is no memory for it.
task<admin_actions::answer> run(const admin_route& route, admin_actions& actions,
                                const admin_call& call) {
    try {
        auto done = co_await route.run(actions, call);
        co_return done;
    } catch (const std::exception& e) {
        co_return admin_error{admin_errc::internal_error, e.what()};
    }
}

} // namespace

admin_reply reply_of(const admin_error& error) {
    return {describe(error.code).http_status, error.json()};
}

task<admin_reply> answer_admin(admin_actions& actions, admin_request request, abort_signal& abort) {
    const auto target = split_target(request.target);
    const auto found = find_admin_routes(target.path);
    if (found.routes.empty())
        co_return reply_of({admin_errc::path_not_found,
                            "nothing is at this path; GET /v1/openapi.json describes all"});
    const auto route = std::ranges::find_if(
        found.routes, [&request](const auto* const one) { return one->method == request.method; });
    if (route == found.routes.end()) {
        auto refused = reply_of(
            {admin_errc::method_not_allowed, fmt::format("this path takes {}", methods_of(found))});
        refused.allow = methods_of(found);
        co_return refused;
    }
    if ((*route)->run == nullptr) co_return admin_reply{200, std::string{admin_openapi()}};
    auto body = body_of(request, **route);
    if (body.has_error()) co_return reply_of(body.error());
    const admin_call call{found.name, std::string{target.query}, std::move(*body), &abort};
    const auto done = co_await run(**route, actions, call);
    if (done.has_error()) co_return reply_of(done.error());
    co_return admin_reply{(*route)->status, json::serialize(*done)};
}

} // namespace mcpgw
