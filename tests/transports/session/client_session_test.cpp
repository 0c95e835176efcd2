// SPDX-License-Identifier: Apache-2.0
#include "transports/session/client_session.hpp"

#include "tests/support/io_loop.hpp"
#include "tests/support/recording_handler.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

using mcpgw::abort_signal;
using mcpgw::client_session;
using mcpgw::clock_type;
using mcpgw::errc;
using mcpgw::outbox;
using mcpgw::question;
using mcpgw::result;
using mcpgw::task;
using mcpgw::io_test::cancel_message;
using mcpgw::io_test::id_of;
using mcpgw::io_test::io_loop;
using running_request = client_session::running_request;

namespace {

constexpr std::size_t backlog_max = 3;

struct world {
    io_loop loop;
    client_session session{loop.ex(), "id", backlog_max};

    std::shared_ptr<outbox> make_stream() {
        return std::make_shared<outbox>(loop.ex(), outbox::framing::lines, 1000);
    }
    bool respond(const std::string& text) {
        return session.on_response(text, mcpgw::scan_envelope(text).value());
    }
    void cancel(const std::string& raw_id) {
        const auto text = cancel_message(raw_id);
        session.cancel(text, mcpgw::scan_envelope(text).value());
    }
};

std::string take(outbox& box) {
    std::string all;
    const auto batch = box.take_batch();
    for (const auto& chunk : batch.chunks) all += chunk.view();
    return all;
}

using answer = std::optional<result<std::string>>;

task<> wait(std::shared_ptr<question> asked, answer& out) {
    out = co_await asked->wait(clock_type::time_point::max());
}

answer answer_of(io_loop& loop, const std::shared_ptr<question>& asked) {
    answer out;
    loop.run(wait(asked, out));
    return out;
}

std::string response(const std::string& id, const std::string& member) {
    return R"({"jsonrpc":"2.0","id":)" + id + "," + member + "}";
}

} // namespace

TEST_CASE("a_clients_response_settles_the_question_with_its_id") {
    world w;
    const auto first = w.session.make_question("elicitation/create", R"({"message":"1"})").value();
    const auto second = w.session.make_question("roots/list", "").value();
    CHECK(id_of(first.line) != id_of(second.line));
    CHECK(mcpgw::scan_envelope(first.line).value().kind == mcpgw::message_kind::request);
    CHECK(w.respond(response(id_of(second.line), R"("result":{"roots":[]})")));
    CHECK(second.pending->is_settled());
    CHECK_FALSE(first.pending->is_settled());
    CHECK(answer_of(w.loop, second.pending)->value() == R"({"roots":[]})");
}

TEST_CASE("a_clients_error_ends_the_question_with_its_text") {
    world w;
    const auto asked = w.session.make_question("roots/list", "").value();
    CHECK(
        w.respond(response(id_of(asked.line), R"("error":{"code":-1,"message":"no \"roots\""})")));
    const auto out = answer_of(w.loop, asked.pending);
    CHECK(out->error().code == errc::session_error);
    CHECK(out->error().detail.find(R"(no "roots")") != std::string::npos);
}

TEST_CASE("a_response_to_nothing_and_a_second_response_are_ignored") {
    world w;
    const auto asked = w.session.make_question("roots/list", "").value();
    CHECK_FALSE(w.respond(response("1", R"("result":{})")));
    CHECK_FALSE(w.respond(response("\"other\"", R"("result":{})")));
    CHECK_FALSE(w.respond(response("null", R"("error":{"code":1,"message":""})")));
    CHECK(w.respond(response(id_of(asked.line), R"("result":{"n":1})")));
    CHECK_FALSE(w.respond(response(id_of(asked.line), R"("result":{"n":2})")));
    CHECK(answer_of(w.loop, asked.pending)->value() == R"({"n":1})");
}

TEST_CASE("open_questions_have_a_limit_and_settled_ones_do_not_count") {
    world w;
    std::vector<client_session::outgoing_question> open;
    for (;;) {
        auto made = w.session.make_question("roots/list", "");
        if (made.has_error()) {
            CHECK(made.error().code == errc::server_busy);
            break;
        }
        open.push_back(*made);
        REQUIRE(open.size() < 10'000);
    }
    CHECK(open.size() > 10);
    open.front().pending->settle(mcpgw::fault{errc::call_timed_out}); // its waiter gave up
    CHECK(w.session.make_question("roots/list", "").has_value());
}

TEST_CASE("cancelling_aborts_the_request_with_that_id_and_no_other") {
    world w;
    abort_signal number;
    abort_signal text;
    const running_request first{w.session, "1", number};
    const running_request second{w.session, "\"1\"", text};
    w.cancel("2");
    w.cancel("\"1\"");
    CHECK(text.reason()->code == errc::call_cancelled);
    CHECK_FALSE(number.reason().has_value());
    w.cancel("1");
    CHECK(number.reason()->code == errc::call_cancelled);
}

TEST_CASE("cancelling_a_request_that_has_ended_does_nothing") {
    world w;
    abort_signal signal;
    { const running_request running{w.session, "1", signal}; }
    w.cancel("1");
    CHECK_FALSE(signal.reason().has_value());
    CHECK(w.session.requests_in_flight() == 0);
}

TEST_CASE("what_may_not_be_cancelled_ends_only_with_the_session") {
    world w;
    abort_signal signal;
    const running_request running{w.session, "1", signal, false};
    w.cancel("1");
    CHECK_FALSE(signal.reason().has_value());
    w.session.close(errc::gateway_stopping);
    CHECK(signal.reason()->code == errc::gateway_stopping);
}

TEST_CASE("a_duplicate_id_is_noticed_and_does_not_end_the_first_request") {
    world w;
    abort_signal first;
    abort_signal second;
    const running_request one{w.session, "7", first};
    {
        const running_request two{w.session, "7", second};
        CHECK(one.is_unique());
        CHECK_FALSE(two.is_unique());
        CHECK(w.session.requests_in_flight() == 1);
    }
    w.cancel("7");
    CHECK(first.reason().has_value());
    CHECK_FALSE(second.reason().has_value());
}

TEST_CASE("notifications_wait_in_a_bounded_backlog_for_a_stream") {
    world w;
    for (const char* line : {"1", "2", "3", "4", "5"}) w.session.notify(line);
    CHECK_FALSE(w.session.has_stream());
    const auto stream = w.make_stream();
    CHECK(w.session.attach(stream) == nullptr);
    CHECK(w.session.has_stream());
    CHECK(take(*stream) == "3\n4\n5\n"); // the newest
    w.session.notify("6");
    CHECK(take(*stream) == "6\n");
}

TEST_CASE("a_new_stream_replaces_the_old_one_which_cannot_detach_it") {
    world w;
    const auto old = w.make_stream();
    const auto next = w.make_stream();
    w.session.attach(old);
    CHECK(w.session.attach(next) == old);
    w.session.detach(*old);
    CHECK(w.session.stream() == next);
    w.session.notify("x");
    CHECK(take(*next) == "x\n");
    CHECK(old->empty());
    w.session.detach(*next);
    CHECK_FALSE(w.session.has_stream());
}

TEST_CASE("closing_aborts_requests_fails_questions_and_ends_the_stream") {
    world w;
    abort_signal first;
    abort_signal second;
    std::optional<running_request> one;
    one.emplace(w.session, "1", first);
    std::optional<running_request> two;
    two.emplace(w.session, "2", second);
    // The end of one request may end another: neither may be touched after it has gone.
    const abort_signal::listener listener{first, [&] {
                                              two.reset();
                                          }};
    const auto asked = w.session.make_question("roots/list", "").value();
    const auto stream = w.make_stream();
    w.session.attach(stream);

    w.session.close({errc::session_unknown, "over"});
    CHECK(w.session.is_closed());
    CHECK(first.reason()->code == errc::session_unknown);
    CHECK_FALSE(second.reason().has_value());
    CHECK(answer_of(w.loop, asked.pending)->error().detail == "over");
    CHECK(stream->is_closed());
    CHECK_FALSE(w.session.has_stream());

    w.session.close(errc::gateway_stopping); // nothing more
    w.session.notify("late");
    CHECK(w.session.make_question("roots/list", "").error().code == errc::session_error);
    CHECK(first.reason()->code == errc::session_unknown);
}
