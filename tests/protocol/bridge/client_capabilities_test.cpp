// SPDX-License-Identifier: Apache-2.0
#include "protocol/bridge/client_capabilities.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace mcpgw {

namespace {
constexpr auto r2024 = revision::r2024_11_05;
constexpr auto r03 = revision::r2025_03_26;
constexpr auto r06 = revision::r2025_06_18;
constexpr auto r11 = revision::r2025_11_25;
constexpr auto modern = revision::r2026_07_28;
} // namespace

TEST_CASE("abilities_depend_on_declaration_and_revision") {
    struct row {
        std::string_view declared;
        revision client;
        std::string able; ///< letters: r s t (sampling tools) f u
    };
    const std::vector<row> rows{
        {"", r11, ""},
        {"{}", modern, ""},
        {R"({"roots":{"listChanged":true},"sampling":{}})", r2024, "rs"},
        {R"({"roots":{},"sampling":{"tools":{}}})", r11, "rst"},
        {R"({"sampling":{"context":{},"tools":{}}})", modern, "st"},
        // What a revision does not have cannot be declared in it.
        {R"({"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}}})", r06, "sf"},
        {R"({"elicitation":{}})", r03, "f"}, // not of that revision, but declared
        {R"({"elicitation":{}})", r2024, "f"},
        // An empty object means forms.
        {R"({"elicitation":{}})", r06, "f"},
        {R"({"elicitation":{}})", r11, "f"},
        {R"({"elicitation":{}})", modern, "f"},
        {R"({"elicitation":{"url":{}}})", r11, "u"},
        {R"({"elicitation":{"form":{},"url":{}}})", modern, "fu"},
        {R"({"elicitation":{"form":{}}})", modern, "f"},
        {R"({"elicitation":null,"roots":false,"sampling":[]})", r11, ""},
    };
    for (const auto& r : rows) {
        CAPTURE(r.declared, to_string(r.client));
        const auto can = abilities_of(r.declared, r.client);
        const std::string able = std::string(can.roots ? "r" : "") + (can.sampling ? "s" : "") +
                                 (can.sampling_tools ? "t" : "") + (can.form ? "f" : "") +
                                 (can.url ? "u" : "");
        CHECK(able == r.able);
    }
}

TEST_CASE("pooled_server_is_told_all_that_its_revision_knows") {
    CHECK(relayed_client_capabilities(r2024) == R"({"roots":{"listChanged":true},"sampling":{}})");
    CHECK(relayed_client_capabilities(r03) == relayed_client_capabilities(r2024));
    CHECK(relayed_client_capabilities(r06) ==
          R"({"roots":{"listChanged":true},"sampling":{},"elicitation":{}})");
    CHECK(relayed_client_capabilities(r11) ==
          R"({"roots":{"listChanged":true},"sampling":{"tools":{}},)"
          R"("elicitation":{"form":{},"url":{}}})");
    CHECK(relayed_client_capabilities(modern) ==
          R"({"roots":{},"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}}})");
}

TEST_CASE("capabilities_of_one_client_fit_the_servers_revision") {
    constexpr std::string_view all =
        R"({"experimental":{"x":{"n":1.0}},"roots":{"listChanged":true},"sampling":{"tools":{}},)"
        R"("elicitation":{"form":{"a":1},"url":{}},"tasks":{"list":{}},)"
        R"("extensions":{"io.modelcontextprotocol/ui":{"m":1.0},"com.example/other":{}}})";
    struct row {
        std::string_view declared;
        revision client, server;
        std::string_view told;
    };
    const std::vector<row> rows{
        {"", r11, modern, "{}"},
        {all, r11, modern,
         R"({"experimental":{"x":{"n":1.0}},"roots":{},"sampling":{"tools":{}},)"
         R"("elicitation":{"form":{},"url":{}},)"
         R"("extensions":{"io.modelcontextprotocol/ui":{"m":1.0}}})"},
        {all, r11, r06,
         R"({"experimental":{"x":{"n":1.0}},"roots":{"listChanged":true},"sampling":{},)"
         R"("elicitation":{},"extensions":{"io.modelcontextprotocol/ui":{"m":1.0}}})"},
        {R"({"elicitation":{},"sampling":{"tools":{}}})", r11, r03, R"({"sampling":{}})"},
        // A client that takes URLs alone has nothing for a server that knows forms alone.
        {R"({"elicitation":{"url":{}}})", r11, r06, "{}"},
        {R"({"elicitation":{}})", r06, modern, R"({"elicitation":{"form":{}}})"},
        {R"({"elicitation":{},"roots":{"listChanged":true}})", r2024, modern,
         R"({"elicitation":{"form":{}},"roots":{}})"},
        {R"({"tasks":{},"extensions":{"io.modelcontextprotocol/tasks":{}}})", modern, modern, "{}"},
        {R"({"roots":{"listChanged":true}})", r06, r11, R"({"roots":{"listChanged":true}})"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.declared, to_string(r.client), to_string(r.server));
        CHECK(client_capabilities_for(r.declared, r.client, r.server) == r.told);
    }
}

} // namespace mcpgw
