// SPDX-License-Identifier: Apache-2.0
#include "transports/session/channel_request.hpp"

#include "tests/support/io_loop.hpp"
#include "tests/support/recording_handler.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using mcpgw::client_request;
using mcpgw::client_session;
using mcpgw::errc;
using mcpgw::outbox;
using namespace mcpgw::io_test;

namespace {

struct world {
    io_loop loop;
    recording_handler handler{loop.ex()};
    std::shared_ptr<client_session> session =
        std::make_shared<client_session>(loop.ex(), "session", 10);
    std::shared_ptr<outbox> box =
        std::make_shared<outbox>(loop.ex(), outbox::framing::lines, 1'000'000);

    void start(const std::string& text, mcpgw::era era = mcpgw::era::legacy) {
        client_request request;
        request.text = text;
        request.message = mcpgw::scan_envelope(text).value();
        request.session = session;
        request.client_era = era;
        REQUIRE(loop.tasks.spawn(mcpgw::run_channel_request(handler, std::move(request), box)));
        loop.poll();
    }
    void cancel(const std::string& id) {
        const auto text = cancel_message(id);
        session->cancel(text, mcpgw::scan_envelope(text).value());
        loop.poll();
    }
    std::vector<std::string> written() {
        std::string all;
        const auto batch = box->take_batch();
        for (const auto& chunk : batch.chunks) all += chunk.view();
        std::vector<std::string> lines;
        for (std::size_t end = all.find('\n'); end != std::string::npos; end = all.find('\n')) {
            lines.push_back(all.substr(0, end));
            all.erase(0, end + 1);
        }
        return lines;
    }
};

} // namespace

TEST_CASE("notifications_and_the_answer_go_to_the_channel_in_order") {
    world w;
    w.start(progress_call("1", "progress:2:a", "\"t\""));
    CHECK(w.written().size() == 2);
    REQUIRE(w.handler.release("a"));
    w.loop.finish();
    const auto lines = w.written();
    REQUIRE(lines.size() == 1);
    CHECK(id_of(lines.front()) == "1");
    CHECK(w.session->requests_in_flight() == 0);
}

TEST_CASE("an_id_that_is_in_flight_is_refused_and_the_first_request_goes_on") {
    world w;
    w.start(call_message("5", "hold:a"));
    w.start(call_message("5", "echo"));
    const auto refused = w.written();
    REQUIRE(refused.size() == 1);
    CHECK(error_name(refused.front()) == "INVALID_REQUEST");
    CHECK(id_of(refused.front()) == "5");
    REQUIRE(w.handler.release("a"));
    w.loop.finish();
    CHECK(w.written().size() == 1);
    CHECK(w.handler.count("request 5 tools/call") == 1);
}

TEST_CASE("a_cancelled_request_gets_no_answer") {
    world w;
    w.start(call_message("5", "hold:a"));
    w.cancel("5");
    w.loop.finish();
    CHECK(w.handler.count("aborted a CANCELLED") == 1);
    CHECK(w.written().empty());
}

TEST_CASE("initialize_cannot_be_cancelled") {
    world w;
    w.start(initialize_message("hold:a"));
    w.cancel("\"init\"");
    CHECK(w.handler.count("aborted a CANCELLED") == 0);
    REQUIRE(w.handler.release("a"));
    w.loop.finish();
    const auto lines = w.written();
    REQUIRE(lines.size() == 1);
    CHECK(id_of(lines.front()) == "\"init\"");
}

TEST_CASE("a_request_that_ends_with_the_gateway_is_answered") {
    world w;
    w.start(call_message("5", "hold:a"));
    w.session->close(errc::gateway_stopping);
    w.loop.finish();
    const auto lines = w.written();
    REQUIRE(lines.size() == 1);
    CHECK(error_name(lines.front()) == "GATEWAY_STOPPING");
}

TEST_CASE("a_legacy_client_is_asked_and_a_modern_one_is_not") {
    world w;
    w.start(call_message("1", "ask"));
    const auto asked = w.written();
    REQUIRE(asked.size() == 1);
    const auto answer = mcpgw::make_response(id_of(asked.front()), R"({"action":"accept"})");
    CHECK(w.session->on_response(answer, mcpgw::scan_envelope(answer).value()));
    w.loop.finish();
    const auto lines = w.written();
    REQUIRE(lines.size() == 1);
    CHECK(lines.front() == mcpgw::make_response("1", R"({"action":"accept"})"));

    w.start(modern_call("2", "ask"), mcpgw::era::modern);
    w.loop.finish();
    const auto refused = w.written();
    REQUIRE(refused.size() == 1);
    CHECK(error_name(refused.front()) == "SESSION_ERROR");
}

TEST_CASE("a_handler_that_throws_still_answers") {
    world w;
    w.start(call_message("1", "throw"));
    w.start(call_message("2", "notify-throw"));
    w.loop.finish();
    const auto lines = w.written();
    REQUIRE(lines.size() == 3);
    CHECK(error_name(lines[0]) == "INTERNAL_ERROR");
    CHECK(id_of(lines[0]) == "1");
    CHECK(error_name(lines[2]) == "INTERNAL_ERROR");
    CHECK(id_of(lines[2]) == "2");
    CHECK(lines[2].find("thrown") == std::string::npos);     // no inner workings for clients
    CHECK(std::exchange(w.loop.exceptions, {}).size() == 2); // but reported
    CHECK(w.session->requests_in_flight() == 0);
}

TEST_CASE("a_listen_ends_without_a_reply_when_cancelled_and_with_one_when_the_gateway_ends_it") {
    world w;
    w.start(mcpgw::make_request("1", "subscriptions/listen", ""), mcpgw::era::modern);
    w.cancel("1");
    CHECK(w.handler.count("aborted listen-1 CANCELLED") == 1);
    CHECK(w.written().empty());
    w.start(mcpgw::make_request("2", "subscriptions/listen", ""), mcpgw::era::modern);
    w.handler.release("listen-2");
    w.loop.finish();
    const auto lines = w.written();
    REQUIRE(lines.size() == 2);
    CHECK(mcpgw::find_member(lines[0], "method") == "\"notifications/cancelled\"");
    CHECK(mcpgw::find_member(mcpgw::find_member(lines[0], "params"), "requestId") == "2");
    CHECK(id_of(lines[1]) == "2");
}

TEST_CASE("a_question_that_is_open_when_its_request_ends_is_withdrawn_on_the_channel") {
    world w;
    w.start(call_message("1", "ask-hold:a"));
    const auto asked = w.written();
    REQUIRE(asked.size() == 1);
    w.handler.release("a");
    w.loop.finish();
    const auto lines = w.written();
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].find("notifications/cancelled") != std::string::npos);
    CHECK(lines[0].find(id_of(asked[0])) != std::string::npos);
    CHECK(id_of(lines[1]) == "1");
}

TEST_CASE("nothing_more_is_said_about_a_cancelled_request") {
    world w;
    w.start(progress_call("1", "steps:2:a", "7"));
    w.cancel("1");
    w.loop.finish();
    CHECK(w.handler.count("held a2") == 1); // the handler went on to the end
    CHECK(w.written().empty());
}
