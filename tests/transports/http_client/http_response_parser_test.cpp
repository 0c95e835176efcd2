// SPDX-License-Identifier: Apache-2.0
#include "transports/http_client/http_response_parser.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace mcpgw {

namespace {

struct parsed {
    bool is_done = false;
    bool keeps = false;
    int status = 0;
    std::string body;
};

/// Feeds `text` in pieces of `step` bytes.
parsed parse(std::string_view text, std::size_t step) {
    http_response_parser parser{1000};
    parsed outcome;
    for (std::size_t at = 0; at < text.size(); at += step) {
        const auto fed = parser.feed(text.substr(at, step));
        REQUIRE(fed.has_value());
        outcome.body += parser.take_body();
    }
    outcome.is_done = parser.is_done();
    outcome.keeps = parser.keeps_connection();
    outcome.status = parser.head().status;
    return outcome;
}

fault failure_of(std::string_view text) {
    http_response_parser parser{1000};
    const auto fed = parser.feed(text);
    REQUIRE(fed.has_error());
    return fed.error();
}

} // namespace

TEST_CASE("response_with_a_length_is_read_at_every_split") {
    constexpr std::string_view text = "HTTP/1.1 200 OK\r\nContent-Type: Application/JSON; x=y\r\n"
                                      "Content-Length: 5\r\n\r\nhello";
    for (std::size_t step = 1; step <= text.size(); ++step) {
        const auto outcome = parse(text, step);
        CHECK(outcome.is_done);
        CHECK(outcome.keeps);
        CHECK(outcome.status == 200);
        CHECK(outcome.body == "hello");
    }
}

TEST_CASE("chunked_response_with_trailers_is_read_at_every_split") {
    constexpr std::string_view text = "HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n"
                                      "3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer-Field: x\r\n\r\n";
    for (std::size_t step = 1; step <= text.size(); ++step) {
        const auto outcome = parse(text, step);
        CHECK(outcome.is_done);
        CHECK(outcome.status == 404);
        CHECK(outcome.body == "abcde");
    }
}

TEST_CASE("interim_responses_are_skipped") {
    const auto outcome = parse("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\n"
                               "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n",
                               7);
    CHECK(outcome.is_done);
    CHECK(outcome.status == 202);
}

TEST_CASE("body_pieces_come_before_the_response_is_complete") {
    http_response_parser parser{1000};
    REQUIRE(parser.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").has_value());
    CHECK(parser.has_head());
    CHECK_FALSE(parser.is_done());
    REQUIRE(parser.feed("a\r\n01234").has_value());
    CHECK(parser.take_body() == "01234");
    REQUIRE(parser.feed("56789\r\n").has_value());
    CHECK(parser.take_body() == "56789");
    CHECK(parser.take_body().empty());
}

TEST_CASE("end_of_the_connection_ends_a_body_without_length") {
    http_response_parser parser{1000};
    REQUIRE(parser.feed("HTTP/1.1 200 OK\r\n\r\npart").has_value());
    CHECK_FALSE(parser.is_done());
    REQUIRE(parser.feed_end().has_value());
    CHECK(parser.is_done());
    CHECK_FALSE(parser.keeps_connection());
    CHECK(parser.take_body() == "part");
}

TEST_CASE("end_of_the_connection_inside_a_body_is_an_error") {
    for (const auto* const text :
         {"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab"}) {
        http_response_parser parser{1000};
        REQUIRE(parser.feed(text).has_value());
        const auto ended = parser.feed_end();
        REQUIRE(ended.has_error());
        CHECK(ended.error().code == errc::connection_lost);
    }
}

TEST_CASE("connection_is_not_kept_when_the_server_says_so_or_sent_too_much") {
    CHECK_FALSE(
        parse("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 99).keeps);
    CHECK_FALSE(parse("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 99).keeps);
    CHECK_FALSE(parse("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK", 999).keeps);
}

TEST_CASE("blanks_before_the_status_line_are_overlooked_at_every_split") {
    constexpr std::string_view text = "\r\n HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    for (std::size_t step = 1; step <= text.size(); ++step) {
        const auto outcome = parse(text, step);
        CHECK(outcome.is_done);
        CHECK(outcome.body == "ok");
    }
}

TEST_CASE("what_is_no_http_response_is_refused") {
    CHECK(failure_of("SSH-2.0-OpenSSH_9.2\r\n\r\n").code == errc::bad_http_request);
    CHECK(failure_of("HTTP/1.1 200 OK\r\nA: " + std::string(2000, 'x')).code ==
          errc::bad_http_request);
    CHECK(failure_of("HTTP/1.1 050 OK\r\nContent-Length: 0\r\n\r\n").code ==
          errc::bad_http_request); // no class of status
    CHECK(failure_of("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n").code ==
          errc::bad_http_request);
}

TEST_CASE("fields_are_found_whatever_their_case") {
    http_response_head head;
    head.fields = {{"CONTENT-type", " Text/Event-Stream ; charset=utf-8"}, {"X", "1"}};
    CHECK(head.media_type() == "text/event-stream");
    CHECK(head.find("x") == "1");
    CHECK_FALSE(head.find("y"));
    CHECK(http_response_head{}.media_type().empty());
}

} // namespace mcpgw
