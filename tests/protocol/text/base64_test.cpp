// SPDX-License-Identifier: Apache-2.0
#include "protocol/text/base64.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {
namespace {

constexpr auto padded = base64_form::padded;
constexpr auto url = base64_form::url;

TEST_CASE("base64_has_the_test_vectors_of_rfc_4648") {
    const std::vector<std::pair<std::string_view, std::string_view>> vectors{
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xFB\xFF", "+/8="},
    };
    for (const auto& [bytes, text] : vectors) {
        CAPTURE(text);
        CHECK(encode_base64(bytes, padded) == text);
        CHECK(decode_base64(text, padded) == bytes);
    }
    CHECK(encode_base64("\xFB\xFF", url) == "-_8");
    CHECK(decode_base64("-_8", url) == "\xFB\xFF");
}

TEST_CASE("every_byte_survives_base64_in_both_forms") {
    std::string bytes;
    for (int i = 0; i < 300; ++i) {
        bytes += static_cast<char>(i * 37);
        CHECK(decode_base64(encode_base64(bytes, padded), padded) == bytes);
        CHECK(decode_base64(encode_base64(bytes, url), url) == bytes);
    }
}

TEST_CASE("each_sequence_of_bytes_has_one_spelling_in_base64") {
    // Every text of up to two groups over a few characters: what decodes encodes to the same text.
    const std::string_view characters = "AQgw/+-_= ";
    std::size_t decoded_count = 0;
    for (const auto form : {padded, url}) {
        std::vector<std::string> texts{""};
        for (std::size_t at = 0; at < texts.size() && texts[at].size() < 5; ++at) {
            const std::string text = texts[at];
            for (const char c : characters) texts.push_back(text + c);
            const auto decoded = decode_base64(text, form);
            if (!decoded) continue;
            ++decoded_count;
            if (encode_base64(*decoded, form) != text) FAIL_CHECK("two spellings: " << text);
        }
    }
    CHECK(decoded_count > 1000);
}

TEST_CASE("base64_of_one_form_is_refused_by_the_other") {
    CHECK_FALSE(decode_base64("Zg==", url));
    CHECK_FALSE(decode_base64("Zg", padded));
    CHECK_FALSE(decode_base64("+/8", url));
    CHECK_FALSE(decode_base64("-_8=", padded));
    CHECK_FALSE(decode_base64("Zm9v\n", url));
    CHECK_FALSE(decode_base64("Zm9v=", padded));
    CHECK_FALSE(decode_base64("====", padded));
    CHECK_FALSE(decode_base64("Zm=v", padded));
}

} // namespace
} // namespace mcpgw
