// SPDX-License-Identifier: Apache-2.0
#include "server/config/keys/config_keys.hpp"

#include "server/config/format/toml_text.hpp"
#include "tests/support/config_fixture.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <utility>

using namespace mcpgw;
using namespace mcpgw::config_test;

namespace {

namespace json = boost::json;

std::filesystem::path project() {
    return MCPGW_SOURCE_DIR;
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// A row of the document's tables, as the row of the key has it.
std::string document_row(const config_key& key) {
    const auto value = key.default_json();
    const auto fallback = key.is_required ? "required"
                          : value.empty() ? "-"
                                          : fmt::format("`{}`", value);
    const auto type = key.type() == key_type::choice
                          ? fmt::format("{}", fmt::join(key.place.choices, ", "))
                          : std::string{type_name(key.type())};
    auto effect = key.has_effect() ? std::string{word_of(key.effect)} : "-";
    std::ranges::replace(effect, '_', ' ');
    return fmt::format("| `{}` | {} | {} | {} | {}{} |", key.name, type, fallback, effect,
                       key.description, key.is_expanded ? " *" : "");
}

/// The document with the rows of all tables as they should be.
std::string with_rows_of_keys(const std::string& document) {
    std::istringstream text(document);
    std::string made;
    std::string_view section;
    bool is_table = false;
    for (std::string line; std::getline(text, line);) {
        if (line.starts_with('#')) section = {};
        if (line.starts_with("### `"))
            for (const auto& known : config_sections())
                if (line == fmt::format("### `{}`", known.name) ||
                    line == fmt::format("### `[{}]`", known.name) ||
                    line == fmt::format("### `[[{}]]`", known.name))
                    section = known.name;
        const bool was_table = std::exchange(is_table, !section.empty() && line.starts_with('|'));
        if (!is_table) made += line + "\n";
        if (!is_table || was_table) continue;
        made += "| key | type | default | change | meaning |\n|---|---|---|---|---|\n";
        for (const auto& key : config_keys())
            if (key.section == section) made += document_row(key) + "\n";
    }
    return made;
}

json::value schema_of(const json::value& schema, std::string_view section) {
    const auto& root = schema.as_object();
    if (section == "views") return root.at("$defs").at("view");
    if (section == "workflows") return root.at("$defs").at("workflow");
    if (root.at("properties").as_object().contains(section) && section != "children")
        return root.at("properties").at(section);
    std::string name{section};
    if (section == "children") name = "child";
    if (section.starts_with("children.")) name = "child_" + name.substr(name.find('.') + 1);
    return root.at("$defs").at(name);
}

/// `key` of a table inside a child.
void add_nested(json::object& child, const config_key& key, const json::value& value) {
    auto& table = child[key.section.substr(key.section.find('.') + 1)];
    if (!table.is_object()) table.emplace_object();
    table.as_object()[key.name] = value;
}

/// What a configuration of one child says of a key; empty: nothing, or it cannot tell.
std::string shown(const configuration& made, const config_key& key) {
    const auto& place = key.place;
    if (place.show == nullptr || !key.said_default.empty()) return {};
    if (place.owner == &options_tag<configuration>) return place.show(&made, key);
    if (place.owner == &options_tag<child_options>) return place.show(&made.children.at(0), key);
    return {};
}

/// A file of one child with these values.
class spelled_file {
public:
    void set(const config_key& key, const json::value& value) {
        if (key.section == "children")
            child_[key.name] = value;
        else if (key.section.starts_with("children."))
            add_nested(child_, key, value);
        else
            table(key.section)[key.name] = value;
    }
    [[nodiscard]] std::string text() const {
        auto whole = root_;
        whole["children"] = json::array{child_};
        return json::serialize(whole);
    }

private:
    json::object& table(std::string_view section) {
        auto& value = root_[section];
        if (!value.is_object()) value.emplace_object();
        return value.as_object();
    }
    json::object root_;
    json::object child_{{"name", "a"}, {"command", "tool"}};
};

/// Another value than the default; empty: of such a type none that fits can be told.
std::string other_value(const config_key& key) {
    const auto known = key.default_json();
    if (key.type() == key_type::boolean || key.type() == key_type::condition)
        return known == "true" ? "false" : "true";
    if (key.type() == key_type::choice) {
        const auto last = fmt::format("\"{}\"", key.place.choices.back());
        return last != known ? last : fmt::format("\"{}\"", key.place.choices.front());
    }
    if (!key.is_number()) return {};
    const auto most = fmt::format("{:.15g}", key.max);
    return most != known ? most : fmt::format("{:.15g}", key.min);
}

} // namespace

// MCPGW_WRITE_DOCS=1 writes it anew.
TEST_CASE("the_tables_of_the_document_are_the_rows_of_the_keys") {
    const auto path = project() / "docs/configuration.md";
    const auto document = read_file(path);
    const auto expected = with_rows_of_keys(document);
    if (std::getenv("MCPGW_WRITE_DOCS") != nullptr) std::ofstream(path) << expected;
    CHECK(document == expected);
    for (const auto& key : config_keys()) {
        CAPTURE(key.section, key.name);
        CHECK(expected.find(document_row(key)) != std::string::npos);
    }
}

TEST_CASE("the_schema_has_every_key_with_description_and_default") {
    const auto schema = json::parse(config_schema());
    CHECK(schema.at("$schema").as_string() == "https://json-schema.org/draft/2020-12/schema");
    for (const auto& section : config_sections()) {
        const auto part = schema_of(schema, section.name);
        const auto& properties = part.at("properties").as_object();
        CHECK(properties.size() == section_keys(section.name).size());
        CHECK(part.at("additionalProperties").as_bool() == false);
        for (const auto* key : section_keys(section.name)) {
            CAPTURE(section.name, key->name);
            REQUIRE(properties.contains(key->name));
            const auto& described = properties.at(key->name).as_object();
            CHECK(described.at("description").as_string() == key->description);
            CHECK(described.contains("default") == !key->default_json().empty());
            CHECK(described.contains("x-takes-effect") == key->has_effect());
        }
    }
    for (const auto& key : config_keys())
        if (key.type() == key_type::table)
            CHECK(schema.at("$defs").as_object().contains("child_" + std::string{key.name}));
    CHECK(schema.at("$defs").at("child").at("required") == json::array{"name"});
    CHECK(schema.at("$defs").at("child").at("not").at("required").as_array().size() == 2);
    for (const auto* const key : {"include", "profiles", "flags", "overlays"})
        CHECK(schema.at("properties").as_object().contains(key));
    // Printed for people: one member a line.
    CHECK(config_schema().starts_with("{\n  \"$schema\""));
    CHECK(config_schema().ends_with("}\n"));
}

TEST_CASE("a_file_that_spells_out_all_defaults_says_nothing_new") {
    const scratch_directory scratch;
    spelled_file file;
    for (const auto& key : config_keys()) {
        const bool is_table = key.section == "children" && key.type() == key_type::table;
        const std::set<std::string_view> of_lists{
            "children.arguments", "children.fallback", "children.prompts",  "children.resources",
            "children.tools",     "truncate",          "truncate_adaptive", "views",
            "workflows"};
        const bool is_of_list = of_lists.contains(key.section);
        if (const auto value = key.default_json(); !value.empty() && !is_table && !is_of_list)
            file.set(key, json::parse(value));
    }
    const auto bare = scratch.load("a.json", spelled_file{}.text());
    const auto spelled = scratch.load("b.json", file.text());
    CAPTURE(printed(spelled.problems));
    REQUIRE(bare.problems.empty());
    REQUIRE(spelled.problems.empty());
    for (const auto& key : config_keys()) {
        CAPTURE(key.section, key.name);
        CHECK(shown(spelled.value, key) == shown(bare.value, key));
        if (!shown(bare.value, key).empty() && !key.default_json().empty())
            CHECK(shown(bare.value, key) == key.default_json());
    }
    CHECK(spelled.value.schema_cache == bare.value.schema_cache);
    CHECK(spelled.value.children.at(0).tools.empty());
    CHECK(spelled.value.children.at(0).fallbacks.empty());
}

TEST_CASE("each_key_changes_what_it_names_and_nothing_else") {
    const scratch_directory scratch;
    const auto bare = scratch.load("a.json", spelled_file{}.text());
    std::size_t count = 0;
    for (const auto& key : config_keys()) {
        const auto value = other_value(key);
        if (value.empty() || key.place.show == nullptr || shown(bare.value, key).empty()) continue;
        spelled_file file;
        file.set(key, json::parse(value));
        const auto made = scratch.load("b.json", file.text()).value;
        for (const auto& other : config_keys()) {
            CAPTURE(key.section, key.name, other.section, other.name);
            const bool is_taken_along = key.name == "timeout" && other.name == "total_timeout";
            if (&other == &key)
                CHECK(shown(made, other) == value);
            else if (!is_taken_along)
                CHECK(shown(made, other) == shown(bare.value, other));
        }
        ++count;
    }
    CHECK(count > 80);
}

TEST_CASE("a_status_says_how_a_child_is_kept_under_the_names_of_the_configuration") {
    child_options options;
    const auto policy = [&options] {
        return json::parse(shown_json("children", &options));
    };
    CHECK(policy() == json::parse(R"({
        "start": "auto", "sharing": "shared", "instances": {"min": 1, "max": "auto"},
        "idle_timeout": 900, "max_lifetime": 0,
        "restart": {"base": 0.2, "max": 30, "restarts_max": 20, "window": 600},
        "health": {"interval": 30, "timeout": 5, "misses_max": 3},
        "retry": {"attempts": 3}, "breaker": {"threshold": 5, "timeout": 60}})"));
    options.pool.share = sharing::session;
    options.pool.max = 4;
    options.start = start_policy::pre_warm;
    CHECK(policy().at("sharing").as_string() == "session");
    CHECK(policy().at("instances").at("max").as_int64() == 4);
    CHECK(policy().at("start").as_string() == "pre_warm");
}

TEST_CASE("keys_are_unique_and_complete") {
    std::set<std::string> seen;
    for (const auto& key : config_keys()) {
        CAPTURE(key.section, key.name);
        CHECK(seen.insert(fmt::format("{}|{}", key.section, key.name)).second);
        CHECK_FALSE(key.description.empty());
        CHECK((key.type() == key_type::choice) == !key.place.choices.empty());
        CHECK(key.is_number() == (key.max > key.min));
        CHECK((key.type() == key_type::milliseconds) == key.name.ends_with("_ms"));
        // Nothing is read and forgotten.
        const bool is_of_reader = key.type() == key_type::table || key.name == "tools" ||
                                  key.name == "remove" ||
                                  (key.section == "children.tools" && key.name == "enabled");
        CHECK((key.place.store != nullptr || is_of_reader));
    }
    CHECK(find_config_key("defaults", "timeout") != nullptr);
    CHECK(find_config_key("defaults", "command") == nullptr);
    CHECK(find_config_key("defaults", "bearer_token") == nullptr);
    CHECK(find_config_key("limits", "line_bytes_max") != nullptr);
    CHECK(find_config_key("http", "expose") == nullptr);
}

TEST_CASE("the_example_configurations_are_good") {
    const scratch_directory scratch;
    for (const auto* const program : {"npx", "docker", "mcp-gateway"}) {
        const auto path = scratch.write(fmt::format("bin/{}", program), "#!/bin/sh\n");
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    }
    std::size_t count = 0;
    for (const auto* const name :
         {"gateway.toml", "minimal.toml", "remote.toml", "fallback.toml", "views.toml",
          "workflow.toml", "claude_desktop.json", "children_config.json"}) {
        CAPTURE(name);
        const auto made =
            load_config((project() / "configs" / name).string(), scratch.environment());
        CAPTURE(printed(made.problems));
        // A client's own file says nothing of who shares a server, and more than we need.
        const bool is_foreign = std::string_view{name} == "claude_desktop.json";
        CHECK(errors(made).empty());
        CHECK(made.problems.size() == (is_foreign ? 2U : 0U));
        count += made.value.children.size();
    }
    CHECK(count == 19);
}

TEST_CASE("the_example_of_a_team_and_a_person_is_good_in_each_profile") {
    const scratch_directory scratch;
    const auto npx = scratch.write("bin/npx", "#!/bin/sh\n");
    std::filesystem::permissions(npx, std::filesystem::perms::owner_all);
    scratch.write("secrets/github", "a-token-of-ours\n");
    const auto file = [](const char* name) {
        return (project() / "configs" / name).string();
    };
    const auto load = [&](const std::string& profile) {
        return load_config(
            {{file("team.toml")}, file("personal.toml"), profile},
            scratch.environment({{"SECRETS", scratch.path("secrets")}, {"HOME", scratch.path()}}));
    };
    for (const auto* const profile : {"", "dev", "prod"}) {
        CAPTURE(profile);
        const auto made = load(profile);
        CAPTURE(printed(made.problems));
        CHECK(made.problems.empty());
        REQUIRE(made.value.children.size() == 3);
        CHECK(made.value.children[0].remote.bearer_token == "a-token-of-ours");
        CHECK(made.value.children[1].args.size() == 2);
        CHECK(made.value.children[1].is_enabled == (std::string_view{profile} != "prod"));
    }
    CHECK(load("dev").value.gateway.expose == exposure::all);
    CHECK(load("prod").value.http.port == 9080);
}

TEST_CASE("every_limit_is_in_the_document_of_limits_with_its_default") {
    std::map<std::string, std::string> documented;
    std::istringstream text(read_file(project() / "docs/limits.md"));
    for (std::string line; std::getline(text, line);) {
        if (!line.starts_with("| `")) continue;
        const auto key_end = line.find('`', 3);
        const auto key = line.substr(3, key_end - 3);
        const std::string_view between = "` | `";
        REQUIRE(line.substr(key_end, between.size()) == between);
        const auto begin = key_end + between.size();
        const auto end = line.find('`', begin);
        INFO(key);
        CHECK(line.find(" | ", end) + 3 < line.rfind(" |")); // it says what happens
        CHECK(documented.emplace(key, line.substr(begin, end - begin)).second);
    }
    const auto is_limit = [](const config_key& key) {
        const bool is_named = key.name.ends_with("_max") || key.name.ends_with("grace") ||
                              key.name.find("timeout") != std::string_view::npos;
        const bool is_section =
            key.section == "limits" || key.section == "children.limits" || key.section == "http";
        return key.is_number() && (is_section || is_named) && !key.default_json().empty();
    };
    for (const auto& key : config_keys()) {
        if (!is_limit(key)) continue;
        const auto name = fmt::format("{}.{}", key.section, key.name);
        INFO(name << " has no row in docs/limits.md, or another default there");
        const auto row = documented.find(name);
        REQUIRE(row != documented.end());
        CHECK(row->second == key.default_json());
        documented.erase(row);
    }
    for (const auto& [name, fallback] : documented) {
        INFO(name << " is no limit of the configuration");
        CHECK(false);
    }
}
