// SPDX-License-Identifier: Apache-2.0
#include "transports/http_request/http_request_parser.hpp"

#include "transports/async/asio.hpp"

#include <boost/beast/http/error.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

using mcpgw::http_request_parser;
using mcpgw::request_head_cache;

namespace {

boost::system::error_code put(http_request_parser& parser, std::string_view text) {
    boost::system::error_code ec;
    parser.put(boost::asio::buffer(text.data(), text.size()), ec);
    return ec;
}

} // namespace

TEST_CASE("a_head_stays_when_the_bytes_it_came_in_are_gone") {
    request_head_cache stored;
    http_request_parser parser{stored};
    {
        std::string bytes = "POST /mcp?x=1 HTTP/1.1\r\nHost: a:1\r\nX-Two:  b \r\nx-two: c\r\n"
                            "Content-Length: 3\r\n\r\n";
        CHECK_FALSE(put(parser, bytes));
        bytes.assign(bytes.size(), '#');
    }
    REQUIRE(parser.is_header_done());
    CHECK(parser.content_length().value() == 3);
    CHECK(stored.head.method == "POST");
    CHECK(stored.head.target == "/mcp?x=1");
    CHECK(stored.head.version == 11);
    REQUIRE(stored.head.fields.size() == 4);
    CHECK(stored.head.fields[0].name == "Host");
    CHECK(stored.head.fields[0].value == "a:1");
    CHECK(stored.head.count("X-TWO") == 2);
    CHECK(stored.head.find("X-Two") == "b");
    CHECK(stored.head.find("Content-Length") == "3");
}

TEST_CASE("one_head_takes_the_place_of_another") {
    request_head_cache stored;
    {
        http_request_parser first{stored};
        put(first, "POST /long/path HTTP/1.1\r\nHost: a\r\nOrigin: http://a\r\n\r\n");
    }
    http_request_parser second{stored};
    put(second, "GET /b HTTP/1.0\r\nHost: c\r\n\r\n");
    CHECK(stored.head.method == "GET");
    CHECK(stored.head.target == "/b");
    CHECK(stored.head.version == 10);
    CHECK(stored.head.fields.size() == 1);
    CHECK_FALSE(stored.head.find("Origin"));
}

TEST_CASE("a_chunked_body_is_put_together_and_its_trailers_are_no_fields") {
    request_head_cache stored;
    http_request_parser parser{stored};
    put(parser, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    REQUIRE(parser.chunked());
    parser.eager(true);
    CHECK_FALSE(put(parser, "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nHost: other\r\n\r\n"));
    CHECK(parser.is_done());
    CHECK(parser.take_body() == "abcde");
    CHECK(stored.head.count("Host") == 1);
}

TEST_CASE("a_chunked_body_over_its_limit_is_refused") {
    request_head_cache stored;
    http_request_parser parser{stored};
    put(parser, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    parser.body_limit(4);
    parser.eager(true);
    CHECK(put(parser, "5\r\nabcde\r\n0\r\n\r\n") == boost::beast::http::error::body_limit);
}
