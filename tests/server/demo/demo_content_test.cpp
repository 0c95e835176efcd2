// SPDX-License-Identifier: Apache-2.0
#include "server/demo/demo_content.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace mcpgw::demo_test {

namespace json = boost::json;

namespace {

json::value object_of(const std::string& members) {
    return json::parse("{" + members + "}");
}

std::vector<std::uint8_t> decode_base64(std::string_view text) {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::vector<std::uint8_t> bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text.substr(0, text.find('='))) {
        const auto value = alphabet.find(c);
        REQUIRE(value != std::string_view::npos);
        bits = (bits << 6) | static_cast<std::uint32_t>(value);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes.push_back(static_cast<std::uint8_t>((bits >> count) & 0xff));
    }
    return bytes;
}

std::uint32_t crc32(const std::uint8_t* data, std::size_t size) {
    std::uint32_t crc = 0xffffffff;
    for (std::size_t i = 0; i < size; ++i) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320U : 0U);
    }
    return ~crc;
}

std::uint32_t big_endian(const std::uint8_t* data) {
    return (std::uint32_t{data[0]} << 24) | (std::uint32_t{data[1]} << 16) |
           (std::uint32_t{data[2]} << 8) | std::uint32_t{data[3]};
}

json::value complete(std::string_view ref, std::string_view argument) {
    const auto members = complete_demo_argument(R"({"ref":)" + std::string{ref} +
                                                R"(,"argument":)" + std::string{argument} + "}");
    REQUIRE(members.has_value());
    return object_of(*members).at("completion");
}

} // namespace

TEST_CASE("logo_is_a_sound_png_of_16_by_16_pixels") {
    const auto png = decode_base64(demo_logo_base64());
    constexpr std::array<std::uint8_t, 8> signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    REQUIRE(png.size() > signature.size());
    CHECK(std::equal(signature.begin(), signature.end(), png.begin()));
    std::vector<std::string> kinds;
    std::size_t at = signature.size();
    while (at + 12 <= png.size()) {
        const std::size_t length = big_endian(&png[at]);
        REQUIRE(at + 12 + length <= png.size());
        kinds.emplace_back(png.begin() + static_cast<std::ptrdiff_t>(at) + 4,
                           png.begin() + static_cast<std::ptrdiff_t>(at) + 8);
        CHECK(crc32(&png[at + 4], length + 4) == big_endian(&png[at + 8 + length]));
        at += 12 + length;
    }
    CHECK(at == png.size());
    CHECK(kinds == std::vector<std::string>{"IHDR", "PLTE", "IDAT", "IEND"});
    CHECK(big_endian(&png[16]) == 16);
    CHECK(big_endian(&png[20]) == 16);
}

TEST_CASE("resources_have_their_kind_of_content") {
    const auto greeting = object_of(read_demo_resource("demo://greeting").value());
    CHECK(greeting.at("contents").at(0).at("mimeType") == "text/plain");
    CHECK(greeting.at("contents").at(0).at("uri") == "demo://greeting");
    const auto logo = object_of(read_demo_resource("demo://logo").value());
    CHECK(logo.at("contents").at(0).at("blob").as_string() == demo_logo_base64());
    const auto number = object_of(read_demo_resource("demo://numbers/-12").value());
    CHECK(number.at("contents").at(0).at("text") == R"({"n":-12,"square":144})");
    CHECK(number.at("contents").at(0).at("mimeType") == "application/json");
}

TEST_CASE("uris_that_name_nothing_are_not_found") {
    for (const auto* uri : {"", "demo://", "demo://Greeting", "demo://numbers/", "demo://numbers/x",
                            "demo://numbers/07", "demo://numbers/-0", "demo://numbers/+1",
                            "demo://numbers/1 ", "demo://numbers/3037000500",
                            "demo://numbers/99999999999999999999", "demo://numbers/{n}"}) {
        CAPTURE(uri);
        CHECK_FALSE(read_demo_resource(uri));
    }
    CHECK(read_demo_resource("demo://numbers/3037000499")
              ->find(R"(\"square\":9223372030926249001)") != std::string::npos);
}

TEST_CASE("prompt_puts_text_and_style_into_its_message") {
    const auto arguments = demo_arguments::parse(R"({"text":"A \"b\"","style":"short"})");
    const auto members = get_demo_prompt("summarize", *arguments);
    REQUIRE(members.has_value());
    const auto prompt = object_of(*members);
    CHECK(prompt.at("messages").at(0).at("content").at("text") ==
          "Summarize the following text in this style: short.\n\nA \"b\"");
}

TEST_CASE("prompt_faults_say_what_is_wrong") {
    const auto check = [](std::string_view name, std::string_view raw, errc code) {
        const auto arguments = demo_arguments::parse(raw);
        REQUIRE(arguments.has_value());
        const auto members = get_demo_prompt(name, *arguments);
        REQUIRE(members.has_error());
        CHECK(members.error().code == code);
    };
    check("nothing", "{}", errc::prompt_not_found);
    check("summarize", "{}", errc::invalid_arguments);
    check("summarize", "", errc::invalid_arguments);
    check("summarize", R"({"text":5})", errc::invalid_arguments);
    check("summarize", R"({"text":"x","style":null})", errc::invalid_arguments);
}

TEST_CASE("completion_filters_by_prefix") {
    const auto prompt = R"({"type":"ref/prompt","name":"summarize"})";
    const auto all = complete(prompt, R"({"name":"style","value":""})");
    CHECK(all.at("values") == json::array{"short", "bullet points", "detailed"});
    CHECK(all.at("total") == 3);
    CHECK(all.at("hasMore") == false);
    CHECK(complete(prompt, R"({"name":"style","value":"b"})").at("values") ==
          json::array{"bullet points"});
    CHECK(complete(prompt, R"({"name":"style","value":"x"})").at("values") == json::array{});
    CHECK(complete(prompt, R"({"name":"text","value":""})").at("values") == json::array{});
    const auto number = R"({"type":"ref/resource","uri":"demo://numbers/{n}"})";
    CHECK(complete(number, R"({"name":"n","value":"1"})").at("values") ==
          json::array{"1", "10", "100", "1000"});
}

TEST_CASE("completion_refuses_what_it_does_not_know") {
    for (const auto* params : {
             "{}",
             R"({"ref":{"type":"ref/prompt","name":"summarize"}})",
             R"({"ref":{"type":"ref/prompt","name":"summarize"},"argument":{"name":"style"}})",
             R"({"ref":{"type":"ref/prompt","name":"x"},"argument":{"name":"n","value":""}})",
             R"({"ref":{"type":"ref/prompt","name":"summarize"},)"
             R"("argument":{"name":"colour","value":""}})",
             R"({"ref":{"type":"ref/resource","uri":"demo://logo"},)"
             R"("argument":{"name":"n","value":""}})",
             R"({"ref":{"type":"ref/else"},"argument":{"name":"n","value":""}})",
         }) {
        CAPTURE(params);
        const auto members = complete_demo_argument(params);
        REQUIRE(members.has_error());
        CHECK(members.error().code == errc::invalid_params);
    }
}

} // namespace mcpgw::demo_test
