// SPDX-License-Identifier: Apache-2.0
#include "server/catalog/views.hpp"

#include "protocol/json/json_members.hpp"
#include "protocol/json/json_text.hpp"
#include "server/catalog/catalog_view.hpp"
#include "tests/support/gateway_world.hpp"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <malloc.h>

namespace mcpgw::gateway_test {
namespace {

/// A server that offers this, and is never started.
void add_told(gateway_world& world, child_options options, upstream_lists lists) {
    options.command = "/nonexistent/program";
    lists.capabilities = R"({"tools":{},"prompts":{},"resources":{}})";
    const auto name = options.name;
    world.add(options);
    world.upstreams().find(name)->recall({std::move(lists), newest_modern, {}});
}

/// Makes the catalogs of what was added.
void settle(gateway_world& world) {
    child_options last;
    last.name = "zz-last";
    last.command = "/nonexistent/program";
    world.add(last);
}

list_item tool(const std::string& name, const std::string& more = {}) {
    return {name,
            fmt::format(R"({{"name":"{}","inputSchema":{{"type":"object"}}{}}})", name, more)};
}

std::set<std::string> keys_of(const std::string& array, std::string_view key) {
    std::set<std::string> keys;
    element_reader items{array};
    while (const auto item = items.next())
        keys.insert(unquote_json(find_member(*item, key)).value());
    return keys;
}

client_request at(const std::string& scope) {
    client_request request;
    request.scope = scope;
    return request;
}

/// Random worlds and views, always the same for one seed.
class chance {
public:
    explicit chance(unsigned seed) : random_(seed) {}
    std::size_t below(std::size_t end) {
        return std::uniform_int_distribution<std::size_t>{0, end - 1}(random_);
    }
    bool one_in(std::size_t n) { return below(n) == 0; }
    template <class List>
    auto of(const List& list) {
        return list[below(list.size())];
    }

private:
    std::mt19937 random_;
};

const std::vector<std::string> words{"get", "set", "delete", "echo", "a__b", "über", "x y", "get"};
const std::vector<std::string> groups{"", "data", "logic"};
const std::vector<std::string> hints{
    "", R"(,"annotations":{"readOnlyHint":true})", R"(,"annotations":{"destructiveHint":false})",
    R"(,"annotations":{"readOnlyHint":false,"openWorldHint":false})"};
const std::vector<std::string> parts{"*",       "*get*",  "!*delete*", "s0__*",
                                     "*__echo", "!s1__*", "s2*"};
const std::vector<std::string> uri_parts{"*", "x://*", "!*2", "y://*", "x://{id}"};

upstream_lists random_lists(chance& random, std::size_t server) {
    upstream_lists lists;
    for (std::size_t i = random.below(5); i > 0; --i)
        lists.tools.push_back(tool(random.of(words), random.of(hints)));
    for (std::size_t i = random.below(3); i > 0; --i) {
        const auto name = random.of(words);
        lists.prompts.push_back({name, fmt::format(R"({{"name":"{}"}})", name)});
    }
    for (std::size_t i = random.below(3); i > 0; --i) {
        const auto uri = fmt::format("{}://{}", server % 2 == 0 ? "x" : "y", random.below(4));
        lists.resources.push_back({uri, fmt::format(R"({{"uri":"{}","name":"r"}})", uri)});
    }
    if (random.one_in(3)) lists.templates.push_back({"x://{id}", R"({"uriTemplate":"x://{id}"})"});
    return lists;
}

std::optional<std::vector<std::string>> random_patterns(chance& random,
                                                        const std::vector<std::string>& from) {
    if (random.one_in(2)) return std::nullopt;
    std::vector<std::string> list;
    for (std::size_t i = random.below(3); i > 0; --i) list.push_back(random.of(from));
    return list;
}

view_options random_view(chance& random, std::size_t number) {
    view_options made;
    made.name = fmt::format("v{}", number);
    if (random.one_in(2)) made.children = {fmt::format("s{}", random.below(4))};
    if (random.one_in(3)) made.layers = {random.of(groups)};
    if (random.one_in(4)) made.tags = {"t"};
    made.tools = random_patterns(random, parts);
    made.prompts = random_patterns(random, parts);
    made.resources = random_patterns(random, uri_parts);
    if (random.one_in(3)) made.annotations.read_only = random.one_in(2);
    if (random.one_in(4)) made.annotations.destructive = random.one_in(2);
    constexpr std::array policies{prefix_policy::always, prefix_policy::on_conflict,
                                  prefix_policy::never};
    if (random.one_in(2)) made.prefix = random.of(policies);
    if (random.one_in(4)) made.expose = exposure::both;
    return made;
}

/// What is listed, and every name that anybody could come by.
struct listing {
    std::set<std::string> tools, prompts, resources, templates;

    explicit listing(const catalog& of)
        : tools(keys_of(of.tools_json(), "name"))
        , prompts(keys_of(of.prompts_json(), "name"))
        , resources(keys_of(of.resources_json(), "uri"))
        , templates(keys_of(of.templates_json(), "uriTemplate")) {}
    void add(const listing& other) {
        tools.insert(other.tools.begin(), other.tools.end());
        prompts.insert(other.prompts.begin(), other.prompts.end());
        resources.insert(other.resources.begin(), other.resources.end());
        templates.insert(other.templates.begin(), other.templates.end());
    }
};

void check_view(const registry& upstreams, const catalog_view& view, const view_options& options,
                const std::string& scope, const listing& everything) {
    const auto request = at(scope);
    const auto shown = view.shown_to(request);
    REQUIRE(shown);
    const listing listed{*shown};
    const auto leads = [&](entry_kind what, const std::string& name) {
        return view.find(request, *shown, what, name);
    };
    for (const auto& name : everything.tools) {
        CAPTURE(scope, name);
        const auto* const target = leads(entry_kind::tool, name);
        CHECK((target != nullptr) == listed.tools.contains(name));
        if (target == nullptr) continue;
        // What it leads to is of the view.
        const auto server = upstreams.find(target->upstream);
        CHECK(view.has_server(scope, *server));
        const auto full = target->upstream + "__" + target->original;
        CHECK(fits_patterns(full, options.tools));
    }
    for (const auto& name : everything.prompts)
        CHECK((leads(entry_kind::prompt, name) != nullptr) == listed.prompts.contains(name));
    for (const auto& text : everything.templates) {
        const auto* const target = leads(entry_kind::completed_resource, text);
        CHECK((target != nullptr) ==
              (listed.templates.contains(text) || listed.resources.contains(text)));
    }
    for (const auto& uri : everything.resources) {
        CAPTURE(scope, uri);
        const bool is_of_template =
            uri.starts_with("x://") && !listed.templates.empty() &&
            view.find(request, *shown, entry_kind::resource, uri) != nullptr &&
            !listed.resources.contains(uri);
        if (!is_of_template)
            CHECK((leads(entry_kind::resource, uri) != nullptr) == listed.resources.contains(uri));
        else
            CHECK(
                view.admits_unlisted(scope, leads(entry_kind::resource, uri)->upstream, uri, true));
    }
}

std::size_t bytes_in_use() {
    return ::mallinfo2().uordblks;
}

} // namespace

TEST_CASE("what_a_random_view_lists_is_what_can_be_called_in_it") {
    chance random{Catch::getSeed()};
    for (int round = 0; round < 30; ++round) {
        gateway_world world{exposing(exposure::all)};
        for (std::size_t i = 0; i < 4; ++i) {
            child_options options;
            options.name = fmt::format("s{}", i);
            options.layer = random.of(groups);
            if (random.one_in(2)) options.tags = {"t"};
            add_told(world, options, random_lists(random, i));
        }
        settle(world);
        std::vector<view_options> list;
        for (std::size_t i = 0; i < 12; ++i) list.push_back(random_view(random, i));
        const views faces{list, world.upstreams(), {"echo"}};
        const catalog_view view{exposure::all, world.upstreams(), faces};
        listing everything{*world.upstreams().catalogs().merged()};
        for (const auto& c : world.upstreams().children())
            everything.add(listing{*world.upstreams().catalogs().only(c->name())});
        for (const auto& one : list)
            everything.add(listing{*faces.catalog_of("views/" + one.name)});
        for (const auto& one : list)
            check_view(world.upstreams(), view, one, "views/" + one.name, everything);
        for (const std::string scope : {"layers/data", "tags/t"})
            if (faces.find(scope)) check_view(world.upstreams(), view, {}, scope, everything);
    }
}

TEST_CASE("views_of_layers_and_tags_are_there_where_servers_have_them") {
    gateway_world world{exposing(exposure::all)};
    child_options options;
    options.name = "a";
    options.layer = "data";
    options.tags = {"read only", "x/y"};
    upstream_lists lists;
    lists.tools = {tool("get")};
    add_told(world, options, lists);
    settle(world);
    view_options off;
    off.name = "off";
    off.is_enabled = false;
    views faces{{off}, world.upstreams(), {}};
    for (const std::string scope : {"layers/data", "tags/read only", "tags/x/y"}) {
        CAPTURE(scope);
        REQUIRE(faces.find(scope));
        CHECK(faces.catalog_of(scope)->find_tool("a__get") != nullptr);
    }
    for (const std::string scope : {"layers/", "layers/logic", "tags/data", "views/off", "views/a",
                                    "views/", "a", "", "/", "others/data"}) {
        CAPTURE(scope);
        CHECK_FALSE(faces.find(scope));
        CHECK_FALSE(faces.catalog_of(scope));
    }
    off.is_enabled = true;
    faces.replace({off});
    CHECK(faces.find("views/off"));
}

TEST_CASE("lists_of_a_view_are_made_once_and_anew_after_a_change") {
    gateway_world world{exposing(exposure::all)};
    child_options options;
    options.name = "a";
    upstream_lists lists;
    lists.tools = {tool("get")};
    add_told(world, options, lists);
    settle(world);
    view_options all;
    all.name = "all";
    views faces{{all}, world.upstreams(), {}};
    const auto first = faces.catalog_of("views/all");
    CHECK(faces.catalog_of("views/all") == first);
    options.name = "b";
    add_told(world, options, lists);
    settle(world);
    const auto second = faces.catalog_of("views/all");
    CHECK(second != first);
    CHECK(second->find_tool("b__get") != nullptr);
    CHECK(first->find_tool("b__get") == nullptr);
    all.children = {"b"};
    faces.replace({all});
    CHECK(faces.catalog_of("views/all")->find_tool("a__get") == nullptr);
}

TEST_CASE("fifty_views_of_a_thousand_tools_take_less_than_20_megabytes") {
    gateway_world world{exposing(exposure::all)};
    const std::string text(300, 'd');
    for (int s = 0; s < 20; ++s) {
        child_options options;
        options.name = fmt::format("server{}", s);
        upstream_lists lists;
        for (int t = 0; t < 50; ++t)
            lists.tools.push_back(tool(
                fmt::format("tool_number_{}", t),
                fmt::format(R"(,"description":"{}","annotations":{{"readOnlyHint":true}})", text)));
        add_told(world, options, std::move(lists));
    }
    settle(world);
    REQUIRE(world.upstreams().catalogs().merged()->size(list_kind::tools) == 1000);
    std::vector<view_options> list;
    for (int i = 0; i < 50; ++i) { // no two are equal
        view_options one;
        one.name = fmt::format("v{}", i);
        one.tools = {fmt::format("!server{}__tool_number_{}", i % 20, i)};
        list.push_back(std::move(one));
    }
    const views faces{list, world.upstreams(), {}};
    const auto entries = world.upstreams().catalogs().entries()->size();
    const auto before = bytes_in_use();
    for (const auto client : {newest_modern, newest_legacy})
        for (const auto& one : list) {
            const auto scope = "views/" + one.name;
            const auto lists = faces.catalog_of(scope);
            CHECK(lists->size(list_kind::tools) == 999);
            list_view page;
            page.client = client;
            CHECK(lists->page(list_kind::tools, page).size() > 300'000);
            faces.keep_within_limit(scope);
            CHECK(faces.page_bytes() <= views::page_bytes_max);
        }
    CHECK(world.upstreams().catalogs().entries()->size() ==
          entries); // they have all entries in common
    const auto after = bytes_in_use();
    const auto taken = after > before ? after - before : 0; // a sanitizer does not tell
    CAPTURE(taken);
    CHECK(taken < std::size_t{20} * 1024 * 1024);
}

} // namespace mcpgw::gateway_test
