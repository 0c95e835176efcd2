// SPDX-License-Identifier: Apache-2.0
#include "protocol/http/header_value.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpgw {
namespace {

using namespace std::string_literals;

TEST_CASE("header_values_are_encoded_as_in_the_table_of_the_specification") {
    const std::vector<std::pair<std::string_view, std::string_view>> table{
        {"us-west1", "us-west1"},
        {"Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="},
        {" padded ", "=?base64?IHBhZGRlZCA=?="},
        {"line1\nline2", "=?base64?bGluZTEKbGluZTI=?="},
        {"=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="},
        // beyond the table
        {"", ""},
        {"a b", "a b"},
        {"~!@#", "~!@#"},
        {" a", "=?base64?IGE=?="},
        {"a ", "=?base64?YSA=?="},
        {"a\tb", "=?base64?YQli?="},
        {"a\x7F", "=?base64?YX8=?="},
        {"=?base64?", "=?base64?"},
        {"x?=", "x?="},
    };
    for (const auto& [value, encoded] : table) {
        CAPTURE(value);
        CHECK(encode_header_value(value) == encoded);
        CHECK(decode_header_value(encoded) == value);
    }
}

TEST_CASE("every_value_survives_its_header") {
    std::string text;
    for (unsigned i = 0; i < 600; ++i) {
        text += static_cast<char>(i * 7 % 128); // ASCII with controls, so valid UTF-8 at any length
        CAPTURE(i);
        CHECK(decode_header_value(encode_header_value(text)) == text);
        const auto tail = text.substr(text.size() / 2);
        CHECK(decode_header_value(encode_header_value(tail)) == tail);
    }
    // A value that looks encoded, or nearly so, never decodes to something else.
    for (const std::string_view value : {"=?base64?=",
                                         "=?base64?"
                                         "?=",
                                         "=?base64?QQ==?=", "=?base64?x?=", "=?base64?"}) {
        CAPTURE(value);
        CHECK(decode_header_value(encode_header_value(value)) == value);
    }
}

TEST_CASE("only_canonical_base64_of_utf8_is_decoded") {
    const auto decode = [](std::string_view base64) {
        return decode_header_value("=?base64?" + std::string{base64} + "?=");
    };
    CHECK(decode("") == "");
    CHECK(decode("QQ==") == "A");
    CHECK(decode("QUI=") == "AB");
    CHECK(decode("QUJD") == "ABC");
    CHECK(decode("Pz8/") == "???");
    CHECK(decode("fn5+") == "~~~");
    CHECK(decode("AA==") == "\0"s);
    for (const std::string_view bad :
         {"QQ",   "QQ=",   "QQ===",         "Q",    "Q===", "=",     "==",     "====",
          "QUI",  "QUI==", "QR==",          "QUJ=", "Q Q=", " QQ==", "QQ==\n", "QQ==QQ==",
          "Pz8_", "fn5-",  "QQ==-TAMPERED", "Q=Q=", "/w==", "wyg=",  "7aCA"}) {
        CAPTURE(bad);
        CHECK_FALSE(decode(bad).has_value());
    }
    CHECK_FALSE(decode_header_value("=?base64?=").has_value());
    CHECK_FALSE(decode_header_value("a\nb").has_value());
    CHECK_FALSE(decode_header_value("\xC3\xA9").has_value());
}

} // namespace
} // namespace mcpgw
