// SPDX-License-Identifier: Apache-2.0
#include "server/config/sections/config_remote.hpp"

#include "server/config/config_plan.hpp"
#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::config_test;

using list = std::vector<std::string>;

namespace {

/// A file with one child named "a"; its keys are in lines 3 and following.
std::string child(std::string_view keys) {
    return "[[children]]\nname = \"a\"\n" + std::string{keys};
}

} // namespace

TEST_CASE("remote_child_is_read_with_its_variables") {
    const scratch_directory scratch;
    scratch.write("ca.pem", "x");
    const auto made = scratch.load("c.toml",
                                   child("url = \"https://${HOST}/mcp\"\n"
                                         "transport = \"streamable_http\"\n"
                                         "bearer_token = \"${TOKEN}\"\n"
                                         "headers = { X-A = \"${A}b\" }\n"
                                         "ca_file = \"ca.pem\"\nconnect_timeout = 2.5\n"),
                                   {{"HOST", "h.example"}, {"TOKEN", "t"}, {"A", "a"}});
    CAPTURE(printed(made.problems));
    REQUIRE(made.problems.empty());
    const auto& remote = made.value.children.at(0).remote;
    CHECK(remote.url == "https://h.example/mcp");
    CHECK(remote.transport == remote_transport::streamable_http);
    CHECK(remote.bearer_token == "t");
    CHECK(remote.headers.at("X-A") == "ab");
    CHECK(remote.ca_file == scratch.path("ca.pem"));
    CHECK(remote.connect_timeout == std::chrono::milliseconds{2500});
}

TEST_CASE("child_has_either_a_command_or_a_url") {
    const scratch_directory scratch;
    const auto both = scratch.load("a.toml", child("command = \"tool\"\nurl = \"https://h/\"\n"));
    CHECK(errors(both) == list{"4 children[0].url"});
    const auto none = scratch.load("b.toml", child("args = []\n"));
    CHECK(errors(none) == list{"1 children[0]"});
    CHECK(printed(none.problems).find("or url = ") != std::string::npos);
}

TEST_CASE("urls_that_cannot_be_used_are_errors_that_hide_their_secrets") {
    const scratch_directory scratch;
    for (const auto* const url : {"h.example/mcp", "ftp://hunter2.example/",
                                  "https://me:hunter2@h.example/", "", "https://h:hunter2/"}) {
        CAPTURE(url);
        const auto made = scratch.load("c.toml", child("url = \"" + std::string{url} + "\"\n"));
        CHECK(errors(made) == list{"3 children[0].url"});
        CHECK(printed(made.problems).find("hunter2") == std::string::npos);
    }
}

TEST_CASE("headers_that_cannot_be_sent_are_errors") {
    const scratch_directory scratch;
    const auto made = scratch.load("c.toml", child("url = \"https://h/\"\nbearer_token = \"x\"\n"
                                                   "[children.headers]\n"
                                                   "\"bad name\" = \"x\"\n"
                                                   "Host = \"x\"\n"
                                                   "mcp-session-id = \"x\"\n"
                                                   "X-A = \"hunter2\\r\\nX-B: y\"\n"
                                                   "authorization = \"x\"\n"
                                                   "X-Good = \"x\"\n"));
    CHECK(errors(made) == list{"6 children[0].headers.bad name", "7 children[0].headers.Host",
                               "8 children[0].headers.mcp-session-id", "9 children[0].headers.X-A",
                               "10 children[0].headers.authorization"});
    CHECK(printed(made.problems).find("hunter2") == std::string::npos);
}

TEST_CASE("credentials_over_plain_http_are_warned_of_unless_they_stay_here") {
    const scratch_directory scratch;
    const auto token = [&](std::string_view url) {
        return warnings(scratch.load(
            "c.toml", child("url = \"" + std::string{url} + "\"\nbearer_token = \"hunter2\"\n")));
    };
    CHECK(token("http://h.example/") == list{"3 children[0].url"});
    CHECK(token("https://h.example/").empty());
    CHECK(token("http://127.0.0.1:8080/").empty());
    CHECK(token("http://localhost/").empty());
    CHECK(warnings(scratch.load("d.toml", child("url = \"http://h.example/\"\n"))).empty());
}

TEST_CASE("keys_without_meaning_for_the_kind_of_child_are_warned_of") {
    const scratch_directory scratch;
    const auto remote =
        scratch.load("a.toml", child("url = \"https://h/\"\nargs = [\"x\"]\ncwd = \"bin\"\n"));
    CHECK(warnings(remote) == list{"4 children[0].args", "5 children[0].cwd"});
    CHECK(remote.is_usable());
    const auto local = scratch.load("b.toml", child("command = \"tool\"\ntransport = \"sse\"\n"
                                                    "bearer_token = \"hunter2\"\n"));
    CHECK(warnings(local) == list{"4 children[0].transport", "5 children[0].bearer_token"});
    CHECK(printed(local.problems).find("hunter2") == std::string::npos);
}

TEST_CASE("a_ca_file_that_holds_another_certificate_is_another_one") {
    const scratch_directory scratch;
    const auto config = child("url = \"https://h/\"\nca_file = \"ca.pem\"\n");
    scratch.write("ca.pem", "one");
    const auto before = scratch.load("c.toml", config);
    CHECK(plan_change(before.value, scratch.load("c.toml", config).value).is_empty());
    scratch.write("ca.pem", "two");
    const auto plan = plan_change(before.value, scratch.load("c.toml", config).value);
    REQUIRE(plan.changed.size() == 1);
    CHECK(plan.changed[0].needs_new_process());
    CHECK(plan.changed[0].keys.at(0).key == "ca_file");
}

TEST_CASE("ca_file_that_is_not_there_is_an_error") {
    const scratch_directory scratch;
    const auto made = scratch.load("c.toml", child("url = \"https://h/\"\nca_file = \"no.pem\"\n"));
    CHECK(errors(made) == list{"4 children[0].ca_file"});
}
