// SPDX-License-Identifier: Apache-2.0
#include "server/config/config_plan.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

using namespace mcpgw;

namespace {

configuration read(const std::string& json) {
    const auto nothing = [](const std::string&) -> std::optional<std::string> {
        return std::nullopt;
    };
    auto read = parse_config(json, config_format::json, "/nowhere/gateway.json", nothing);
    for (const auto& problem : read.problems) {
        CAPTURE(problem.str());
        CHECK(problem.level != config_problem::severity::error);
    }
    return read.value;
}

configuration with_server(std::string_view members) {
    return read(
        fmt::format(R"({{"children":[{{"name":"files","command":"/bin/true"{}}}]}})", members));
}

/// Raw JSON that the key takes and that is not its default; empty: none that a test can make up.
std::string other_value(const config_key& key) {
    const auto number = [&key](double wanted) {
        const auto value = std::clamp(wanted, key.min, key.max == 0 ? wanted : key.max);
        return key.default_json() == fmt::format("{}", value) ? fmt::format("{}", value + 1)
                                                              : fmt::format("{}", value);
    };
    switch (key.type()) {
    case key_type::boolean:
    case key_type::condition:
        return key.default_json() == "true" ? "false" : "true";
    case key_type::integer:
    case key_type::seconds:
    case key_type::milliseconds:
        return number(17);
    case key_type::number:
        return number(0.25);
    case key_type::choice:
        for (const auto word : key.place.choices)
            if (key.default_json() != fmt::format("\"{}\"", word))
                return fmt::format("\"{}\"", word);
        return {};
    case key_type::texts:
        if (key.name == "roots") return R"(["file:///another"])";
        if (key.name == "origins_allowed") return R"(["*"])";
        return key.name == "required_env" ? "" : R"(["another"])"; // which would have to be set
    case key_type::text_map:
        return R"({"ANOTHER":"value"})";
    default:
        return {};
    }
}

std::vector<std::string> keys_of(const std::vector<key_change>& changes) {
    std::vector<std::string> keys;
    for (const auto& change : changes) keys.push_back(change.key);
    return keys;
}

} // namespace

TEST_CASE("the_same_configuration_is_no_change") {
    const auto one = with_server(R"(,"timeout":5)");
    const auto plan = plan_change(one, one);
    CHECK(plan.is_empty());
    CHECK(plan.unchanged == std::vector<std::string>{"files"});
    CHECK(describe(plan).empty());
}

TEST_CASE("a_default_that_is_written_out_is_no_change") {
    const auto before = with_server("");
    CHECK(plan_change(before, with_server(R"(,"timeout":60,"args":[],"start":"auto")")).is_empty());
}

TEST_CASE("each_key_of_a_server_that_changes_is_named_with_its_effect") {
    const auto before = with_server("");
    int tried = 0;
    for (const auto* key : section_keys("children")) {
        const auto value = other_value(*key);
        if (value.empty() || !key->place.same || key->is_of_remote || key->name == "url") continue;
        CAPTURE(key->name, value);
        const auto plan =
            plan_change(before, with_server(fmt::format(R"(,"{}":{})", key->name, value)));
        REQUIRE(plan.changed.size() == 1);
        const auto& changes = plan.changed.front().keys;
        const auto found = std::ranges::find(changes, key->name, &key_change::key);
        REQUIRE(found != changes.end());
        CHECK(found->effect == key->effect);
        CHECK(plan.unchanged.empty());
        ++tried;
    }
    CHECK(tried > 20);
}

TEST_CASE("keys_of_tables_within_a_server_are_named_with_their_table") {
    const auto before = with_server("");
    const auto after = with_server(R"(,"limits":{"line_bytes_max":100000},"retry":{"attempts":7},)"
                                   R"("tools":{"find":{"timeout":3}})");
    const auto plan = plan_change(before, after);
    REQUIRE(plan.changed.size() == 1);
    const auto& server = plan.changed.front();
    CHECK(keys_of(server.keys) == std::vector<std::string>{"limits.line_bytes_max",
                                                           "retry.attempts", "tools.find.timeout"});
    CHECK(server.needs_new_process()); // its buffers are made with it
    CHECK_FALSE(
        plan_change(before, with_server(R"(,"timeout":3)")).changed.front().needs_new_process());
}

TEST_CASE("each_key_of_the_gateway_that_changes_is_named_with_its_effect") {
    const auto before = with_server("");
    int tried = 0;
    for (const std::string_view section : {"gateway", "http", "limits"}) {
        for (const auto* key : section_keys(section)) {
            const auto value = other_value(*key);
            if (value.empty() || !key->place.same ||
                key->place.owner != &options_tag<configuration>)
                continue;
            CAPTURE(section, key->name, value);
            const auto after = read(fmt::format(
                R"({{"{}":{{"{}":{}}},"children":[{{"name":"files","command":"/bin/true"}}]}})",
                section, key->name, value));
            const auto plan = plan_change(before, after);
            REQUIRE(plan.gateway.size() == 1);
            CHECK(plan.gateway.front().key == fmt::format("{}.{}", section, key->name));
            CHECK(plan.gateway.front().effect == key->effect);
            ++tried;
        }
    }
    CHECK(tried > 15);
}

TEST_CASE("views_that_come_go_and_change_are_keys_of_the_gateway") {
    const auto of = [](std::string_view views) {
        return read(fmt::format(
            R"({{"children":[{{"name":"files","command":"/bin/true","tags":["t"]}}],)"
            R"("views":[{}]}})",
            views));
    };
    const auto none = of("");
    const auto one = of(R"({"name":"a","tags":["t"]})");
    CHECK(plan_change(one, of(R"({"name":"a","tags":["t"],"enabled":true})")).is_empty());
    CHECK(describe(plan_change(none, one)) ==
          "gateway: views.a.tags: [] -> [\"t\"] (at once)\n"
          "gateway: views.a.enabled: false -> true (at once)\n");
    CHECK(describe(plan_change(one, of(R"({"name":"a","tags":["t"],"expose":"both"})"))) ==
          "gateway: views.a.expose: \"all\" -> \"both\" (at once)\n");
    const auto hints = plan_change(one, of(R"({"name":"a","annotations":{"readOnlyHint":true}})"));
    REQUIRE(hints.gateway.size() == 2);
    CHECK(hints.gateway[1].key == "views.a.annotations");
    CHECK(hints.keys_for_restart().empty());
}

TEST_CASE("servers_that_come_go_and_change_places_are_told_apart") {
    const auto server = [](std::string_view name) {
        return fmt::format(R"({{"name":"{}","command":"/bin/true"}})", name);
    };
    const auto of = [&](std::initializer_list<std::string_view> names) {
        std::string list;
        for (const auto name : names) list += (list.empty() ? "" : ",") + server(name);
        return read(fmt::format(R"({{"children":[{}]}})", list));
    };
    const auto plan = plan_change(of({"a", "b", "c"}), of({"c", "d", "a"}));
    CHECK(plan.added == std::vector<std::string>{"d"});
    CHECK(plan.removed == std::vector<std::string>{"b"});
    CHECK(plan.unchanged == std::vector<std::string>{"c", "a"});
    CHECK(plan.is_reordered);
    CHECK(describe(plan) == "server 'b' is removed\nserver 'd' is added\n"
                            "the servers have another order\n");
    CHECK_FALSE(plan_change(of({"a", "b"}), of({"a", "x", "b"})).is_reordered);
}

TEST_CASE("values_are_shown_and_secrets_are_not") {
    const auto before = with_server(R"(,"env":{"API_TOKEN":"old-secret-value"},"timeout":5)");
    const auto after = with_server(R"(,"env":{"API_TOKEN":"new-secret-value"},"timeout":6,)"
                                   R"("description":"has new-secret-value")");
    const auto plan = plan_change(before, after);
    const auto text = describe(plan);
    CAPTURE(text);
    CHECK(text.find("server 'files': env (with a new process)") != std::string::npos);
    CHECK(text.find("server 'files': timeout: 5 -> 6 (for new calls)") != std::string::npos);
    CHECK(text.find("secret-value") == std::string::npos);
    CHECK(to_json(plan).find("secret-value") == std::string::npos);
}

TEST_CASE("keys_that_wait_for_the_next_start_are_listed") {
    const auto before = with_server("");
    const auto after = read(R"({"http":{"listen":"127.0.0.1:9999"},)"
                            R"("gateway":{"state_secret":"one that is long enough for its use"},)"
                            R"("children":[{"name":"files","command":"/bin/true"}]})");
    const auto plan = plan_change(before, after);
    CHECK(plan.keys_for_restart() == std::vector<std::string>{"gateway.state_secret"});
}
