// SPDX-License-Identifier: Apache-2.0
#include "transports/session/session_streams.hpp"

#include "tests/support/io_loop.hpp"
#include "transports/http_request/http_options.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <string>

using mcpgw::errc;
using mcpgw::event_store;
using mcpgw::http_options;
using mcpgw::outbox;
using mcpgw::session_streams;
using mcpgw::io_test::io_loop;

namespace {

struct world {
    io_loop loop;
    session_streams streams{3, {.events_max = 10, .bytes_max = 1000}};

    explicit world(bool is_resumable = true) {
        if (is_resumable) streams.set_resumable();
    }
    std::shared_ptr<outbox> make_box() {
        return std::make_shared<outbox>(loop.ex(), outbox::framing::events, 10'000);
    }
};

std::string take(outbox& box) {
    std::string all;
    const auto batch = box.take_batch();
    for (const auto& chunk : batch.chunks) all += chunk.view();
    return all;
}
std::string event(const std::string& id, const std::string& data) {
    return "event: message\n" + (id.empty() ? "" : "id: " + id + "\n") + "data: " + data + "\n\n";
}

} // namespace

TEST_CASE("messages_of_a_resumable_session_have_ids_and_others_have_none") {
    for (const bool is_resumable : {true, false}) {
        world w{is_resumable};
        w.streams.notify("waited");
        const auto box = w.make_box();
        w.streams.attach(box);
        w.streams.notify("live");
        CHECK(take(*box) == event(is_resumable ? "0_1" : "", "waited") +
                                event(is_resumable ? "0_2" : "", "live"));
    }
}

TEST_CASE("the_own_stream_is_resumed_and_then_gets_what_waited") {
    world w;
    const auto first = w.make_box();
    w.streams.attach(first);
    for (const char* line : {"1", "2", "3"}) w.streams.notify(line);
    w.streams.release(*first);
    for (const char* line : {"4", "5", "6", "7"}) w.streams.notify(line); // one more than is kept
    const auto second = w.make_box();
    CHECK(w.streams.resume("0_1", second).has_value());
    CHECK(take(*second) == event("0_2", "2") + event("0_3", "3") + event("0_4", "5") +
                               event("0_5", "6") + event("0_6", "7"));
    CHECK(w.streams.own_box() == second);
    w.streams.notify("8");
    CHECK(take(*second) == event("0_7", "8"));
}

TEST_CASE("a_stream_of_a_call_goes_on_without_a_box_and_ends_with_its_answer") {
    world w;
    const auto box = w.make_box();
    const auto stream = w.streams.open(box);
    w.streams.notify(stream, "n");
    CHECK(take(*box) == event("1_1", "n"));
    w.streams.release(*box);
    CHECK_FALSE(w.streams.has_carrier());
    w.streams.push(stream, "question");
    const auto next = w.make_box();
    CHECK(w.streams.resume("1_1", next).has_value());
    CHECK(take(*next) == event("1_2", "question"));
    CHECK_FALSE(next->is_closed());
    w.streams.push(stream, "answer");
    w.streams.finish(stream);
    CHECK(take(*next) == event("1_3", "answer"));
    CHECK(next->is_closed());
    const auto late = w.make_box();
    CHECK(w.streams.resume("1_1", late).has_value());
    CHECK(take(*late) == event("1_2", "question") + event("1_3", "answer"));
    CHECK(late->is_closed());
}

TEST_CASE("whoever_resumes_replaces_the_box_that_carried_the_stream") {
    world w;
    const auto first = w.make_box();
    const auto stream = w.streams.open(first);
    const auto second = w.make_box();
    CHECK(w.streams.resume("1_0", second).has_value());
    CHECK(first->is_closed());
    w.streams.release(*first); // too late to take it away from the second
    w.streams.push(stream, "answer");
    CHECK(take(*first).empty());
    CHECK(take(*second) == event("1_1", "answer"));
}

TEST_CASE("an_unknown_event_id_changes_nothing") {
    world w;
    const auto box = w.make_box();
    w.streams.open(box);
    const auto other = w.make_box();
    CHECK(w.streams.resume("2_0", other).error().code == errc::invalid_request);
    CHECK(w.streams.resume("nonsense", other).error().code == errc::invalid_request);
    CHECK_FALSE(box->is_closed());
    CHECK(other->empty());
}

TEST_CASE("a_priming_event_names_the_newest_message") {
    world w;
    const auto box = w.make_box();
    w.streams.attach(box);
    w.streams.notify("1");
    take(*box);
    w.streams.push_priming(*box, event_store::own_stream, std::chrono::milliseconds{500});
    const auto bytes = take(*box);
    CHECK(bytes.find("id: 0_1\n") != std::string::npos);
    CHECK(bytes.find("retry: 500\n") != std::string::npos);
    CHECK(bytes.find("data: \n") != std::string::npos);
}

TEST_CASE("clients_that_give_up_a_stream_with_a_retry_field_are_told_none") {
    world w;
    const auto box = w.make_box();
    w.streams.attach(box);
    w.streams.push_priming(*box, event_store::own_stream, http_options{}.retry_delay);
    const auto bytes = take(*box);
    CHECK(bytes.find("id: ") != std::string::npos);
    CHECK(bytes.find("retry") == std::string::npos);
}

TEST_CASE("closing_ends_the_own_stream_and_lets_calls_say_their_last_word") {
    world w;
    const auto own = w.make_box();
    const auto box = w.make_box();
    w.streams.attach(own);
    const auto stream = w.streams.open(box);
    w.streams.close();
    CHECK(own->is_closed());
    CHECK_FALSE(box->is_closed());
    w.streams.push(stream, "error");
    w.streams.finish(stream);
    CHECK(take(*box) == event("", "error"));
    CHECK(box->is_closed());
    w.streams.notify("late");
    CHECK(w.streams.resume("1_0", w.make_box()).has_error());
}
