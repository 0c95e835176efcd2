// SPDX-License-Identifier: Apache-2.0
#include "children/remote/event_reader.hpp"

#include "tests/support/http_client_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <vector>

namespace mcpgw {

namespace {

using namespace io_test;
using std::chrono::milliseconds;

/// Reads all events of one response into `data`.
task<> read_events(http_client_world& world, stream_position& position,
                   std::vector<std::string>& data) {
    auto request = world.request();
    http_fetch reply{world.client, std::move(request)};
    const auto opened = co_await reply.open();
    REQUIRE_FALSE(opened.has_error());
    constexpr std::size_t event_bytes_max = 1'000;
    event_reader reader{reply, event_bytes_max, position};
    for (;;) {
        const auto event = co_await reader.next();
        if (event.has_error() || !*event) co_return;
        data.push_back((*event)->data);
    }
}

struct reading {
    explicit reading(std::string_view events) {
        world.serve(answer_each(
            world, {response_text("200 OK", "Content-Type: text/event-stream\r\n", events)}));
        REQUIRE(world.loop.tasks.spawn(read_events(world, position, data)));
        world.loop.finish();
    }
    stream_position position;
    std::vector<std::string> data;

private:
    http_client_world world;
};

} // namespace

TEST_CASE("position_follows_the_events_that_are_read") {
    const reading done{"id: 1\ndata: a\n\n: comment\n\nid: 2\nretry: 20\ndata:\n\ndata: b\n\n"};
    CHECK(done.data == std::vector<std::string>{"a", "b"}); // an event without data says nothing
    CHECK(done.position.last_event_id == "2");
    CHECK(done.position.retry == milliseconds{20});
    CHECK(done.position.was_closed);
}

TEST_CASE("id_that_no_header_can_hold_is_not_kept") {
    const reading done{"id: good\ndata: a\n\nid: b\xc3\xa4"
                       "d\ndata: b\n\n"};
    CHECK(done.position.last_event_id == "good");
}

TEST_CASE("no_server_can_make_us_wait_for_ever") {
    const reading done{"retry: 99999999\ndata: a\n\n"};
    CHECK(done.position.retry == std::chrono::minutes{5});
}

TEST_CASE("pause_before_a_stream_is_resumed_is_the_servers_or_grows_up_to_a_limit") {
    const stream_position silent;
    CHECK(resume_pause(silent, 0) == milliseconds{1'000});
    CHECK(resume_pause(silent, 2) == milliseconds{4'000});
    CHECK(resume_pause(silent, 4) == milliseconds{16'000});
    CHECK(resume_pause(silent, 100) == milliseconds{30'000});
    stream_position quick;
    quick.retry = milliseconds{10};
    CHECK(resume_pause(quick, 0) == milliseconds{10});
    CHECK(resume_pause(quick, 1) == milliseconds{1'000});
    stream_position slow;
    slow.retry = std::chrono::minutes{2};
    CHECK(resume_pause(slow, 0) == std::chrono::minutes{2});
    CHECK(resume_pause(slow, 100) == std::chrono::minutes{2});
}

} // namespace mcpgw
