// SPDX-License-Identifier: Apache-2.0
#include "transports/http_request/request_head_cache.hpp"

#include "transports/async/asio.hpp"
#include "transports/http_request/http_request_parser.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

using mcpgw::http_request_parser;
using mcpgw::request_head_cache;

namespace {

constexpr std::string_view first = "POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Length: 107\r\n"
                                   "Mcp-Session-Id: one\r\n\r\n";

void keep(request_head_cache& stored, std::string_view text) {
    http_request_parser parser{stored};
    boost::system::error_code ec;
    parser.put(boost::asio::buffer(text.data(), text.size()), ec);
    REQUIRE(parser.is_header_done());
    stored.keep(text);
}

std::string with(std::string_view text, std::string_view part, std::string_view other) {
    std::string changed{text};
    changed.replace(changed.find(part), part.size(), other);
    return changed;
}

} // namespace

TEST_CASE("the_same_head_is_repeated_with_the_length_of_the_new_body") {
    request_head_cache stored;
    keep(stored, first);
    CHECK(stored.raw_size() == first.size());
    REQUIRE(stored.matches(with(first, "107", "998") + "{a body}"));
    CHECK(stored.head.find("content-length") == "998");
    CHECK(stored.head.find("Host") == "a");
    CHECK(stored.head.find("Mcp-Session-Id") == "one");
    REQUIRE(stored.matches(first));
    CHECK(stored.head.find("content-length") == "107");
}

TEST_CASE("a_head_with_any_other_byte_is_a_new_one") {
    request_head_cache stored;
    keep(stored, first);
    for (std::size_t at = 0; at < first.size(); ++at) {
        CAPTURE(at);
        std::string other{first};
        other[at] = other[at] == 'x' ? 'y' : 'x';
        CHECK_FALSE(stored.matches(other));
    }
    CHECK(stored.head.find("Content-Length") == "107");
}

TEST_CASE("a_length_with_more_digits_or_with_none_is_a_new_head") {
    request_head_cache stored;
    keep(stored, first);
    for (const std::string_view digits : {"1107", "17", "", "+17", "1 7", "1,7", "\r\n\r\n"}) {
        CAPTURE(digits);
        CHECK_FALSE(stored.matches(with(first, "107", digits) + "{a body that is long enough}"));
    }
}

TEST_CASE("a_part_of_a_head_is_none") {
    request_head_cache stored;
    CHECK_FALSE(stored.matches(first));
    CHECK_FALSE(stored.matches({}));
    keep(stored, first);
    CHECK_FALSE(stored.matches(first.substr(0, first.size() - 1)));
    CHECK_FALSE(stored.matches({}));
}

TEST_CASE("a_head_without_a_body_is_repeated_as_it_is") {
    constexpr std::string_view get = "GET /mcp HTTP/1.1\r\nHost: a\r\n\r\n";
    request_head_cache stored;
    keep(stored, get);
    CHECK(stored.matches(get));
    CHECK_FALSE(stored.matches(with(get, "a\r\n", "b\r\n")));
    keep(stored, first); // and the digits of another head are not looked for in it
    keep(stored, get);
    CHECK(stored.matches(get));
}

TEST_CASE("a_length_that_is_written_in_an_unusual_way_is_parsed_each_time") {
    for (const std::string_view line :
         {"Content-Length:107\r\n", "Content-Length:  107\r\n", "Content-Length: 107 \r\n",
          "Content-Length:\r\n 107\r\n"}) {
        CAPTURE(line);
        const auto text = with(first, "Content-Length: 107\r\n", line);
        request_head_cache stored;
        keep(stored, text);
        CHECK_FALSE(stored.matches(text));
        CHECK(stored.head.find("Content-Length") == "107");
    }
}

TEST_CASE("a_very_long_head_is_parsed_each_time") {
    const auto text =
        with(first, "Host: a\r\n",
             "Host: a\r\nX: " + std::string(request_head_cache::kept_bytes_max, 'x') + "\r\n");
    request_head_cache stored;
    keep(stored, text);
    CHECK_FALSE(stored.matches(text));
}

TEST_CASE("a_head_that_was_cleared_is_not_repeated") {
    request_head_cache stored;
    keep(stored, first);
    stored.clear();
    CHECK_FALSE(stored.matches(first));
}
