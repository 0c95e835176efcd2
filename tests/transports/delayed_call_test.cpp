#include "transports/delayed_call.hpp"

#include "tests/support/io_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>

using mcpgw::delayed_call;
using mcpgw::io_test::io_loop;
using mcpgw::io_test::patience;
using namespace std::chrono_literals;

TEST_CASE("a_delayed_call_is_made_once_after_its_time") {
    io_loop loop;
    int calls = 0;
    const delayed_call later{loop.ex(), 1ms, [&] {
                                 ++calls;
                             }};
    loop.poll();
    loop.io.run_for(patience); // ends when nothing is left to wait for
    CHECK(calls == 1);
}

TEST_CASE("a_delayed_call_that_is_destroyed_before_is_not_made") {
    io_loop loop;
    int calls = 0;
    std::optional<delayed_call> first;
    std::optional<delayed_call> second;
    // Both have expired before either runs: the first to run destroys the other.
    first.emplace(loop.ex(), 0ms, [&] {
        ++calls;
        second.reset();
    });
    second.emplace(loop.ex(), 0ms, [&] {
        ++calls;
        first.reset();
    });
    loop.io.run_for(patience);
    CHECK(calls == 1);
}

TEST_CASE("a_delayed_call_may_destroy_itself") {
    io_loop loop;
    std::optional<delayed_call> own;
    own.emplace(loop.ex(), 0ms, [&] { own.reset(); });
    loop.io.run_for(patience);
    CHECK_FALSE(own.has_value());
}
