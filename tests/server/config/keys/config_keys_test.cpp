// SPDX-License-Identifier: Apache-2.0
#include "server/config/keys/config_keys.hpp"

#include "server/config/format/toml_text.hpp"
#include "tests/support/config_fixture.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <iterator>
#include <map>
#include <set>
#include <sstream>

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

/// "section | key | default" of every row of the document's tables.
std::set<std::string> documented_keys() {
    std::istringstream text(read_file(project() / "docs/configuration.md"));
    std::set<std::string> rows;
    std::string section;
    for (std::string line; std::getline(text, line);) {
        if (line.starts_with('#')) section.clear();
        if (line.starts_with("### `")) {
            const auto name = line.substr(5, line.find('`', 5) - 5);
            const auto first = name.find_first_not_of('[');
            section = name.substr(first, name.find(']') - first);
        }
        if (section.empty() || !line.starts_with("| `")) continue;
        const auto key = line.substr(3, line.find('`', 3) - 3);
        const auto type = line.find(" | ");
        const auto fallback = line.find(" | ", type + 3) + 3;
        rows.insert(fmt::format("{} | {} | {}", section, key,
                                line.substr(fallback, line.find(" | ", fallback) - fallback)));
    }
    return rows;
}

json::value schema_of(const json::value& schema, std::string_view section) {
    const auto& root = schema.as_object();
    if (root.at("properties").as_object().contains(section) && section != "children")
        return root.at("properties").at(section);
    std::string name{section};
    if (section == "children") name = "child";
    if (section.starts_with("children.")) name = "child_" + name.substr(name.find('.') + 1);
    return root.at("$defs").at(name);
}

bool has_defaults(const client_limits& limits) {
    const client_limits defaults;
    return limits.message_bytes_max == defaults.message_bytes_max &&
           limits.header_bytes_max == defaults.header_bytes_max &&
           limits.connections_max == defaults.connections_max &&
           limits.sessions_max == defaults.sessions_max && limits.depth_max == defaults.depth_max &&
           limits.requests_per_session_max == defaults.requests_per_session_max &&
           limits.stream_queue_bytes_max == defaults.stream_queue_bytes_max &&
           limits.batch_messages_max == defaults.batch_messages_max &&
           limits.notifications_backlog_max == defaults.notifications_backlog_max &&
           limits.resume_events_max == defaults.resume_events_max &&
           limits.resume_bytes_max == defaults.resume_bytes_max &&
           limits.memory_max == defaults.memory_max &&
           limits.sessions_per_client_max == defaults.sessions_per_client_max &&
           limits.drain_timeout == defaults.drain_timeout &&
           limits.stop_grace == defaults.stop_grace;
}

/// `key` of a table inside a child.
void add_nested(json::object& child, const config_key& key, const json::value& value) {
    auto& table = child[key.section.substr(key.section.find('.') + 1)];
    if (!table.is_object()) table.emplace_object();
    table.as_object()[key.name] = value;
}

void check_defaults(const child_options& options) {
    const child_options defaults;
    CHECK(options.inherit_env == defaults.inherit_env);
    CHECK(options.is_enabled == defaults.is_enabled);
    CHECK(options.start == defaults.start);
    CHECK(options.call_timeout == defaults.call_timeout);
    CHECK(options.total_timeout == defaults.total_timeout);
    CHECK(options.tools.empty());
    CHECK(options.fallbacks.empty());
    CHECK(options.start_timeout == defaults.start_timeout);
    CHECK(options.probe_timeout == defaults.probe_timeout);
    CHECK(options.list_timeout == defaults.list_timeout);
    CHECK(options.only_era == defaults.only_era);
    CHECK(options.interactive == defaults.interactive);
    CHECK(options.roots == defaults.roots);
    CHECK(options.question_hold_timeout == defaults.question_hold_timeout);
    CHECK(options.stop_grace == defaults.stop_grace);
    CHECK(options.isolation == defaults.isolation);
    CHECK(options.pool.share == defaults.pool.share);
    CHECK(options.pool.min == defaults.pool.min);
    CHECK(options.pool.max == defaults.pool.max);
    CHECK(options.pool.queue_max == defaults.pool.queue_max);
    CHECK(options.pool.queue_timeout == defaults.pool.queue_timeout);
    CHECK(options.pool.idle_timeout == defaults.pool.idle_timeout);
    CHECK(options.pool.max_lifetime == defaults.pool.max_lifetime);
    CHECK(options.pool.drain_timeout == defaults.pool.drain_timeout);
    CHECK(options.restart.base == defaults.restart.base);
    CHECK(options.restart.max == defaults.restart.max);
    CHECK(options.restart.jitter == defaults.restart.jitter);
    CHECK(options.restart.stable_after == defaults.restart.stable_after);
    CHECK(options.restart.restarts_max == defaults.restart.restarts_max);
    CHECK(options.restart.window == defaults.restart.window);
    CHECK(options.restart.slow_retry == defaults.restart.slow_retry);
    CHECK(options.restart.calls == defaults.restart.calls);
    CHECK(options.health.interval == defaults.health.interval);
    CHECK(options.health.timeout == defaults.health.timeout);
    CHECK(options.health.misses_max == defaults.health.misses_max);
    CHECK(options.retry.attempts == defaults.retry.attempts);
    CHECK(options.retry.base == defaults.retry.base);
    CHECK(options.retry.factor == defaults.retry.factor);
    CHECK(options.retry.max == defaults.retry.max);
    CHECK(options.retry.jitter == defaults.retry.jitter);
    CHECK(options.retry.budget == defaults.retry.budget);
    CHECK(options.retry.codes == defaults.retry.codes);
    CHECK(options.retry.tools == defaults.retry.tools);
    CHECK(options.breaker.threshold == defaults.breaker.threshold);
    CHECK(options.breaker.failure_rate == defaults.breaker.failure_rate);
    CHECK(options.breaker.window == defaults.breaker.window);
    CHECK(options.breaker.timeout == defaults.breaker.timeout);
    CHECK(options.limits.line_bytes_max == defaults.limits.line_bytes_max);
    CHECK(options.limits.write_queue_bytes_max == defaults.limits.write_queue_bytes_max);
    CHECK(options.limits.calls_in_flight_max == defaults.limits.calls_in_flight_max);
    CHECK(options.limits.stderr_lines_max == defaults.limits.stderr_lines_max);
    CHECK(options.limits.stderr_line_bytes_max == defaults.limits.stderr_line_bytes_max);
    CHECK(options.limits.list_pages_max == defaults.limits.list_pages_max);
    CHECK(options.limits.list_items_max == defaults.limits.list_items_max);
    CHECK(options.limits.garbage_lines_max == defaults.limits.garbage_lines_max);
}

} // namespace

TEST_CASE("the_document_has_every_key_with_its_default_and_no_other") {
    std::set<std::string> expected;
    for (const auto& key : config_keys()) {
        const auto fallback = key.is_required            ? std::string{"required"}
                              : key.default_json.empty() ? std::string{"-"}
                                                         : fmt::format("`{}`", key.default_json);
        expected.insert(fmt::format("{} | {} | {}", key.section, key.name, fallback));
    }
    CHECK(documented_keys() == expected);
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
            CHECK(described.contains("default") == !key->default_json.empty());
        }
    }
    CHECK(schema.at("$defs").at("child").at("required") == json::array{"name"});
    CHECK(schema.at("$defs").at("child").at("oneOf").as_array().size() == 2); // command or url
    // Printed for people: one member a line.
    CHECK(config_schema().starts_with("{\n  \"$schema\""));
    CHECK(config_schema().ends_with("}\n"));
}

TEST_CASE("the_tables_defaults_are_those_of_the_options") {
    const scratch_directory scratch;
    // The same file twice: bare, and with every default of the table spelled out.
    json::object full{
        {"gateway", json::object{}}, {"http", json::object{}}, {"limits", json::object{}}};
    json::object child{{"name", "a"}, {"command", "tool"}};
    for (const auto& key : config_keys()) {
        if (key.default_json.empty()) continue;
        const auto value = json::parse(key.default_json);
        if (key.section == "children" && key.type == key_type::table)
            continue;                                     // filled by its own keys
        if (key.section == "children.fallback") continue; // there is none by default
        if (key.section == "children")
            child[key.name] = value;
        else if (key.section.starts_with("children."))
            add_nested(child, key, value);
        else if (auto* section = full.if_contains(key.section))
            section->as_object()[key.name] = value;
    }
    full["children"] = json::array{child};
    const auto bare = scratch.load("a.json", R"([{"name": "a", "command": "tool"}])").value;
    const auto spelled = scratch.load("b.json", json::serialize(full));
    CAPTURE(printed(spelled.problems));
    REQUIRE(spelled.problems.empty());
    const auto& value = spelled.value;
    CHECK(value.gateway.expose == bare.gateway.expose);
    CHECK(value.gateway.naming.prefix == bare.gateway.naming.prefix);
    CHECK(value.gateway.naming.separator == bare.gateway.naming.separator);
    CHECK(value.log == bare.log);
    CHECK(value.schema_cache == bare.schema_cache);
    CHECK(value.gateway.state_secret.empty());
    CHECK(value.gateway.question_timeout == gateway_options{}.question_timeout);
    CHECK(value.gateway.list_wait == gateway_options{}.list_wait);
    CHECK(value.gateway.parking.window == parking_limits{}.window);
    CHECK(value.gateway.parking.running_max == parking_limits{}.running_max);
    CHECK(value.gateway.parking.parked_max == parking_limits{}.parked_max);
    CHECK(value.gateway.parking.parked_per_client_max == parking_limits{}.parked_per_client_max);
    const auto& http = value.http;
    CHECK(http.address == http_options{}.address);
    CHECK(http.port == http_options{}.port);
    CHECK(http.path == http_options{}.path);
    CHECK(http.sse_path == http_options{}.sse_path);
    CHECK(http.messages_path == http_options{}.messages_path);
    CHECK(http.header_timeout == http_options{}.header_timeout);
    CHECK(http.body_timeout == http_options{}.body_timeout);
    CHECK(http.idle_timeout == http_options{}.idle_timeout);
    CHECK(http.write_timeout == http_options{}.write_timeout);
    CHECK(http.sse_keep_alive == http_options{}.sse_keep_alive);
    CHECK(http.stream_delay == http_options{}.stream_delay);
    CHECK(http.retry_delay == http_options{}.retry_delay);
    CHECK(http.session_timeout == http_options{}.session_timeout);
    CHECK(http.compresses == http_options{}.compresses);
    CHECK(http.compress_bytes_min == http_options{}.compress_bytes_min);
    CHECK(has_defaults(value.limits));
    check_defaults(value.children.at(0));
}

TEST_CASE("keys_are_unique_and_complete") {
    std::set<std::string> seen;
    for (const auto& key : config_keys()) {
        CAPTURE(key.section, key.name);
        CHECK(seen.insert(fmt::format("{}|{}", key.section, key.name)).second);
        CHECK_FALSE(key.description.empty());
        CHECK((key.type == key_type::choice) == !key.choices.empty());
        const bool is_number = key.type == key_type::integer || key.type == key_type::seconds ||
                               key.type == key_type::milliseconds || key.type == key_type::number;
        CHECK(is_number == (key.max > key.min));
        CHECK((key.type == key_type::milliseconds) == key.name.ends_with("_ms"));
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
    for (const auto* const name : {"gateway.toml", "minimal.toml", "remote.toml", "fallback.toml",
                                   "claude_desktop.json", "children_config.json"}) {
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
    CHECK(count == 16);
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
        using enum key_type;
        const bool is_number = key.type == integer || key.type == number ||
                               key.type == key_type::seconds || key.type == milliseconds;
        const bool is_named = key.name.ends_with("_max") || key.name.ends_with("grace") ||
                              key.name.find("timeout") != std::string_view::npos;
        const bool is_section = key.section == "limits" || key.section == "children.limits" ||
                                key.section == "http";
        return is_number && (is_section || is_named) && !key.default_json.empty();
    };
    for (const auto& key : config_keys()) {
        if (!is_limit(key)) continue;
        const auto name = fmt::format("{}.{}", key.section, key.name);
        INFO(name << " has no row in docs/limits.md, or another default there");
        const auto row = documented.find(name);
        REQUIRE(row != documented.end());
        CHECK(row->second == key.default_json);
        documented.erase(row);
    }
    for (const auto& [name, fallback] : documented) {
        INFO(name << " is no limit of the configuration");
        CHECK(false);
    }
}
