// What a server as a whole shows and concludes from its instances.
#include "tests/support/child_world.hpp"
#include "tests/support/temporary_directory.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace mcpgw;
using namespace mcpgw::child_test;

TEST_CASE("one_more_instance_that_cannot_be_started_does_not_open_the_breaker_of_those_that_run") {
    const temporary_directory scratch;
    auto options = fake_options();
    // Starts once; whoever comes second finds the port taken, say.
    options.args = {"-c", R"(mkdir "$0" 2>/dev/null && exec "$1"; echo taken >&2; exit 3)",
                    scratch.str() + "/port", options.command};
    options.command = "/bin/sh";
    options.only_era = era::legacy;
    options.pool.max = 2;
    options.breaker.threshold = 1;
    child_world world{options};
    std::vector<upstream::lease> places;
    places.push_back(world.take());
    places.push_back(world.take()); // starts the second one
    world.loop.run_until([&] { return !world.status().last_error.empty(); });
    CHECK(world.status().breaker == breaker_state::closed);
    CHECK(world.status().state == upstream_state::running);
    CHECK(text_of(world.call("echo")) == "{}");
}

TEST_CASE("a_server_whose_last_session_has_ended_is_stopped_and_still_known_by_its_version") {
    auto options = fake_options();
    options.pool.share = sharing::session;
    child_world world{options};
    CHECK(world.status().state == upstream_state::not_started);
    { const auto only = world.take("only"); }
    const auto before = world.status();
    REQUIRE(before.spoken.has_value());
    REQUIRE_FALSE(before.server_info.empty());
    world.get().end_key("only");
    world.loop.run_until([&] { return world.status().instances == 0; });
    CHECK(world.status().state == upstream_state::stopped);
    CHECK(world.status().spoken == before.spoken);
    CHECK(world.status().server_info == before.server_info);
    CHECK(world.get().spoken() == before.spoken);
    CHECK_FALSE(world.get().lists().tools.empty());
}
