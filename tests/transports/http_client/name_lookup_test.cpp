// SPDX-License-Identifier: Apache-2.0
#include "transports/http_client/name_lookup.hpp"

#include "tests/support/io_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <future>
#include <memory>
#include <thread>

namespace mcpgw {

namespace {

using namespace io_test;

task<> wait_for(std::shared_ptr<name_lookup> lookup, bool& was_notified,
                clock_type::time_point deadline) {
    was_notified = co_await lookup->wait_until(deadline);
}

/// A resolver that works until it is told to end, as the system's does when no name server answers.
struct slow_resolver {
    name_lookup::resolver make() {
        auto is_alive = std::make_shared<bool>(true);
        thread = is_alive;
        return [is_alive, end = gate.get_future().share()](const std::string& host,
                                                           std::uint16_t /*port*/) {
            end.wait();
            return result<name_lookup::endpoints>{fault{errc::connection_lost, "no " + host}};
        };
    }
    void end() { gate.set_value(); }
    /// Until nothing of the thread is left.
    void wait_gone() const {
        while (!thread.expired()) std::this_thread::yield();
    }
    std::promise<void> gate;
    std::weak_ptr<bool> thread;
};

} // namespace

TEST_CASE("address_needs_no_look_up") {
    io_loop loop;
    const name_lookup lookup{loop.ex(), "::1", 80};
    REQUIRE(lookup.found().has_value());
    REQUIRE(lookup.found()->has_value());
    CHECK((*lookup.found())->at(0).address().to_string() == "::1");
    CHECK((*lookup.found())->at(0).port() == 80);
}

TEST_CASE("name_is_resolved_by_the_system") {
    io_loop loop;
    const auto lookup = std::make_shared<name_lookup>(loop.ex(), "localhost", 4'000);
    CHECK_FALSE(lookup->found().has_value()); // never before the loop runs
    bool was_notified = false;
    loop.run(wait_for(lookup, was_notified, clock_type::now() + patience));
    CHECK(was_notified);
    REQUIRE(lookup->found().has_value());
    REQUIRE(lookup->found()->has_value());
    CHECK((*lookup->found())->at(0).address().is_loopback());
    CHECK((*lookup->found())->at(0).port() == 4'000);
}

TEST_CASE("everybody_who_waits_for_a_name_gets_what_is_found") {
    io_loop loop;
    slow_resolver slow;
    const auto lookup = std::make_shared<name_lookup>(loop.ex(), "nowhere", 80, slow.make());
    bool first = false;
    bool second = false;
    REQUIRE(loop.tasks.spawn(wait_for(lookup, first, clock_type::now() + patience)));
    REQUIRE(loop.tasks.spawn(wait_for(lookup, second, clock_type::now() + patience)));
    slow.end();
    loop.finish();
    CHECK(first);
    CHECK(second);
    REQUIRE(lookup->found()->has_error());
    CHECK(lookup->found()->error().detail == "no nowhere");
}

TEST_CASE("who_does_not_want_to_wait_any_longer_leaves_while_the_resolver_is_stuck") {
    slow_resolver slow;
    {
        io_loop loop;
        const auto lookup = std::make_shared<name_lookup>(loop.ex(), "nowhere", 80, slow.make());
        bool was_notified = true;
        loop.run(wait_for(lookup, was_notified, clock_type::now()));
        CHECK_FALSE(was_notified);
    }
    slow.end(); // finds neither the look-up nor its loop
    slow.wait_gone();
}

} // namespace mcpgw
