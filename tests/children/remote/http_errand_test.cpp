// SPDX-License-Identifier: Apache-2.0
#include "children/remote/http_errand.hpp"

#include "tests/support/http_client_world.hpp"

#include <catch2/catch_test_macros.hpp>

namespace mcpgw {

namespace {

task<> pause_long(http_errand& errand, bool& has_ended) {
    constexpr std::chrono::hours long_time{1};
    co_await errand.pause(long_time);
    has_ended = true;
}

task<> open_in(http_errand& errand, io_test::http_client_world& world, std::optional<fault>& why) {
    http_fetch exchange{world.client, world.request()};
    const http_errand::use under_way{errand, exchange};
    const auto opened = co_await exchange.open();
    if (opened.has_error()) why = opened.error();
}

} // namespace

TEST_CASE("ending_an_errand_ends_its_pause") {
    io_test::io_loop loop;
    http_errand errand{loop.ex()};
    bool has_ended = false;
    REQUIRE(loop.tasks.spawn(pause_long(errand, has_ended)));
    loop.poll();
    CHECK_FALSE(has_ended);
    errand.end({errc::call_cancelled, "first"});
    errand.end({errc::call_cancelled, "second"});
    loop.finish();
    CHECK(has_ended);
    CHECK(errand.reason()->detail == "first");
}

TEST_CASE("ending_an_errand_closes_its_request_and_those_that_would_follow") {
    io_test::http_client_world world;
    http_errand errand{world.loop.ex()};
    std::optional<fault> why;
    REQUIRE(world.loop.tasks.spawn(open_in(errand, world, why)));
    world.loop.poll();
    errand.end({errc::call_cancelled, "enough"});
    world.loop.finish();
    REQUIRE(why);
    CHECK(why->detail == "enough");
    why.reset();
    world.loop.run(open_in(errand, world, why));
    REQUIRE(why);
    CHECK(why->detail == "enough");
}

} // namespace mcpgw
