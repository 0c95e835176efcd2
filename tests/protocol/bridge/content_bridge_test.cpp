// SPDX-License-Identifier: Apache-2.0
#include "protocol/bridge/content_bridge.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace mcpgw {

TEST_CASE("content_is_said_in_words_of_the_clients_revision") {
    constexpr auto r2024 = revision::r2024_11_05;
    constexpr auto r03 = revision::r2025_03_26;
    constexpr auto r06 = revision::r2025_06_18;
    constexpr auto r11 = revision::r2025_11_25;
    constexpr std::string_view audio =
        R"({"content":[{"type":"audio","data":"AA==","mimeType":"audio/wav"}],"x":1.0})";
    constexpr std::string_view link =
        R"({"content":[{"type":"resource_link","uri":"u:1","name":"N","mimeType":"a/b",)"
        R"("description":"D"}]})";
    constexpr std::string_view prompt =
        R"({"messages":[{"role":"user","content":{"type":"audio","mimeType":"audio/wav"}}]})";
    constexpr std::string_view both = R"({"content":[{"type":"text","text":"t"}],)"
                                      R"("structuredContent":{"a":1.0},"isError":false})";
    struct row {
        std::string_view in;
        revision client;
        std::string_view out;
    };
    const std::vector<row> rows{
        {audio, r2024,
         R"({"content":[{"type":"text","text":"[audio/wav audio left out: MCP 2024-11-05, which )"
         R"(this client speaks, has no audio]"}],"x":1.0})"},
        {audio, r03, audio},
        {link, r03, R"({"content":[{"type":"text","text":"Resource N: u:1 (a/b) - D"}]})"},
        {link, r06, link},
        {prompt, r2024,
         R"({"messages":[{"role":"user","content":{"type":"text","text":"[audio/wav audio left )"
         R"(out: MCP 2024-11-05, which this client speaks, has no audio]"}}]})"},
        {prompt, r11, prompt},
        {both, r03, R"({"content":[{"type":"text","text":"t"}],"isError":false})"},
        {both, r06, both},
        {R"({ "content" : [ ] , "n":1.0})", r11, R"({ "content" : [ ] , "n":1.0})"},
        {R"({"content":[],"structuredContent":{"a":1}})", r03,
         R"({"content":[{"type":"text","text":"{\"a\":1}"}]})"},
        {R"({"structuredContent":[1]})", r03, R"({"content":[{"type":"text","text":"[1]"}]})"},
        {R"({"content":[],"structuredContent":[1.0]})", r11,
         R"({"content":[],"structuredContent":{"result":[1.0]}})"},
        {R"({"contents":[{"uri":"u:1","text":"t"}]})", r2024,
         R"({"contents":[{"uri":"u:1","text":"t"}]})"},
        {R"({"content":[],"structuredContent":[1.0]})", revision::r2026_07_28,
         R"({"content":[],"structuredContent":[1.0]})"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.in, to_string(r.client));
        CHECK(content_for_client(std::string{r.in}, output_shape::undeclared, r.client) == r.out);
    }
    CHECK(content_for_client(R"({"structuredContent":{"a":1}})", output_shape::other, r11) ==
          R"({"structuredContent":{"result":{"a":1}}})");
    CHECK(content_for_client(R"({"content":[{"type":"text"}],"structuredContent":[1]})",
                             output_shape::object, r11) == R"({"content":[{"type":"text"}]})");
}

} // namespace mcpgw
