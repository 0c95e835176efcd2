// SPDX-License-Identifier: Apache-2.0
// What a server shows of itself; the code under test is children/upstream/upstream_view.cpp.
#include "tests/support/child_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <random>

using namespace mcpgw;
using namespace mcpgw::child_test;

TEST_CASE("a_server_whose_last_session_has_ended_is_stopped_and_still_known_by_its_version") {
    auto options = fake_options();
    options.pool.share = sharing::session;
    child_world world{options};
    CHECK(world.status().state == upstream_state::not_started);
    { const auto only = world.take("only"); }
    const auto before = world.status();
    REQUIRE(before.spoken.has_value());
    REQUIRE_FALSE(before.server_info.empty());
    world.get().pools().end_key("only");
    world.loop.run_until([&] { return world.status().instances == 0; });
    CHECK(world.status().state == upstream_state::stopped);
    CHECK(world.status().spoken == before.spoken);
    CHECK(world.status().server_info == before.server_info);
    CHECK(world.get().view().spoken() == before.spoken);
    CHECK_FALSE(world.get().lists().tools.empty());
}

TEST_CASE("the_program_that_fetches_a_server_is_named_with_its_last_word") {
    std::random_device random;
    const auto folder = std::filesystem::temp_directory_path() /
                        ("mcpgw-npx-" + std::to_string(random()) + std::to_string(random()));
    std::filesystem::create_directory(folder);
    const auto program = folder / "npx";
    std::ofstream{program} << "#!/bin/sh\necho 'npm http fetch GET 200' >&2\nexec cat >/dev/null\n";
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    auto options = fake_options({}, "npm");
    options.command = program.string();
    child_world world{options};
    world.begin(tool_call("echo"));
    const auto note = [&world] {
        return world.get().view().start_note(clock_type::now()).value_or("");
    };
    world.loop.run_until([&] { return note().find("fetch") != std::string::npos; });
    CHECK(note().starts_with("starting server 'npm', "));
    CHECK(note().ends_with(" s; npx may still be downloading: npm http fetch GET 200"));
    std::filesystem::remove_all(folder);
}
