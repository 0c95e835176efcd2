// SPDX-License-Identifier: Apache-2.0
#include "protocol/catalog/server_capabilities.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace mcpgw {

TEST_CASE("capabilities_of_all_servers_are_merged_for_the_clients_revision") {
    constexpr auto r2024 = revision::r2024_11_05;
    constexpr auto r11 = revision::r2025_11_25;
    constexpr auto modern = revision::r2026_07_28;
    constexpr std::string_view everything =
        R"({"tools":{"listChanged":true},"prompts":{"listChanged":true},)"
        R"("resources":{"listChanged":true,"subscribe":true},"completions":{},"logging":{}})";
    const auto with = [&](std::string_view more) {
        std::string all{everything};
        return all.insert(all.size() - 1, more);
    };
    const auto everything_core =
        with(R"(,"tasks":{"list":{},"cancel":{},"requests":{"tools":{"call":{}}}})");
    const auto everything_modern = with(R"(,"extensions":{"io.modelcontextprotocol/tasks":{}})");
    struct row {
        std::vector<std::string_view> servers;
        bool has_own;
        revision client;
        std::string_view out;
    };
    const std::vector<row> rows{
        {{}, false, r11, "{}"},
        {{}, true, r11, R"({"tools":{},"resources":{}})"},
        {{R"({"tools":{}})"}, false, r11, R"({"tools":{"listChanged":true}})"},
        {{R"({"tools":{},"completions":{},"tasks":{}})", R"({"resources":{},"logging":{}})"},
         false,
         modern,
         R"({"tools":{"listChanged":true},"resources":{"listChanged":true},)"
         R"("completions":{},"logging":{}})"},
        {{R"({"resources":{"subscribe":true},"completions":{}})"},
         false,
         r2024,
         R"({"resources":{"listChanged":true,"subscribe":true}})"},
        // What a server has not told yet may be anything.
        {{""}, false, r11, everything_core},
        {{R"({"tools":{}})", ""}, true, modern, everything_modern},
        {{""},
         false,
         r2024,
         R"({"tools":{"listChanged":true},"prompts":{"listChanged":true},)"
         R"("resources":{"listChanged":true,"subscribe":true},"logging":{}})"},
        // Tasks in the client's form, whichever the server has.
        {{R"({"tasks":{"requests":{"tools":{"call":{}}}}})"},
         false,
         modern,
         R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})"},
        {{R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})"},
         false,
         r11,
         R"({"tasks":{"list":{},"cancel":{},"requests":{"tools":{"call":{}}}}})"},
        // Foreign features: the first server's word counts; extensions if they are relayed.
        {{R"({"experimental":{"a":{"n":1.0}}})", R"({"experimental":{"a":{"n":2},"b":{}}})"},
         false,
         r11,
         R"({"experimental":{"a":{"n":1.0},"b":{}}})"},
        {{R"({"extensions":{"io.modelcontextprotocol/ui":{"m":1},"x/y":{}}})"},
         false,
         modern,
         R"({"extensions":{"io.modelcontextprotocol/ui":{"m":1}}})"},
        {{R"({"extensions":{"io.modelcontextprotocol/ui":{}}})"}, false, r2024, "{}"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.out, to_string(r.client));
        capability_sources sources;
        sources.servers = r.servers;
        sources.has_own_tools = r.has_own;
        sources.has_own_resources = r.has_own;
        CHECK(merged_capabilities(sources, r.client) == r.out);
    }
}

TEST_CASE("one_server_alone_is_shown_with_the_changes_that_it_tells") {
    capability_sources sources;
    sources.is_one_server = true;
    sources.servers = {
        R"({"tools":{},"prompts":{"listChanged":true},"resources":{"subscribe":true}})"};
    CHECK(merged_capabilities(sources, revision::r2025_11_25) ==
          R"({"tools":{},"prompts":{"listChanged":true},"resources":{"subscribe":true}})");
}

} // namespace mcpgw
