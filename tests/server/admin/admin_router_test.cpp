// SPDX-License-Identifier: Apache-2.0
#include "server/admin/admin_router.hpp"

#include "tests/support/fake_admin_actions.hpp"
#include "tests/support/io_loop.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
namespace json = boost::json;

namespace {

task<> ask(admin_actions& actions, admin_request request, admin_reply& reply) {
    abort_signal abort;
    reply = co_await answer_admin(actions, std::move(request), abort);
}

class asked_router {
public:
    admin_reply ask(const std::string& method, const std::string& target,
                    const std::string& body = {}, const std::string& type = "application/json") {
        admin_reply reply;
        loop_.run(::ask(actions, {method, target, type, body}, reply));
        return reply;
    }
    std::string code(const admin_reply& reply) {
        const auto value = json::parse(reply.body);
        const auto& error = value.at("error").as_object();
        CHECK_FALSE(error.at("message").as_string().empty());
        return std::string{error.at("code").as_string()};
    }

private:
    io_test::io_loop loop_;

public:
    fake_admin_actions actions{loop_.ex()};
};

} // namespace

TEST_CASE("each_route_asks_for_its_action") {
    asked_router router;
    for (const auto& [method, target] :
         std::vector<std::pair<std::string, std::string>>{{"GET", "/v1/status"},
                                                          {"POST", "/v1/reload"},
                                                          {"POST", "/v1/reload?dry_run"},
                                                          {"POST", "/v1/reload?dry_run=true&x=1"},
                                                          {"POST", "/v1/reload?dry_run=false"},
                                                          {"GET", "/v1/servers"},
                                                          {"GET", "/v1/servers/a"},
                                                          {"DELETE", "/v1/servers/a"},
                                                          {"POST", "/v1/servers/a/enable"},
                                                          {"POST", "/v1/servers/a/disable"},
                                                          {"POST", "/v1/servers/a/restart"},
                                                          {"GET", "/v1/servers/a/logs"},
                                                          {"GET", "/v1/flags"},
                                                          {"DELETE", "/v1/flags/f"},
                                                          {"GET", "/v1/views"}}) {
        INFO(method << " " << target);
        CHECK(router.ask(method, target).status == 200);
    }
    CHECK(router.ask("POST", "/v1/servers", R"({"name":"a","command":"b"})").status == 201);
    CHECK(router.ask("PUT", "/v1/flags/f", R"({"value":true})").status == 200);
    CHECK(router.ask("PUT", "/v1/flags/f", R"({"value":"on"})").status == 200);
    CHECK(router.actions.asked ==
          std::vector<std::string>{
              "status", "reload", "reload dry", "reload dry", "reload", "servers", "server a",
              "remove a", "enable a", "disable a", "restart a", "logs a", "flags", "unset f",
              "views", R"(add {"name":"a","command":"b"})", "set f true", "set f \"on\""});
}

TEST_CASE("what_an_action_says_is_the_reply") {
    asked_router router;
    CHECK(router.ask("GET", "/v1/servers/a").body == R"({"asked":"server a"})");
    const auto refused = router.ask("GET", "/v1/servers/none");
    CHECK(refused.status == 404);
    CHECK(router.code(refused) == "SERVER_NOT_FOUND");
}

TEST_CASE("an_action_that_throws_is_an_error_of_that_request_alone") {
    asked_router router;
    const auto reply = router.ask("GET", "/v1/servers/bug");
    CHECK(reply.status == 500);
    CHECK(router.code(reply) == "INTERNAL_ERROR");
    CHECK(router.ask("GET", "/v1/servers/a").status == 200);
}

TEST_CASE("unknown_paths_and_methods_are_told") {
    asked_router router;
    const auto nowhere = router.ask("GET", "/v1/nothing");
    CHECK(nowhere.status == 404);
    CHECK(router.code(nowhere) == "PATH_NOT_FOUND");
    const auto method = router.ask("PATCH", "/v1/servers/a");
    CHECK(method.status == 405);
    CHECK(method.allow == "GET, DELETE");
    CHECK(router.actions.asked.empty());
}

TEST_CASE("a_body_that_is_none_does_not_reach_the_action") {
    asked_router router;
    const auto as_form = router.ask("POST", "/v1/servers", "name=a", "text/plain");
    CHECK(as_form.status == 415);
    CHECK(router.ask("POST", "/v1/servers", "{}", "").status == 415);
    for (const auto* const body : {"", "{", "[]", "1", "{}x"})
        CHECK(router.ask("POST", "/v1/servers", body).status == 400);
    for (const auto* const body : {"{}", R"({"value":1})", R"({"value":true,"x":1})"})
        CHECK(router.ask("PUT", "/v1/flags/f", body).status == 400);
    CHECK(router.actions.asked.empty());
    CHECK(router.ask("POST", "/v1/servers", "{}", "Application/JSON; charset=utf-8").status == 201);
}

TEST_CASE("the_description_is_served") {
    asked_router router;
    const auto reply = router.ask("GET", "/v1/openapi.json");
    CHECK(reply.status == 200);
    CHECK(json::parse(reply.body).at("openapi") == "3.1.0");
}
