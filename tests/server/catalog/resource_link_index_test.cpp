// SPDX-License-Identifier: Apache-2.0
#include "server/catalog/resource_link_index.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

using namespace mcpgw;

namespace {

/// The server that `client` is led to; empty: none.
std::string found(resource_link_index& links, const std::string& client, std::string_view uri) {
    const auto* const upstream = links.find(client, uri);
    return upstream == nullptr ? std::string{} : *upstream;
}

std::string link_to(std::string_view uri) {
    return fmt::format(R"({{"type":"resource_link","uri":"{}","name":"n"}})", uri);
}

} // namespace

TEST_CASE("a_result_that_may_have_links_is_known_wherever_they_are") {
    const std::string link = R"({"type":"resource_link","uri":"x:1"})";
    CHECK(resource_link_index::may_have_links({link}));
    CHECK(resource_link_index::may_have_links({"{}", shared_text{link}, "{}"}));
    CHECK(resource_link_index::may_have_links({"{}", {}, R"({"type":"resource"})"}));
    CHECK_FALSE(resource_link_index::may_have_links({}));
    CHECK_FALSE(resource_link_index::may_have_links({"{}"}));
    CHECK_FALSE(
        resource_link_index::may_have_links({R"({"text":"a resource"})", shared_text{"[]"}}));
}

TEST_CASE("links_of_tools_and_prompts_are_found_whatever_form_they_have") {
    resource_link_index links;
    links.note_result("anna", "files",
                      R"({"content":[{"type":"text","text":"\"resource\" x:text"},)"
                      R"({"type":"resource_link","uri":"x:a\u0062","name":"n"},)"
                      R"({"type":"resource","resource":{"uri":"x:inner","text":"t"}},)"
                      R"({"type":"resource","resource":{"uri":7}},{"uri":"x:untyped"},5]})");
    links.note_result("anna", "mail",
                      R"({"messages":[{"role":"user","content":{"type":"resource",)"
                      R"("resource":{"uri":"x:prompt","blob":""}}}]})");
    links.note_result("anna", "mail", R"({"content":"\"resource"})");
    links.note_result("anna", "mail", "not even JSON \"resource");
    CHECK(found(links, "anna", "x:ab") == "files");
    CHECK(found(links, "anna", "x:inner") == "files");
    CHECK(found(links, "anna", "x:prompt") == "mail");
    CHECK(links.size() == 3);
}

TEST_CASE("links_of_one_client_lead_no_other_one_anywhere") {
    resource_link_index links;
    links.note("anna", "files", "x:1");
    links.note("bert", "mail", "x:1");
    CHECK(found(links, "anna", "x:1") == "files");
    CHECK(found(links, "bert", "x:1") == "mail");
    CHECK(found(links, "ann", "x:1").empty());
    links.forget("anna");
    CHECK(found(links, "anna", "x:1").empty());
    CHECK(found(links, "bert", "x:1") == "mail");
    CHECK(links.size() == 1);
}

TEST_CASE("newest_link_to_a_resource_counts") {
    resource_link_index links;
    links.note("anna", "files", "x:1");
    links.note("anna", "mail", "x:1");
    CHECK(found(links, "anna", "x:1") == "mail");
    CHECK(links.size() == 1);
}

TEST_CASE("links_that_nobody_used_for_the_longest_time_are_forgotten_first") {
    resource_link_index links;
    for (std::size_t i = 0; i < resource_link_index::links_max; ++i)
        links.note("anna", "files", fmt::format("x:{}", i));
    CHECK(found(links, "anna", "x:0") == "files"); // used now
    links.note("bert", "mail", "x:more");
    CHECK(links.size() == resource_link_index::links_max);
    CHECK(found(links, "anna", "x:0") == "files");
    CHECK(found(links, "anna", "x:1").empty());
    CHECK(found(links, "bert", "x:more") == "mail");
}

TEST_CASE("one_result_cannot_fill_the_memory") {
    resource_link_index links;
    std::string blocks;
    for (std::size_t i = 0; i < 2 * resource_link_index::links_of_result_max; ++i)
        blocks += (i == 0 ? "" : ",") + link_to(fmt::format("x:{}", i));
    links.note_result("anna", "files", R"({"content":[)" + blocks + "]}");
    CHECK(links.size() == resource_link_index::links_of_result_max);
    links.note("anna", "files", std::string(resource_link_index::uri_bytes_max + 1, 'x'));
    links.note("anna", "files", "");
    CHECK(links.size() == resource_link_index::links_of_result_max);
}
