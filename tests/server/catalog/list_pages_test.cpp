// SPDX-License-Identifier: Apache-2.0
#include "server/catalog/list_pages.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

using namespace mcpgw;

namespace json = boost::json;

namespace {

using names = std::vector<std::string>;

const list_pages::time_point now{std::chrono::hours{480'000}};
constexpr std::string_view own_tools = R"([{"name":"own_1"},{"name":"own_2","title":"T"}])";

list_item named(const std::string& name) {
    return {name, fmt::format(R"({{"name":"{}"}})", name)};
}
list_item located(const std::string& key, const std::string& uri) {
    return {uri, fmt::format(R"({{"{}":"{}","name":"n"}})", key, uri)};
}

/// Two servers, one of which also has the other lists.
std::shared_ptr<const catalog> children(const names& tools) {
    upstream_lists first;
    first.capabilities = R"({"tools":{}})";
    for (const auto& name : tools) first.tools.push_back(named(name));
    upstream_lists second = first;
    second.tools = {named("z")};
    for (const auto* const name : {"a", "b", "c"}) {
        second.prompts.push_back(named(name));
        second.resources.push_back(located("uri", fmt::format("x:{}", name)));
        second.templates.push_back(located("uriTemplate", fmt::format("x:{{{}}}", name)));
    }
    naming_options naming;
    naming.prefix = prefix_policy::never;
    return std::make_shared<const catalog>(
        std::vector<catalog::source>{{"one", &first}, {"two", &second}}, naming);
}

/// A client that reads lists.
struct reader {
    list_pages& pages;
    std::string own{own_tools};
    std::string method{"tools/list"};
    std::string key{"tools"};
    std::string item_key{"name"};
    revision spoken = newest_legacy;
    std::string scope{};
    std::string principal{};

    result<std::string> answer(const std::shared_ptr<const catalog>& from,
                               const std::string& cursor, list_pages::time_point at = now) const {
        client_request request;
        request.text = fmt::format(R"({{"jsonrpc":"2.0","id":1,"method":"{}","params":{{{}}}}})",
                                   method, cursor.empty() ? "" : R"("cursor":)" + cursor);
        request.message = *scan_envelope(request.text);
        request.spoken = spoken;
        request.client_era = era_of(spoken);
        request.scope = scope;
        request.principal = principal;
        return pages.answer(request, {own, from, R"({"name":"g"})"}, at);
    }
    /// Adds what the page lists, and returns the raw cursor of the next; empty: that was the last.
    std::string read(const std::shared_ptr<const catalog>& from, const std::string& cursor,
                     names& into) const {
        const auto text = answer(from, cursor);
        REQUIRE_FALSE(text.has_error());
        const auto page = json::parse(*text).as_object();
        for (const auto& item : page.at(key).as_array())
            into.emplace_back(item.at(item_key).as_string());
        const auto* const next = page.if_contains("nextCursor");
        return next == nullptr ? std::string{} : "\"" + std::string{next->as_string()} + "\"";
    }
    names read_all(const std::shared_ptr<const catalog>& from) const {
        names list;
        std::string cursor;
        do cursor = read(from, cursor, list);
        while (!cursor.empty());
        return list;
    }
};

} // namespace

TEST_CASE("pages_of_any_size_make_up_the_whole_list_in_its_order") {
    const token_sealer sealer;
    const auto shown = children({"a", "b", "c"});
    const names all{"own_1", "own_2", "a", "b", "c", "z"};
    for (const std::size_t size : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 1'000'000U}) {
        CAPTURE(size);
        list_pages pages{sealer, size};
        reader client{pages};
        for (const auto spoken : {revision::r2024_11_05, newest_legacy, newest_modern}) {
            client.spoken = spoken;
            CHECK(client.read_all(shown) == all);
            names first;
            const auto next = client.read(shown, {}, first);
            CHECK(first.size() == std::min(size, all.size()));
            CHECK(next.empty() == (size >= all.size()));
        }
        client.own = "[]";
        CHECK(client.read_all(shown) == names{"a", "b", "c", "z"});
    }
}

TEST_CASE("every_list_has_pages") {
    const token_sealer sealer;
    list_pages pages{sealer, 2};
    const auto shown = children({});
    CHECK(reader{pages, "[]", "prompts/list", "prompts"}.read_all(shown) == names{"a", "b", "c"});
    CHECK(reader{pages, R"([{"uri":"mcp://s","name":"s"}])", "resources/list", "resources", "uri"}
              .read_all(shown) == names{"mcp://s", "x:a", "x:b", "x:c"});
    CHECK(reader{pages, "[]", "resources/templates/list", "resourceTemplates", "uriTemplate"}
              .read_all(shown) == names{"x:{a}", "x:{b}", "x:{c}"});
    CHECK(reader{pages, "[]"}.read_all(std::make_shared<const catalog>()).empty());
}

TEST_CASE("list_that_changes_between_two_pages_is_read_to_its_end_as_it_was") {
    const token_sealer sealer;
    list_pages pages{sealer, 2};
    const reader client{pages, "[]"};
    names list;
    auto cursor = client.read(children({"a", "b", "c"}), {}, list);
    const auto changed = children({"new", "a", "c"});
    while (!cursor.empty()) cursor = client.read(changed, cursor, list);
    CHECK(list == names{"a", "b", "c", "z"});
    // Who begins afterwards sees what there is now.
    CHECK(client.read_all(changed) == names{"new", "a", "c", "z"});
}

TEST_CASE("page_of_a_list_that_has_changed_must_not_be_kept") {
    const token_sealer sealer;
    list_pages pages{sealer, 2};
    reader client{pages, "[]"};
    client.spoken = newest_modern;
    upstream_lists lists;
    lists.capabilities = R"({"tools":{}})";
    lists.hints.fill({60'000, true});
    const auto made = [&lists](const names& tools) {
        lists.tools.clear();
        for (const auto& name : tools) lists.tools.push_back(named(name));
        return std::make_shared<const catalog>(std::vector<catalog::source>{{"one", &lists}},
                                               std::nullopt);
    };
    const auto before = made({"a", "b", "c"});
    names list;
    const auto cursor = client.read(before, {}, list);
    const auto page = json::parse(*client.answer(before, cursor));
    CHECK(page.at("ttlMs") == 60'000);
    CHECK(page.at("_meta").at("io.modelcontextprotocol/serverInfo").at("name") == "g");
    const auto outdated = json::parse(*client.answer(made({"b"}), cursor));
    CHECK(outdated.at("tools") == page.at("tools"));
    CHECK(outdated.at("ttlMs") == 0);
    CHECK(outdated.at("cacheScope") == "public"); // of all pages the same
}

TEST_CASE("cursor_of_a_list_that_is_forgotten_is_refused_as_outdated") {
    const token_sealer sealer;
    list_pages pages{sealer, 2};
    const reader client{pages, "[]"};
    names ignored;
    const auto cursor = client.read(children({"a", "b", "c"}), {}, ignored);
    for (std::size_t i = 0; i < list_pages::catalogs_kept_max; ++i)
        client.read(children({fmt::format("new_{}", i), "b", "c"}), {}, ignored);
    const auto refused = client.answer(children({"last"}), cursor);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::invalid_params);
    CHECK(refused.error().message().starts_with("Outdated cursor"));
    // Where the list is the same again, or still, the place in it is the same.
    CHECK_FALSE(client.answer(children({"a", "b", "c"}), cursor).has_error());
}

TEST_CASE("cursor_serves_nobody_but_the_client_and_list_it_was_made_for") {
    const token_sealer sealer;
    list_pages pages{sealer, 2};
    const reader client{pages, "[]", "prompts/list", "prompts"};
    const auto shown = children({"a", "b", "c"});
    names ignored;
    const auto cursor = client.read(shown, {}, ignored);
    REQUIRE_FALSE(client.answer(shown, cursor).has_error());
    auto other_list = client;
    other_list.method = "tools/list";
    auto other_scope = client;
    other_scope.scope = "one";
    auto other_principal = client;
    other_principal.principal = "eve";
    for (const auto& other : {other_list, other_scope, other_principal}) {
        const auto refused = other.answer(shown, cursor);
        REQUIRE(refused.has_error());
        CHECK(refused.error().message().starts_with("Invalid cursor"));
    }
    for (const std::string text : {R"("")", R"("2")", "null", "2", "{}"})
        CHECK(client.answer(shown, text).has_error());
    CHECK(client.answer(shown, cursor, now + list_cursors::lifetime).has_error());
}

TEST_CASE("page_of_a_modern_list_says_who_made_it_and_for_how_long") {
    const token_sealer sealer;
    list_pages pages{sealer, 2};
    reader client{pages, "[]"};
    CHECK_FALSE(json::parse(*client.answer(children({}), {})).as_object().contains("resultType"));
    client.spoken = newest_modern;
    const auto page = json::parse(*client.answer(children({"a", "b"}), {}));
    CHECK(page.at("resultType") == "complete");
    CHECK(page.at("ttlMs") == 0);
    CHECK(page.at("cacheScope") == "private");
    CHECK(page.as_object().contains("nextCursor"));
}
