// SPDX-License-Identifier: Apache-2.0
#include "transports/coding/content_coding.hpp"

#include "tests/support/http_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace mcpgw {

namespace {

std::string encoded(content_coding coding, std::string_view body) {
    const auto encoder = make_encoder(coding);
    REQUIRE(encoder);
    std::string out;
    REQUIRE(encoder->feed(body.substr(0, body.size() / 2), false, out));
    REQUIRE(encoder->feed(body.substr(body.size() / 2), true, out));
    return out;
}

/// What comes out when the body is fed in pieces of `step` bytes.
result<std::string> decoded(std::string_view value, std::string_view body, std::size_t step,
                            expansion_limits limits = {}) {
    auto decoder = content_decoder::make(value, limits);
    REQUIRE(decoder.has_value());
    REQUIRE(*decoder);
    std::string out;
    for (std::size_t at = 0; at < body.size(); at += step) {
        const auto piece = (*decoder)->feed(body.substr(at, step));
        if (piece.has_error()) return piece.error();
        out += *piece;
    }
    CHECK((*decoder)->is_whole());
    return out;
}

std::string long_text() {
    std::string text;
    for (int i = 0; i < 5000; ++i) text += R"({"name":"tool)" + std::to_string(i) + R"("},)";
    return text;
}

// "hello, hello, hello" by other encoders.
const std::string zlib_hello("\x78\x9c\xcb\x48\xcd\xc9\xc9\xd7\x51\xc8\x40\xa2\x00\x44\x28\x06\xd5",
                             17);
const std::string raw_hello("\xcb\x48\xcd\xc9\xc9\xd7\x51\xc8\x40\xa2\x00", 11);
const std::string br_hello("\x20\x01\x10hello, hello, hello\x03", 23);
constexpr std::string_view hello = "hello, hello, hello";

} // namespace

TEST_CASE("what_was_encoded_is_decoded_at_every_split") {
    const auto text = long_text();
    for (const auto coding : {content_coding::gzip, content_coding::zstd}) {
        const auto body = encoded(coding, text);
        CHECK(body.size() < text.size() / 5);
        for (const std::size_t step :
             {std::size_t{1}, std::size_t{7}, std::size_t{4096}, body.size()}) {
            const auto out = decoded(to_string(coding), body, step);
            REQUIRE(out.has_value());
            CHECK(*out == text);
        }
    }
}

TEST_CASE("bodies_of_other_encoders_are_decoded_at_every_split") {
    for (const auto& [value, body] :
         {std::pair{"deflate", zlib_hello}, {"deflate", raw_hello}, {"br", br_hello}})
        for (std::size_t step = 1; step <= body.size(); ++step) {
            INFO(value << " " << step);
            const auto out = decoded(value, body, step);
            REQUIRE(out.has_value());
            CHECK(*out == hello);
        }
}

TEST_CASE("gzip_of_several_members_is_one_body") {
    const auto body = encoded(content_coding::gzip, "one ") + encoded(content_coding::gzip, "two");
    CHECK(*decoded("gzip", body, 5) == "one two");
}

TEST_CASE("codings_around_each_other_are_undone_from_the_outside") {
    const auto body = encoded(content_coding::zstd, encoded(content_coding::gzip, hello));
    CHECK(*decoded("gzip, zstd", body, 3) == hello);
    CHECK(content_decoder::make("gzip, zstd, br").has_error());
}

TEST_CASE("values_that_mean_no_coding_are_none_and_unknown_ones_are_refused") {
    for (const auto* const value : {"", "identity", "Identity", "none", "utf-8"}) {
        const auto made = content_decoder::make(value);
        REQUIRE(made.has_value());
        CHECK_FALSE(*made);
    }
    const auto unknown = content_decoder::make("Compress");
    REQUIRE(unknown.has_error());
    CHECK(unknown.error().message().find("compress") != std::string_view::npos);
}

TEST_CASE("a_body_made_to_fill_memory_is_refused") {
    const std::string zeros(20U << 20U, '0');
    constexpr expansion_limits limits{1U << 20U, 100};
    for (const auto coding : {content_coding::gzip, content_coding::zstd}) {
        const auto out = decoded(to_string(coding), encoded(coding, zeros), 1000, limits);
        REQUIRE(out.has_error());
        CHECK(out.error().code == errc::message_too_large);
    }
}

TEST_CASE("damaged_and_cut_bodies_are_noticed") {
    auto body = encoded(content_coding::gzip, long_text());
    body[body.size() / 2] = static_cast<char>(body[body.size() / 2] ^ 0x55);
    CHECK(decoded("gzip", body, body.size()).has_error());
    for (const auto* const value : {"gzip", "zstd"}) {
        const auto whole = encoded(choose_coding(value), hello);
        auto decoder = content_decoder::make(value);
        REQUIRE((*decoder)->feed(whole.substr(0, whole.size() - 1)).has_value());
        CHECK_FALSE((*decoder)->is_whole());
    }
}

TEST_CASE("a_client_gets_the_coding_that_it_likes_best_and_no_other") {
    const std::vector<std::pair<std::string_view, content_coding>> rows{
        {"", content_coding::identity},
        {"identity", content_coding::identity},
        {"gzip", content_coding::gzip},
        {"GZIP", content_coding::gzip},
        {"gzip, deflate", content_coding::gzip},
        {"gzip, deflate, br, zstd", content_coding::zstd},
        {"gzip;q=1.0, zstd;q=0.5", content_coding::gzip},
        {"gzip;q=0", content_coding::identity},
        {"gzip; q=0.001", content_coding::gzip},
        {"br", content_coding::identity},
        {"*", content_coding::gzip},
        {"*;q=0", content_coding::identity},
        {"gzip;q=0, *", content_coding::identity},
        {"identity, gzip;q=0.5", content_coding::identity},
        {"identity;q=0, gzip", content_coding::gzip},
        {",, gzip ,", content_coding::gzip},
        {"gzipped", content_coding::identity},
    };
    for (const auto& [value, expected] : rows) {
        INFO(value);
        CHECK(choose_coding(value) == expected);
    }
}

TEST_CASE("only_long_bodies_go_out_compressed_and_only_to_clients_that_ask_for_it") {
    struct row {
        std::string_view wanted;
        std::size_t bytes;
        std::string_view coding; ///< empty: none
    };
    const std::vector<row> rows{
        {"gzip", 100'000, "gzip"},
        {"gzip, deflate, br, zstd", 400'000, "zstd"},
        {"identity", 100'000, ""},
        {"br", 100'000, ""},
        {"gzip;q=0", 100'000, ""},
        {"", 100'000, ""},
        {"gzip", http_options{}.compress_bytes_min / 2, ""},
    };
    io_test::http_world world;
    auto client = world.connect();
    for (const auto& [wanted, bytes, coding] : rows) {
        INFO(wanted << " " << bytes);
        auto request = io_test::modern_post("1", "echo");
        const std::string filler(bytes, 'x');
        const auto at = request.body.find(R"("name":)");
        request.body.insert(at, R"("filler":")" + filler + R"(",)");
        if (!wanted.empty()) request.fields.emplace_back("Accept-Encoding", std::string{wanted});
        const auto answer = client.ask(request);
        REQUIRE(answer.status == 200);
        CHECK(answer.field("content-encoding") == coding);
        const auto body = coding.empty() ? answer.body : *decoded(coding, answer.body, 1000);
        CHECK(body.find(filler) != std::string::npos);
        CHECK((answer.body.size() < bytes / 10) == !coding.empty());
        if (!coding.empty()) CHECK(answer.field("vary") == "Accept-Encoding");
    }
}

} // namespace mcpgw
