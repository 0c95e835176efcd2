// SPDX-License-Identifier: Apache-2.0
#include "transports/http_server/http_reply.hpp"

#include "tests/support/recording_handler.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using mcpgw::errc;
using mcpgw::http_reply;
using mcpgw::io_test::error_name;
using mcpgw::io_test::id_of;

TEST_CASE("head_has_status_length_type_and_further_fields") {
    http_reply reply;
    reply.body = "{}";
    reply.fields.emplace_back("Mcp-Session-Id", "abc");
    CHECK(reply.head(true) == "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                              "Content-Length: 2\r\nMcp-Session-Id: abc\r\n\r\n");
    CHECK(reply.head(false).ends_with("\r\nConnection: close\r\n\r\n"));
}

TEST_CASE("head_names_whatever_is_not_usual") {
    http_reply reply;
    reply.body = std::string(1'234, 'x');
    reply.content_type = "text/plain";
    CHECK(reply.head(true) == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                              "Content-Length: 1234\r\n\r\n");
    reply.content_type = http_reply::json_type;
    reply.status = 404;
    CHECK(reply.head(true) == "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n"
                              "Content-Length: 1234\r\n\r\n");
}

TEST_CASE("head_without_a_body_has_no_type") {
    const auto accepted = mcpgw::accepted_reply();
    CHECK(accepted.head(true) == "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
    http_reply empty;
    empty.status = 204;
    CHECK(empty.head(true) == "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST_CASE("event_stream_head_is_chunked_or_ends_with_the_connection") {
    const auto chunked = mcpgw::event_stream_head(true, {{"Vary", "Origin"}});
    CHECK(chunked.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"));
    CHECK(chunked.find("\r\nTransfer-Encoding: chunked\r\n") != std::string::npos);
    CHECK(chunked.find("\r\nX-Accel-Buffering: no\r\n") != std::string::npos);
    CHECK(chunked.find("no-cache") != std::string::npos);
    CHECK(chunked.ends_with("\r\nVary: Origin\r\n\r\n"));
    CHECK(chunked.find("Connection:") == std::string::npos);

    const auto plain = mcpgw::event_stream_head(false);
    CHECK(plain.find("Transfer-Encoding") == std::string::npos);
    CHECK(plain.find("\r\nConnection: close\r\n") != std::string::npos);
}

TEST_CASE("an_error_reply_has_the_tables_status_and_a_json_rpc_body") {
    const auto reply = mcpgw::error_reply({errc::message_too_large, "too much"}, "\"a\"");
    CHECK(reply.status == 413);
    CHECK(error_name(reply.body.str()) == "MESSAGE_TOO_LARGE");
    CHECK(id_of(reply.body.str()) == "\"a\"");
    CHECK(reply.body.str().find("too much") != std::string::npos);

    const auto anonymous = mcpgw::error_reply(errc::session_unknown);
    CHECK(anonymous.status == 404);
    CHECK(id_of(anonymous.body.str()).empty());
}

TEST_CASE("every_status_of_the_error_table_has_its_phrase") {
    for (int code = 0; code <= static_cast<int>(errc::gateway_stopping); ++code) {
        mcpgw::http_reply reply;
        reply.status = mcpgw::describe(static_cast<errc>(code)).http_status;
        const auto head = reply.head(true, 0);
        CAPTURE(head);
        CHECK(head.find("Unknown") == std::string::npos);
    }
    mcpgw::http_reply reply;
    reply.status = 404;
    CHECK(reply.head(true, 0).starts_with("HTTP/1.1 404 Not Found\r\n"));
}
