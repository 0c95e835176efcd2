// SPDX-License-Identifier: Apache-2.0
#include "transports/session/event_store.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using mcpgw::errc;
using mcpgw::event_limits;
using mcpgw::event_store;
using enum event_store::kind;

namespace {

constexpr event_limits roomy{.events_max = 100, .bytes_max = 10'000};

std::vector<std::string> lines_after(event_store& store, const std::string& id) {
    const auto found = store.replay_after(id);
    if (found.has_error()) return {"refused"};
    std::vector<std::string> lines;
    for (const auto& event : found->events) lines.push_back(event.line);
    return lines;
}

using lines = std::vector<std::string>;

} // namespace

TEST_CASE("event_ids_name_the_stream_and_the_place_in_it") {
    event_store store{roomy};
    const auto a = store.open_stream();
    const auto b = store.open_stream();
    CHECK(store.newest_id(a) == "1_0");
    CHECK(store.add(a, "x", notification) == "1_1");
    CHECK(store.add(b, "y", notification) == "2_1");
    CHECK(store.add(a, "z", kept) == "1_2");
    CHECK(store.add(event_store::own_stream, "o", notification) == "0_1");
    CHECK(store.newest_id(a) == "1_2");
    CHECK(store.newest_id(event_store::own_stream) == "0_1");
}

TEST_CASE("replay_gives_what_came_after_on_that_stream_only") {
    event_store store{roomy};
    const auto a = store.open_stream();
    const auto b = store.open_stream();
    store.add(a, "a1", notification);
    store.add(b, "b1", notification);
    store.add(a, "a2", kept);
    store.add(event_store::own_stream, "o1", notification);
    CHECK(lines_after(store, "1_0") == lines{"a1", "a2"});
    CHECK(lines_after(store, "1_0") == lines{"a1", "a2"}); // may be lost again
    CHECK(lines_after(store, "1_1") == lines{"a2"});
    CHECK(lines_after(store, "1_2") == lines{});
    CHECK(lines_after(store, "2_0") == lines{"b1"});
    CHECK(lines_after(store, "0_0") == lines{"o1"});
    CHECK(store.size() == 2); // what was read is forgotten
}

TEST_CASE("ids_that_name_nothing_are_refused") {
    event_store store{roomy};
    const auto a = store.open_stream();
    store.add(a, "a1", notification);
    for (const char* id : {"", "_", "1", "1_", "_1", "1_2", "2_0", "2_1", "01_1", "1_01", "+1_1",
                           "1_-1", "1_1 ", " 1_1", "1_1_1", "a_b", "1_99999999999999999999999"}) {
        CAPTURE(id);
        const auto refused = store.replay_after(id);
        REQUIRE(refused.has_error());
        CHECK(refused.error().code == errc::invalid_request);
    }
    CHECK(lines_after(store, "1_0") == lines{"a1"});
}

TEST_CASE("an_ended_stream_takes_no_more_and_is_forgotten_when_all_of_it_was_read") {
    event_store store{roomy};
    const auto a = store.open_stream();
    store.add(a, "answer", kept);
    store.end_stream(a);
    CHECK(store.add(a, "late", notification).empty());
    CHECK(store.replay_after("1_0").value().has_ended);
    CHECK(lines_after(store, "1_1") == lines{});
    CHECK(lines_after(store, "1_1") == lines{"refused"});
    CHECK(store.size() == 0);
    CHECK(store.bytes() == 0);
}

TEST_CASE("delivered_streams_go_first_then_notifications_then_the_oldest_answers") {
    event_store store{{.events_max = 4, .bytes_max = 10'000}};
    const auto delivered = store.open_stream();
    const auto waiting = store.open_stream();
    const auto running = store.open_stream();
    store.add(waiting, "answer 2", kept);
    store.end_stream(waiting);
    store.add(delivered, "answer 1", kept);
    store.end_stream(delivered);
    store.set_delivered(delivered);
    store.add(running, "progress 1", notification);
    store.add(running, "question", kept);
    CHECK(store.size() == 4);

    store.add(running, "progress 2", notification);
    CHECK(lines_after(store, "1_0") == lines{"refused"});
    store.add(running, "progress 3", notification);
    CHECK(lines_after(store, "3_0") == lines{"question", "progress 2", "progress 3"});
    store.add(running, "question 2", kept);
    store.add(running, "question 3", kept);
    CHECK(lines_after(store, "2_0") == lines{"answer 2"});
    store.add(running, "question 4", kept);
    CHECK(lines_after(store, "2_0") == lines{"refused"});
    CHECK(lines_after(store, "3_0") == lines{"question", "question 2", "question 3", "question 4"});
    store.add(running, "answer", kept); // questions of a call that runs are limited elsewhere
    CHECK(store.size() == 5);
}

TEST_CASE("an_answer_larger_than_the_limit_is_kept_alone") {
    event_store store{{.events_max = 100, .bytes_max = 10}};
    const auto a = store.open_stream();
    const auto b = store.open_stream();
    store.add(a, "12345", kept);
    store.end_stream(a);
    store.add(b, "12345", notification);
    store.add(b, std::string(50, 'x'), kept);
    store.end_stream(b);
    CHECK(lines_after(store, "1_0") == lines{"refused"});
    CHECK(lines_after(store, "2_0") == lines{std::string(50, 'x')});
    CHECK(store.bytes() == 50);
}

TEST_CASE("only_an_ended_stream_can_have_been_delivered") {
    event_store store{{.events_max = 2, .bytes_max = 10'000}};
    const auto a = store.open_stream();
    store.add(a, "1", kept);
    store.set_delivered(a);
    store.add(a, "2", notification);
    store.add(a, "3", kept);
    CHECK(lines_after(store, "1_0") == lines{"1", "3"});
}

TEST_CASE("after_clearing_nothing_is_kept_any_more") {
    event_store store{roomy};
    const auto a = store.open_stream();
    store.add(a, "1", kept);
    store.clear();
    CHECK(store.size() == 0);
    CHECK(store.bytes() == 0);
    CHECK(store.add(a, "2", kept).empty());
    CHECK(store.add(event_store::own_stream, "3", kept).empty());
    CHECK(lines_after(store, "1_0") == lines{"refused"});
}
