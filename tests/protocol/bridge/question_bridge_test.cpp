// SPDX-License-Identifier: Apache-2.0
#include "protocol/bridge/question_bridge.hpp"

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

constexpr std::string_view able =
    R"({"roots":{},"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}}})";

question_route route(revision server, revision client, std::string_view capabilities = able) {
    return {server, client, capabilities, "gw-7"};
}

struct passing {
    revision server, client;
    std::string_view in, out;
};

void check_questions(std::string_view method_name, const std::vector<passing>& rows) {
    for (const auto& r : rows) {
        CAPTURE(r.in, to_string(r.server), to_string(r.client));
        const auto asked = question_for_client(method_name, r.in, route(r.server, r.client));
        REQUIRE_FALSE(asked.has_error());
        CHECK(*asked == r.out);
    }
}

struct refusal {
    revision client;
    std::string_view capabilities, in;
    errc code;
    std::string_view text, data;
};

void check_refusals(std::string_view method_name, const std::vector<refusal>& rows) {
    for (const auto& r : rows) {
        CAPTURE(r.in, to_string(r.client), r.capabilities);
        const auto asked =
            question_for_client(method_name, r.in, route(r11, r.client, r.capabilities));
        REQUIRE(asked.has_error());
        CHECK(asked.error().code == r.code);
        CAPTURE(asked.error().detail);
        CHECK(asked.error().detail.find(r.text) != std::string::npos);
        CHECK(asked.error().data_json == r.data);
    }
}

} // namespace

TEST_CASE("sampling_reaches_every_revision_that_can_show_it") {
    check_questions(
        "sampling/createMessage",
        {
            {r11, r11, R"({"messages":[],"maxTokens":1.0,"tools":[],"task":{"ttl":1}})",
             R"({"messages":[],"maxTokens":1.0,"tools":[]})"},
            // Tokens belong to one hop; to a modern client no _meta goes at all.
            {r06, r11, R"({"_meta":{"progressToken":1,"a":2},"messages":[],"maxTokens":1})",
             R"({"_meta":{"a":2},"messages":[],"maxTokens":1})"},
            {r06, r11, R"({"_meta":{"progressToken":1},"messages":[],"maxTokens":1})",
             R"({"messages":[],"maxTokens":1})"},
            {r11, modern,
             R"({"_meta":{"a":2},"messages":[],"maxTokens":1,"task":{},"toolChoice":{}})",
             R"({"messages":[],"maxTokens":1,"toolChoice":{}})"},
            // One block in an array is one block.
            {r11, r06,
             R"({"maxTokens":1,"messages":[)"
             R"({"role":"user","content":[{"type":"text","text":"\u00e4"}]},)"
             R"({"role":"user","content":{"type":"image","data":"","mimeType":"i/p"}}]})",
             R"({"maxTokens":1,"messages":[)"
             R"({"role":"user","content":{"type":"text","text":"\u00e4"}},)"
             R"({"role":"user","content":{"type":"image","data":"","mimeType":"i/p"}}]})"},
            {modern, r11,
             R"({"maxTokens":1,"messages":[)"
             R"({"role":"user","content":[{"type":"text","text":""}]}]})",
             R"({"maxTokens":1,"messages":[)"
             R"({"role":"user","content":[{"type":"text","text":""}]}]})"},
            {r11, r03,
             R"({"maxTokens":1,"messages":[{"role":"user","content":)"
             R"({"type":"audio","data":"","mimeType":"a/b"}}]})",
             R"({"maxTokens":1,"messages":[{"role":"user","content":)"
             R"({"type":"audio","data":"","mimeType":"a/b"}}]})"},
        });
}

TEST_CASE("sampling_that_the_client_cannot_do_is_refused_with_the_reason") {
    constexpr std::string_view plain = R"({"sampling":{}})";
    check_refusals(
        "sampling/createMessage",
        {
            {r11, "{}", "{}", errc::method_not_found, "does not support sampling",
             R"({"requiredCapabilities":{"sampling":{}}})"},
            {modern, "", "{}", errc::method_not_found, "does not support sampling",
             R"({"requiredCapabilities":{"sampling":{}}})"},
            {r11, plain, R"({"tools":[],"messages":[]})", errc::invalid_params,
             "does not support tools in sampling",
             R"({"requiredCapabilities":{"sampling":{"tools":{}}}})"},
            {modern, plain, R"({"toolChoice":{},"messages":[]})", errc::invalid_params,
             "does not support tools in sampling",
             R"({"requiredCapabilities":{"sampling":{"tools":{}}}})"},
            {r06, able, R"({"tools":[],"messages":[]})", errc::invalid_params,
             "speaks MCP 2025-06-18, which has no tools in sampling", ""},
            {r06, plain, R"({"messages":[{"content":[{"type":"text"},{"type":"text"}]}]})",
             errc::invalid_params, "one block of text, image or audio", ""},
            {r06, plain, R"({"messages":[{"content":[]}]})", errc::invalid_params, "one block", ""},
            {r06, plain, R"({"messages":[{"content":{"type":"tool_result"}}]})",
             errc::invalid_params, "one block", ""},
            {r2024, plain, R"({"messages":[{"content":[{"type":"audio"}]}]})", errc::invalid_params,
             "one block of text, image", ""},
        });
}

TEST_CASE("forms_reach_every_revision_that_can_show_them") {
    constexpr std::string_view rich =
        R"({"mode":"form","message":"m","task":{},"requestedSchema":{"type":"object","properties":)"
        R"({"a":{"type":"string","oneOf":[{"const":"x","title":"X"}],"default":"x"}}}})";
    constexpr std::string_view rich_out =
        R"({"mode":"form","message":"m","requestedSchema":{"type":"object","properties":)"
        R"({"a":{"type":"string","oneOf":[{"const":"x","title":"X"}],"default":"x"}}}})";
    constexpr std::string_view plain =
        R"({"message":"m","requestedSchema":{"type":"object","properties":)"
        R"({"a":{"type":"string","enum":["x"],"enumNames":["X"]}}}})";
    check_questions("elicitation/create", {
                                              {r11, r11, rich, rich_out},
                                              {r11, modern, rich, rich_out},
                                              {modern, r11, rich_out, rich_out},
                                              {r11, r06, rich, plain},
                                              {modern, r06, rich_out, plain},
                                              {r06, modern, plain, plain},
                                              {r06, r11, plain, plain},
                                          });
}

TEST_CASE("url_elicitation_has_an_id_in_the_legacy_era_only") {
    constexpr std::string_view with_id =
        R"({"mode":"url","message":"m","url":"https://x/","elicitationId":"e1"})";
    constexpr std::string_view without = R"({"mode":"url","message":"m","url":"https://x/"})";
    constexpr std::string_view made =
        R"({"mode":"url","message":"m","url":"https://x/","elicitationId":"gw-7"})";
    check_questions("elicitation/create", {
                                              {r11, r11, with_id, with_id},
                                              {r11, modern, with_id, without},
                                              {modern, modern, without, without},
                                              {modern, r11, without, made},
                                          });
}

TEST_CASE("elicitation_that_the_client_cannot_do_is_refused_with_the_reason") {
    constexpr std::string_view form = R"({"message":"m","requestedSchema":{"properties":{}}})";
    constexpr std::string_view url = R"({"mode":"url","message":"m","url":"https://x/"})";
    constexpr std::string_view needs_form =
        R"({"requiredCapabilities":{"elicitation":{"form":{}}}})";
    constexpr std::string_view needs_url = R"({"requiredCapabilities":{"elicitation":{"url":{}}}})";
    check_refusals(
        "elicitation/create",
        {
            {r11, "{}", form, errc::method_not_found, "does not support elicitation", needs_form},
            {modern, "{}", url, errc::method_not_found, "does not support elicitation", needs_url},
            {r11, R"({"elicitation":{"url":{}}})", form, errc::invalid_params, "with a form",
             needs_form},
            {r11, R"({"elicitation":{}})", url, errc::invalid_params, "by URL", needs_url},
            {modern, R"({"elicitation":{"form":{}}})", url, errc::invalid_params, "by URL",
             needs_url},
            {r06, able, url, errc::invalid_params,
             "speaks MCP 2025-06-18, which has no elicitation by URL", ""},
            {r03, R"({"sampling":{}})", form, errc::method_not_found,
             "speaks MCP 2025-03-26, which has no elicitation", ""},
            {r2024, able, url, errc::invalid_params, "which has no elicitation by URL", ""},
            {r11, able, R"({"mode":"carrier pigeon"})", errc::invalid_params, "'carrier pigeon'",
             ""},
            {r06, able, R"({"requestedSchema":{"properties":{"t":{"type":"array"}}}})",
             errc::invalid_params, "'t'", ""},
        });
}

TEST_CASE("a_client_of_an_old_revision_that_declares_elicitation_is_asked") {
    constexpr std::string_view form =
        R"({"message":"m","requestedSchema":{"type":"object","properties":{}}})";
    for (const auto client : {r2024, r03}) {
        const auto asked = question_for_client("elicitation/create", form,
                                               route(r11, client, R"({"elicitation":{}})"));
        REQUIRE_FALSE(asked.has_error());
        CHECK(asked->find(R"("message":"m")") != std::string::npos);
        CHECK(asked->find(R"("requestedSchema":{)") != std::string::npos);
    }
}

TEST_CASE("roots_are_asked_for_where_the_client_has_them") {
    check_questions("roots/list", {
                                      {r11, r11, "", ""},
                                      {r11, r2024, R"({"_meta":{"progressToken":1}})", ""},
                                      {r11, r11, R"({"_meta":{"a":1}})", R"({"_meta":{"a":1}})"},
                                      {r11, modern, R"({"_meta":{"a":1}})", ""},
                                  });
    check_refusals("roots/list",
                   {{r11, R"({"sampling":{}})", "", errc::method_not_found,
                     "does not support roots", R"({"requiredCapabilities":{"roots":{}}})"}});
    CHECK(question_for_client("tools/list", "{}", route(r11, r11)).error().code ==
          errc::method_not_found);
}

TEST_CASE("answers_come_back_in_the_servers_revision") {
    struct row {
        std::string_view method_name;
        revision client, server;
        std::string_view in, out;
    };
    constexpr std::string_view sampling = "sampling/createMessage";
    constexpr std::string_view elicitation = "elicitation/create";
    const std::vector<row> rows{
        {elicitation, r11, modern, R"({"action":"accept","content":{"n":1.0},"_meta":{"a":1}})",
         R"({"action":"accept","content":{"n":1.0}})"},
        {elicitation, modern, r11, R"({"resultType":"complete","action":"decline"})",
         R"({"action":"decline"})"},
        {elicitation, r11, r06, R"({"action":"cancel","_meta":{"a":1}})",
         R"({"action":"cancel","_meta":{"a":1}})"},
        {"roots/list", r06, modern, R"({"roots":[{"uri":"file:///a"}]})",
         R"({"roots":[{"uri":"file:///a"}]})"},
        {sampling, r11, r06, R"({"role":"assistant","content":[{"type":"text"}],"model":"m"})",
         R"({"role":"assistant","content":{"type":"text"},"model":"m"})"},
        {sampling, modern, r11, R"({"role":"assistant","content":[{"type":"tool_use"}]})",
         R"({"role":"assistant","content":[{"type":"tool_use"}]})"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.in, to_string(r.client), to_string(r.server));
        const auto answer = answer_for_server(r.method_name, r.in, route(r.server, r.client));
        REQUIRE_FALSE(answer.has_error());
        CHECK(*answer == r.out);
    }
    for (const std::string_view text :
         {R"({"content":[{"type":"text"},{"type":"text"}]})", R"({"content":{"type":"tool_use"}})"})
        CHECK(answer_for_server(sampling, text, route(r06, modern)).error().code ==
              errc::session_error);
    CHECK(answer_for_server(elicitation, "[]", route(r11, modern)).error().code ==
          errc::session_error);
}

} // namespace mcpgw
