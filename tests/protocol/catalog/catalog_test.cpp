// SPDX-License-Identifier: Apache-2.0
#include "protocol/catalog/catalog.hpp"

#include "protocol/message/envelope.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

namespace mcpgw {
namespace {

list_item tool(const std::string& name, const std::string& more = {}) {
    return {name, R"({"name":")" + name + "\"" + more + "}"};
}

list_item resource(const std::string& uri, const std::string& name = "r") {
    return {uri, R"({"uri":")" + uri + R"(","name":")" + name + R"("})"};
}

list_item uri_template(const std::string& text) {
    return {text, R"({"uriTemplate":")" + text + R"(","name":"t"})"};
}

upstream_lists with_tools(std::vector<list_item> tools) {
    upstream_lists lists;
    lists.tools = std::move(tools);
    return lists;
}

naming_options naming(prefix_policy policy) {
    naming_options options;
    options.prefix = policy;
    return options;
}

} // namespace

TEST_CASE("empty_catalog_has_empty_lists_and_finds_nothing") {
    for (const auto& c : {catalog{}, catalog{{}, naming_options{}}}) {
        CHECK(c.tools_json() == "[]");
        CHECK(c.prompts_json() == "[]");
        CHECK(c.resources_json() == "[]");
        CHECK(c.templates_json() == "[]");
        CHECK(c.find_tool("") == nullptr);
        CHECK(c.find_prompt("x") == nullptr);
        CHECK(c.find_resource("x") == nullptr);
        CHECK(c.find_template("x") == nullptr);
        CHECK(c.conflicts().empty());
    }
}

TEST_CASE("annotated_parameters_of_a_tool_are_kept_beside_its_target") {
    const auto schema = [](std::string_view header) {
        return R"(,"inputSchema":{"type":"object","properties":{"region":{"type":"string",)"
               R"("x-mcp-header":")" +
               std::string{header} + R"("}}})";
    };
    const auto lists = with_tools({tool("good", schema("Region")), tool("wrong", schema("a b")),
                                   tool("plain"), tool("good", schema("Other"))});
    const catalog c{{{"db", &lists}}, naming(prefix_policy::always)};
    REQUIRE(c.find_tool("db__good") != nullptr);
    REQUIRE(c.find_tool("db__good")->headers.size() == 1);
    CHECK(c.find_tool("db__good")->headers[0].field == "Mcp-Param-Region");
    REQUIRE(c.find_tool("db__wrong") != nullptr); // offered all the same: it may be over stdio
    CHECK(c.find_tool("db__wrong")->headers.empty());
    REQUIRE(c.find_tool("db__plain") != nullptr);
    CHECK(c.find_tool("db__plain")->headers.empty());
}

TEST_CASE("prefixed_name_replaces_only_the_name_and_keeps_all_other_bytes") {
    const std::string rest =
        R"(,"title":"A \"name\": x","n":1.0,"big":12345678901234567890,"inner":{"name":"keep"})";
    const auto lists = with_tools({tool("add", rest)});
    const catalog c{{{"calc", &lists}}, naming(prefix_policy::always)};
    CHECK(c.tools_json() == R"([{"name":"calc__add")" + rest + "}]");
    REQUIRE(c.find_tool("calc__add") != nullptr);
    CHECK(c.find_tool("calc__add")->upstream == "calc");
    CHECK(c.find_tool("calc__add")->original == "add");
    CHECK(c.find_tool("add") == nullptr);
}

TEST_CASE("name_that_stands_late_in_the_object_is_replaced_too") {
    const auto lists = with_tools({{"add", R"({"inputSchema":{"name":"add"},"name":"add"})"}});
    const catalog c{{{"calc", &lists}}, naming(prefix_policy::always)};
    CHECK(c.tools_json() == R"([{"inputSchema":{"name":"add"},"name":"calc__add"}])");
}

TEST_CASE("name_in_another_script_is_the_title_where_there_is_none") {
    struct titled {
        std::string rest, shown; // what stands behind the name
    };
    for (const auto& [rest, shown] :
         {titled{"", R"(,"title":"поиск")"}, titled{R"(,"title":null)", R"(,"title":"поиск")"},
          titled{R"(,"title":5)", R"(,"title":"поиск")"},
          titled{R"(,"title":"Find")", R"(,"title":"Find")"},
          titled{R"(,"annotations":{"title":"Find"})", R"(,"annotations":{"title":"Find"})"},
          titled{R"(,"annotations":null)", R"(,"title":"поиск","annotations":null)"}}) {
        const auto lists = with_tools({tool("поиск", rest)});
        const catalog c{{{"calc", &lists}}, naming(prefix_policy::always)};
        CHECK(c.tools_json() == R"([{"name":"calc__poisk")" + shown + "}]");
        CHECK(c.find_tool("calc__poisk")->original == "поиск");
        const catalog alone{{{"calc", &lists}}, std::nullopt}; // there its own name is shown
        CHECK(alone.tools_json() == R"([{"name":"поиск")" + rest + "}]");
    }
}

TEST_CASE("separator_of_the_options_stands_between_server_and_tool") {
    const auto lists = with_tools({tool("add")});
    auto options = naming(prefix_policy::always);
    options.separator = "-";
    const catalog c{{{"calc", &lists}}, options};
    CHECK(c.find_tool("calc-add") != nullptr);
}

TEST_CASE("lists_keep_the_order_of_servers_and_of_their_items") {
    const auto first = with_tools({tool("z"), tool("a")});
    const auto second = with_tools({tool("m")});
    const catalog c{{{"s2", &first}, {"s1", &second}}, naming(prefix_policy::always)};
    CHECK(c.tools_json() == R"([{"name":"s2__z"},{"name":"s2__a"},{"name":"s1__m"}])");
    const catalog again{{{"s2", &first}, {"s1", &second}}, naming(prefix_policy::always)};
    CHECK(again.tools_json() == c.tools_json());
}

TEST_CASE("on_conflict_prefixes_only_names_that_several_servers_want") {
    const auto first = with_tools({tool("add"), tool("echo")});
    const auto second = with_tools({tool("add")});
    const auto third = with_tools({tool("add"), tool("other")});
    const catalog c{{{"a", &first}, {"b", &second}, {"c", &third}},
                    naming(prefix_policy::on_conflict)};
    CHECK(c.tools_json() == R"([{"name":"a__add"},{"name":"echo"},{"name":"b__add"},)"
                            R"({"name":"c__add"},{"name":"other"}])");
    CHECK(c.find_tool("add") == nullptr);
    CHECK(c.find_tool("echo")->upstream == "a");
    CHECK(c.find_tool("b__add")->original == "add");
    REQUIRE(c.conflicts().size() == 1);
    CHECK(c.conflicts()[0].kind == "tool");
    CHECK(c.conflicts()[0].key == "add");
    CHECK(c.conflicts()[0].kept.empty());
    CHECK(c.conflicts()[0].others == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("never_gives_the_name_to_the_first_server_and_reports_the_others") {
    const auto first = with_tools({tool("add")});
    const auto second = with_tools({tool("add"), tool("only")});
    const catalog c{{{"a", &first}, {"b", &second}}, naming(prefix_policy::never)};
    CHECK(c.tools_json() == R"([{"name":"add"},{"name":"only"}])");
    CHECK(c.find_tool("add")->upstream == "a");
    REQUIRE(c.conflicts().size() == 1);
    CHECK(c.conflicts()[0].key == "add");
    CHECK(c.conflicts()[0].kept == "a");
    CHECK(c.conflicts()[0].others == std::vector<std::string>{"a", "b"});
}

TEST_CASE("conflicts_of_tools_and_prompts_are_reported_apart") {
    upstream_lists lists;
    lists.tools = {tool("x")};
    lists.prompts = {tool("x")};
    const catalog c{{{"a", &lists}, {"b", &lists}, {"c", &lists}}, naming(prefix_policy::never)};
    REQUIRE(c.conflicts().size() == 2);
    CHECK(c.conflicts()[0].kind == "tool");
    CHECK(c.conflicts()[1].kind == "prompt");
    for (const auto& conflict : c.conflicts()) {
        CHECK(conflict.kept == "a");
        CHECK(conflict.others == std::vector<std::string>{"a", "b", "c"});
    }
}

TEST_CASE("long_names_of_two_servers_stay_apart_and_within_64_characters") {
    const std::string long_name(90, 'x');
    const auto first = with_tools({tool(long_name), tool(long_name + "y")});
    const auto second = with_tools({tool(long_name)});
    const catalog c{{{"one", &first}, {"two", &second}}, naming(prefix_policy::always)};
    std::vector<std::string> names;
    std::string_view rest = c.tools_json();
    for (auto at = rest.find("\"name\":\""); at != rest.npos; at = rest.find("\"name\":\"")) {
        rest.remove_prefix(at + 8);
        names.emplace_back(rest.substr(0, rest.find('"')));
    }
    REQUIRE(names.size() == 3);
    const std::vector<std::string> originals{long_name, long_name + "y", long_name};
    for (std::size_t i = 0; i < names.size(); ++i) {
        CHECK(names[i].size() <= 64);
        REQUIRE(c.find_tool(names[i]) != nullptr);
        CHECK(c.find_tool(names[i])->original == originals[i]);
        CHECK(c.find_tool(names[i])->upstream == (i < 2 ? "one" : "two"));
    }
}

TEST_CASE("view_of_one_server_keeps_its_names_whatever_they_are") {
    const std::string odd = "do.it/now " + std::string(80, 'n');
    const auto lists = with_tools({tool(odd), tool("add")});
    const catalog c{{{"calc", &lists}}, std::nullopt};
    CHECK(c.tools_json() == R"([{"name":")" + odd + R"("},{"name":"add"}])");
    CHECK(c.find_tool(odd)->original == odd);
    CHECK(c.conflicts().empty());
}

TEST_CASE("server_that_lists_a_name_twice_is_answered_by_its_first") {
    const auto lists = with_tools({tool("add", R"(,"v":1)"), tool("add", R"(,"v":2)")});
    const catalog alone{{{"calc", &lists}}, std::nullopt};
    CHECK(alone.tools_json() == R"([{"name":"add","v":1}])");
    const catalog merged{{{"calc", &lists}}, naming(prefix_policy::always)};
    CHECK(merged.tools_json() == R"([{"name":"calc__add","v":1}])");
    CHECK(merged.conflicts().empty());
}

TEST_CASE("prompts_and_tools_of_one_name_do_not_disturb_each_other") {
    upstream_lists lists;
    lists.tools = {tool("add")};
    lists.prompts = {tool("add")};
    const catalog c{{{"a", &lists}}, naming(prefix_policy::on_conflict)};
    CHECK(c.find_tool("add") != nullptr);
    CHECK(c.find_prompt("add") != nullptr);
    CHECK(c.prompts_json() == R"([{"name":"add"}])");
    CHECK(c.conflicts().empty());
}

TEST_CASE("resource_of_two_servers_belongs_to_the_first_and_is_reported") {
    upstream_lists first;
    upstream_lists second;
    first.resources = {resource("file:///a", "first"), resource("file:///a", "again")};
    second.resources = {resource("file:///a", "second"), resource("file:///b")};
    const catalog c{{{"x", &first}, {"y", &second}}, naming(prefix_policy::always)};
    CHECK(c.resources_json() ==
          R"([{"uri":"file:///a","name":"first"},{"uri":"file:///b","name":"r"}])");
    CHECK(c.find_resource("file:///a")->upstream == "x");
    CHECK(c.find_resource("file:///b")->upstream == "y");
    REQUIRE(c.conflicts().size() == 1);
    CHECK(c.conflicts()[0].kind == "resource");
    CHECK(c.conflicts()[0].kept == "x");
    CHECK(c.conflicts()[0].others == std::vector<std::string>{"x", "y"});
}

TEST_CASE("resource_is_found_by_exact_uri_before_any_template") {
    upstream_lists first;
    upstream_lists second;
    first.templates = {uri_template("db://{table}"), uri_template("db://{table}/{row}")};
    second.resources = {resource("db://users")};
    const catalog c{{{"x", &first}, {"y", &second}}, naming_options{}};
    CHECK(c.find_resource("db://users")->upstream == "y");
    CHECK(c.find_resource("db://orders")->upstream == "x");
    CHECK(c.find_resource("db://orders")->original == "db://{table}");
    CHECK(c.find_resource("db://orders/7")->original == "db://{table}/{row}");
    CHECK(c.find_resource("db://orders/7/x") == nullptr);
    CHECK(c.find_template("db://{table}/{row}")->upstream == "x");
    CHECK(c.find_template("db://users") == nullptr);
    CHECK(c.templates_json() == R"([{"uriTemplate":"db://{table}","name":"t"},)"
                                R"({"uriTemplate":"db://{table}/{row}","name":"t"}])");
}

TEST_CASE("first_server_wins_where_templates_of_two_match") {
    upstream_lists first;
    upstream_lists second;
    first.templates = {uri_template("db://{+path}")};
    second.templates = {uri_template("db://{table}"), uri_template("db://{+path}")};
    const catalog c{{{"x", &first}, {"y", &second}}, naming_options{}};
    CHECK(c.find_resource("db://users")->upstream == "x");
    REQUIRE(c.conflicts().size() == 1);
    CHECK(c.conflicts()[0].kind == "resource template");
    CHECK(c.conflicts()[0].key == "db://{+path}");
}

TEST_CASE("rendered_lists_are_valid_json") {
    upstream_lists lists;
    lists.tools = {tool("a\\u0041"), tool("b")};
    lists.tools[0].key = "aA";
    lists.prompts = {tool("p")};
    lists.resources = {resource("u:1"), resource("u:2")};
    lists.templates = {uri_template("u:{x}")};
    const catalog c{{{"s", &lists}, {"t", &lists}}, naming(prefix_policy::always)};
    CHECK_FALSE(check_json(c.tools_json()).has_error());
    CHECK_FALSE(check_json(c.prompts_json()).has_error());
    CHECK_FALSE(check_json(c.resources_json()).has_error());
    CHECK_FALSE(check_json(c.templates_json()).has_error());
    CHECK(c.tools_json().starts_with(R"([{"name":"s__aA"})"));
}

TEST_CASE("pages_are_parts_of_the_whole_list_in_its_order") {
    const auto first = with_tools({tool("a"), tool("b")});
    const auto second = with_tools({tool("c")});
    const catalog c{{{"s", &first}, {"t", &second}}, naming(prefix_policy::never)};
    const auto page = [&](std::size_t at, std::size_t count) {
        list_view view;
        view.first = at;
        view.count = count;
        return c.page(list_kind::tools, view);
    };
    CHECK(c.size(list_kind::tools) == 3);
    CHECK(page(0, 2) == R"([{"name":"a"},{"name":"b"}])");
    CHECK(page(2, 2) == R"([{"name":"c"}])");
    CHECK(page(3, 2) == "[]");
    CHECK(page(99, 99) == "[]");
    CHECK(page(0, 99) == c.tools_json());
    CHECK(&c.page(list_kind::tools, {}) == &c.tools_json()); // rendered once
}

TEST_CASE("lists_are_rendered_for_the_clients_revision") {
    const auto lists = with_tools({tool("t", R"(,"title":"T","outputSchema":{"type":"array"})")});
    const catalog c{{{"s", &lists}}, naming(prefix_policy::always)};
    const auto page = [&](revision client) {
        list_view view;
        view.client = client;
        return c.page(list_kind::tools, view);
    };
    CHECK(page(revision::r2025_03_26) == R"([{"name":"s__t"}])");
    CHECK(page(revision::r2025_11_25).find(R"("required":["result"])") != std::string::npos);
    CHECK(page(revision::r2026_07_28) == c.tools_json());
    CHECK(c.find_tool("s__t")->output == output_shape::other);
}

TEST_CASE("digest_changes_with_names_and_order_only") {
    const auto digest = [](std::vector<list_item> tools) {
        const auto lists = with_tools(std::move(tools));
        return catalog{{{"s", &lists}}, std::nullopt}.digest(list_kind::tools);
    };
    CHECK(digest({tool("a"), tool("b")}) == digest({tool("a", R"(,"title":"new")"), tool("b")}));
    CHECK(digest({tool("a"), tool("b")}) != digest({tool("b"), tool("a")}));
    CHECK(digest({tool("a"), tool("b")}) != digest({tool("ab")}));
    CHECK(digest({}) != digest({tool("a")}));
}

TEST_CASE("merged_list_is_kept_no_longer_than_its_shortest_part") {
    const auto with_hints = [](std::string capabilities, std::uint64_t ttl_ms, bool is_public) {
        upstream_lists lists;
        lists.capabilities = std::move(capabilities);
        lists.hints.fill({ttl_ms, is_public});
        return lists;
    };
    const auto patient = with_hints(R"({"tools":{},"prompts":{}})", 60'000, true);
    const auto quick = with_hints(R"({"tools":{}})", 1'000, true);
    const auto secret = with_hints(R"({"tools":{}})", 90'000, false);
    const auto silent = with_hints("", 0, false);
    const auto hints = [](std::vector<catalog::source> sources, list_kind kind) {
        return catalog{sources, std::nullopt}.hints(kind, {});
    };
    const auto tools = list_kind::tools;
    CHECK(hints({{"p", &patient}}, tools) == cache_hints{60'000, true});
    CHECK(hints({{"p", &patient}, {"q", &quick}}, tools) == cache_hints{1'000, true});
    CHECK(hints({{"p", &patient}, {"s", &secret}}, tools) == cache_hints{60'000, false});
    // A server without such a list has no say; one that has not told yet may have it.
    CHECK(hints({{"p", &patient}, {"q", &quick}}, list_kind::prompts) == cache_hints{60'000, true});
    CHECK(hints({{"p", &patient}, {"n", &silent}}, tools) == cache_hints{0, false});
    CHECK(hints({}, tools) == cache_hints{0, false});
}

TEST_CASE("list_of_a_server_that_tells_no_changes_is_good_for_the_rest_of_its_time") {
    using std::chrono::milliseconds;
    const cache_hints::time_point asked{milliseconds{1'000'000}};
    upstream_lists lists;
    lists.fetched_at = asked;
    lists.hints.fill({60'000, true});
    const auto left = [&lists](cache_hints::time_point now) {
        return catalog{{{"s", &lists}}, std::nullopt}.hints(list_kind::tools, now).ttl_ms;
    };
    lists.capabilities = R"({"tools":{}})";
    CHECK(left(asked) == 60'000);
    CHECK(left(asked + milliseconds{59'999}) == 1);
    CHECK(left(asked + milliseconds{99'999}) == 0);
    CHECK(left(asked - milliseconds{1}) == 60'000);
    CHECK_FALSE(lists.is_stale(asked + milliseconds{59'999}));
    CHECK(lists.is_stale(asked + milliseconds{60'000}));
    lists.capabilities = R"({"tools":{"listChanged":true}})";
    CHECK(left(asked + milliseconds{99'999}) == 60'000);
    CHECK_FALSE(lists.is_stale(asked + milliseconds{99'999}));
    lists.capabilities = R"({"tools":{"listChanged":true},"prompts":{}})";
    CHECK(lists.is_stale(asked + milliseconds{60'000}));
}

TEST_CASE("names_and_uris_of_the_gateways_own_are_given_to_no_server") {
    auto lists = with_tools({tool("own"), tool("free")});
    lists.prompts = {tool("own")};
    lists.resources = {resource("mcp://own"), resource("x:free")};
    auto rules = naming(prefix_policy::never);
    rules.reserved = {"own", "mcp://own"};
    const catalog c{{{"s", &lists}}, rules};
    CHECK(c.tools_json() == R"([{"name":"free"}])");
    CHECK(c.find_tool("own") == nullptr);
    CHECK(c.find_prompt("own") != nullptr); // the gateway has no prompts
    CHECK(c.find_resource("mcp://own") == nullptr);
    REQUIRE(c.conflicts().size() == 2);
    CHECK(c.conflicts()[0].key == "own");
    CHECK(c.conflicts()[0].is_own);
    CHECK(c.conflicts()[0].is_lost);
    CHECK(c.conflicts()[0].outcome().find("execute_child_tool") != std::string::npos);
    CHECK(c.conflicts()[1].key == "mcp://own");
    rules.prefix = prefix_policy::on_conflict;
    const catalog prefixed{{{"s", &lists}}, rules};
    CHECK(prefixed.tools_json() == R"([{"name":"s__own"},{"name":"free"}])");
    REQUIRE_FALSE(prefixed.conflicts().empty());
    CHECK_FALSE(prefixed.conflicts()[0].is_lost);
}

} // namespace mcpgw
