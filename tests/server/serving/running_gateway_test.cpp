// SPDX-License-Identifier: Apache-2.0
#include "server/serving/running_gateway.hpp"

#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <string>

namespace mcpgw {
namespace {

using config_test::scratch_directory;

configuration_mark mark(const std::string& config) {
    const auto beside = std::filesystem::path{config}.parent_path() / ".env";
    config_result read;
    read.files = {beside.string(), config};
    return mark_of({{config}}, read);
}

const std::string url = "http://127.0.0.1:8080/mcp";

TEST_CASE("a_gateway_is_found_by_its_configuration_while_it_runs") {
    const scratch_directory scratch;
    const auto config = scratch.write("gateway.toml", "# one\n");
    const auto other = scratch.write("other.toml", "# one\n");
    const auto state = scratch.path("state");
    CHECK_FALSE(running_gateway::find(state, mark(config)));
    {
        const auto told = running_gateway::announce(state, mark(config), url);
        REQUIRE(told);
        CHECK(running_gateway::find(state, mark(config)) == url);
        CHECK(running_gateway::find(state, mark(scratch.path("bin/../gateway.toml"))) == url);
        CHECK_FALSE(running_gateway::find(state, mark(other)));
        CHECK_FALSE(running_gateway::announce(state, mark(config), url)); // one is enough
        CHECK(running_gateway::find(state, mark(config)) == url);
    }
    CHECK_FALSE(running_gateway::find(state, mark(config)));
}

TEST_CASE("a_gateway_that_was_started_with_other_contents_is_not_found") {
    const scratch_directory scratch;
    const auto config = scratch.write("gateway.toml", "# one\n");
    const auto state = scratch.path("state");
    const auto told = running_gateway::announce(state, mark(config), url);
    REQUIRE(told);
    scratch.write(".env", "TOKEN=x\n");
    CHECK_FALSE(running_gateway::find(state, mark(config)));
    std::filesystem::remove(scratch.path(".env"));
    CHECK(running_gateway::find(state, mark(config)));
    scratch.write("gateway.toml", "# two\n");
    CHECK_FALSE(running_gateway::find(state, mark(config)));
}

TEST_CASE("a_file_that_a_crash_left_behind_leads_nowhere") {
    const scratch_directory scratch;
    const auto config = scratch.write("gateway.toml", "# one\n");
    const auto state = scratch.path("state");
    std::string left;
    {
        const auto told = running_gateway::announce(state, mark(config), url);
        REQUIRE(told);
        for (const auto& entry : std::filesystem::directory_iterator{state}) {
            std::ifstream file{entry.path()};
            left.assign(std::istreambuf_iterator<char>{file}, {});
            scratch.write("copy", left);
            std::filesystem::rename(scratch.path("copy"), entry.path()); // without the lock
        }
        CHECK_FALSE(running_gateway::find(state, mark(config)));
    }
}

TEST_CASE("only_places_on_this_machine_are_gone_to") {
    const scratch_directory scratch;
    const auto config = scratch.write("gateway.toml", "# one\n");
    for (const std::string far : {"http://192.168.1.5:8080/mcp", "https://evil.example/mcp", ""}) {
        const auto told = running_gateway::announce(scratch.path("state"), mark(config), far);
        REQUIRE(told);
        CHECK_FALSE(running_gateway::find(scratch.path("state"), mark(config)));
    }
}

TEST_CASE("a_directory_that_others_may_write_to_is_not_used") {
    const scratch_directory scratch;
    const auto config = scratch.write("gateway.toml", "# one\n");
    std::filesystem::create_directory(scratch.path("open"));
    std::filesystem::permissions(scratch.path("open"), std::filesystem::perms::all);
    CHECK_FALSE(running_gateway::announce(scratch.path("open"), mark(config), url));
    CHECK_FALSE(running_gateway::announce("", mark(config), url));
    CHECK_FALSE(
        running_gateway::announce(scratch.path("state"), mark(scratch.path("none.toml")), url));
}

TEST_CASE("flags_are_kept_for_the_files_of_a_configuration_where_they_outlive_a_login") {
    const auto path = flags_path({{"/etc/a.toml"}}, "/s", "/home/a");
    CHECK(path.starts_with("/s/mcp-gateway/"));
    CHECK(path.ends_with(".flags.json"));
    CHECK(path == flags_path({{"/etc/../etc/a.toml"}, "", "dev"}, "/s", "/home/a"));
    CHECK(path != flags_path({{"/etc/b.toml"}}, "/s", "/home/a"));
    CHECK(flags_path({{"/etc/a.toml"}}, "", "").empty());
}

TEST_CASE("state_directory_follows_the_usual_variables") {
    CHECK(state_directory("/run/user/1", "/s", "/home/a") == "/run/user/1/mcp-gateway");
    CHECK(state_directory("", "/s", "/home/a") == "/s/mcp-gateway");
    CHECK(state_directory("", "", "/home/a") == "/home/a/.local/state/mcp-gateway");
    CHECK(state_directory("relative", "also", "") == "");
}

} // namespace
} // namespace mcpgw
