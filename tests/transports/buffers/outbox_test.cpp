// SPDX-License-Identifier: Apache-2.0
#include "transports/buffers/outbox.hpp"

#include "protocol/message/rpc.hpp"
#include "tests/support/io_loop.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <string>
#include <vector>

using mcpgw::clock_type;
using mcpgw::outbox;
using mcpgw::task;
using mcpgw::io_test::io_loop;

namespace {

constexpr auto never = clock_type::time_point::max();

std::string take(outbox& box) {
    std::string all;
    const auto batch = box.take_batch();
    for (const auto& chunk : batch.chunks) all += chunk.view();
    return all;
}

task<> wait(outbox& box, clock_type::time_point deadline, std::vector<bool>& results) {
    const bool was_woken = co_await box.wait(deadline);
    results.push_back(was_woken);
}

} // namespace

TEST_CASE("messages_are_framed_as_lines_or_as_events") {
    io_loop loop;
    outbox lines{loop.ex(), outbox::framing::lines, 1000};
    lines.push(R"({"a":1})");
    CHECK(lines.try_push("{}"));
    CHECK(take(lines) == "{\"a\":1}\n{}\n");
    CHECK(lines.empty());

    outbox events{loop.ex(), outbox::framing::events, 1000};
    events.push_raw("event: endpoint\ndata: /messages\n\n");
    events.push("{}");
    events.push("{}", "1_2");
    CHECK(take(events) == "event: endpoint\ndata: /messages\n\nevent: message\ndata: {}\n\n"
                          "event: message\nid: 1_2\ndata: {}\n\n");
}

TEST_CASE("a_long_answer_on_a_line_is_not_copied_and_keeps_its_place_among_others") {
    io_loop loop;
    const mcpgw::shared_text text{std::string(100'000, 'x')};
    const auto all = "before " + std::string{text.view()} + " after\n";
    outbox lines{loop.ex(), outbox::framing::lines, 1'000'000};
    lines.push("first");
    lines.push_text({"before ", text, " after"});
    lines.push_text("crowded by now"); // behind what is not to be overtaken
    lines.push("last");
    const auto batch = lines.take_batch();
    REQUIRE(batch.chunks.size() >= 3);
    CHECK(batch.chunks[1].view().data() == text.view().data());
    std::string written;
    for (const auto& chunk : batch.chunks) written += chunk.view();
    CHECK(written == "first\n" + all + "crowded by now\nlast\n");

    outbox events{loop.ex(), outbox::framing::events, 1'000'000};
    events.push_text({"before ", text, " after"});
    CHECK(take(events) == "event: message\ndata: " + all + "\n");
    events.close();
    events.push_text("too late");
    CHECK(events.empty());
}

TEST_CASE("a_full_outbox_drops_notifications_but_never_an_answer") {
    io_loop loop;
    outbox box{loop.ex(), outbox::framing::lines, 10};
    CHECK(box.try_push("12345678"));
    CHECK_FALSE(box.try_push("lost"));
    CHECK_FALSE(box.try_push("lost too"));
    box.push("the answer");
    CHECK(box.dropped() == 2);
    CHECK(take(box) == "12345678\nthe answer\n");
    CHECK(box.try_push("room again"));
}

TEST_CASE("a_message_larger_than_the_whole_queue_is_dropped_unless_it_is_an_answer") {
    io_loop loop;
    outbox box{loop.ex(), outbox::framing::lines, 4};
    CHECK_FALSE(box.try_push("12345"));
    box.push("12345");
    CHECK(take(box) == "12345\n");
}

TEST_CASE("a_crowded_outbox_keeps_the_newest_progress_of_each_token_in_order") {
    io_loop loop;
    outbox box{loop.ex(), outbox::framing::lines, 2000};
    const auto progress = [](const char* token, int value) {
        return mcpgw::make_notification(
            "notifications/progress",
            fmt::format(R"({{"progressToken":{},"progress":{}}})", token, value));
    };
    const std::string log = R"({"method":"notifications/progress is only mentioned"})";
    std::string expected;
    for (int i = 0; i < 6; ++i) { // more than a quarter of the limit
        CHECK(box.try_push(progress("1", i)));
        expected += progress("1", i) + "\n";
    }
    for (int i = 6; i < 1000; ++i) {
        CHECK(box.try_push(progress("1", i)));
        if (i % 2 == 0) CHECK(box.try_push(progress("\"1\"", i)));
        if (i == 500) CHECK(box.try_push(log));
        if (i == 600) box.push("question");
    }
    CHECK(box.dropped() == 0);
    box.push("answer");
    expected +=
        log + "\nquestion\n" + progress("\"1\"", 998) + "\n" + progress("1", 999) + "\nanswer\n";
    CHECK(take(box) == expected);
    CHECK(box.empty());
    CHECK(box.try_push(progress("1", 1000))); // nothing is crowded any more
    CHECK(box.try_push(progress("1", 1001)));
    CHECK(take(box) == progress("1", 1000) + "\n" + progress("1", 1001) + "\n");
}

TEST_CASE("a_closed_outbox_keeps_what_it_has_and_takes_no_more") {
    io_loop loop;
    outbox box{loop.ex(), outbox::framing::lines, 100};
    box.push("before");
    box.close();
    box.push("after");
    box.push_raw("after\n");
    CHECK_FALSE(box.try_push("after"));
    CHECK(box.is_closed());
    CHECK(take(box) == "before\n");
}

TEST_CASE("the_writer_wakes_for_a_message_for_the_end_and_at_its_deadline") {
    io_loop loop;
    outbox box{loop.ex(), outbox::framing::lines, 100};
    std::vector<bool> results;
    loop.run(wait(box, clock_type::time_point::min(), results));
    CHECK(results == std::vector{false});

    REQUIRE(loop.tasks.spawn(wait(box, never, results)));
    loop.poll();
    CHECK(results.size() == 1);
    box.push("x");
    loop.finish();
    CHECK(results == std::vector{false, true});

    loop.run(wait(box, never, results)); // at once: "x" is still there
    CHECK(take(box) == "x\n");

    REQUIRE(loop.tasks.spawn(wait(box, never, results)));
    loop.poll();
    box.close();
    loop.finish();
    CHECK(results == std::vector{false, true, true, true});
    loop.run(wait(box, never, results)); // at once, and for ever
    CHECK(results.size() == 5);
}
