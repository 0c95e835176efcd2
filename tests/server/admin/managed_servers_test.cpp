// SPDX-License-Identifier: Apache-2.0
#include "server/admin/managed_servers.hpp"

#include "server/admin/managed_file.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;

namespace {

managed_servers parsed(std::string_view text) {
    problem_log problems{"managed.toml"};
    auto read = managed_servers::parse(text, problems);
    REQUIRE(read);
    return *read;
}

config_node entry(std::string_view text) {
    const auto made = server_entry(boost::json::parse(text).as_object());
    REQUIRE_FALSE(made.has_error());
    return *made;
}

/// Without the comment at its head.
std::string body_of(const managed_servers& servers) {
    const auto text = servers.toml();
    CHECK(parsed(text).toml() == text);
    return text.substr(text.find("\n\n") + 1);
}

} // namespace

TEST_CASE("a_server_that_is_added_is_written_and_read_again") {
    auto servers = parsed("");
    CHECK(servers.is_empty());
    servers.add(entry(R"({"name":"a","command":"npx","args":["-y","x \"y\""],"env":{"A":"1"}})"));
    servers.add(entry(R"({"name":"b","url":"https://b.example/mcp"})"));
    CHECK(servers.defines("a"));
    CHECK(body_of(servers) == R"(
[[children]]
name = "a"
command = "npx"
args = ["-y", "x \"y\""]
env = { A = "1" }

[[children]]
name = "b"
url = "https://b.example/mcp"
)");
}

TEST_CASE("a_server_of_this_file_is_forgotten_and_one_of_another_is_taken_out") {
    auto servers = parsed("");
    servers.add(entry(R"({"name":"a","command":"x"})"));
    servers.remove("a");
    CHECK(servers.is_empty());
    servers.remove("theirs");
    CHECK(body_of(servers) == "\n[[children]]\nname = \"theirs\"\nremove = true\n");
    servers.remove("theirs");
    servers.add(entry(R"({"name":"theirs","command":"x"})"));
    CHECK(body_of(servers) == "\n[[children]]\nname = \"theirs\"\ncommand = \"x\"\n");
}

TEST_CASE("a_server_is_enabled_and_disabled_and_keeps_what_else_is_said") {
    auto servers = parsed("[[children]]\nname = \"a\"\ncommand = \"x\"\n");
    servers.set_enabled("a", false);
    servers.set_enabled("b", true);
    CHECK(body_of(servers) == "\n[[children]]\nname = \"a\"\ncommand = \"x\"\nenabled = false\n"
                              "\n[[children]]\nname = \"b\"\nenabled = true\n");
    servers.set_enabled("a", true);
    servers.set_enabled("b", false);
    CHECK(body_of(servers) == "\n[[children]]\nname = \"a\"\ncommand = \"x\"\nenabled = true\n"
                              "\n[[children]]\nname = \"b\"\nenabled = false\n");
}

TEST_CASE("a_file_that_people_have_written_into_is_not_taken") {
    for (const auto* const text : {"[gateway]\nexpose = \"all\"\n", "children = 1\n", "x",
                                   "[[children]]\ncommand = \"x\"\n"}) {
        problem_log problems{"managed.toml"};
        CHECK_FALSE(managed_servers::parse(text, problems));
        CHECK(problems.has_errors());
    }
}
