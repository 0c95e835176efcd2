// SPDX-License-Identifier: Apache-2.0
// Files as clients write them: each in tests/server/client_files is imported, and used directly.
// In a case: what stands around it, and what must come of it; after --- the file itself.
#include "server/import/config_import.hpp"

#include "server/config/variables/env_file.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/config_fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include <catch2/catch_get_random_seed.hpp>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <random>
#include <sstream>

using namespace mcpgw;
using namespace mcpgw::config_test;

namespace {

using list = std::vector<std::string>;

struct client_file {
    std::string name;
    std::map<std::string, list> facts; ///< env, children, want, never, value, warns, unset, off
    std::string text;

    [[nodiscard]] const list& of(const std::string& key) const {
        static const list none;
        const auto found = facts.find(key);
        return found == facts.end() ? none : found->second;
    }
    [[nodiscard]] std::string path() const { return of("path").at(0); }
};

std::vector<client_file> read_cases() {
    std::vector<client_file> cases;
    const auto folder = std::filesystem::path{MCPGW_SOURCE_DIR} / "tests/server/client_files";
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        std::ifstream in{entry.path(), std::ios::binary};
        client_file one;
        one.name = entry.path().stem().string();
        for (std::string line; std::getline(in, line) && line != "---";) {
            const auto colon = line.find(": ");
            REQUIRE(colon != std::string::npos);
            one.facts[line.substr(0, colon)].push_back(line.substr(colon + 2));
        }
        one.text = {std::istreambuf_iterator<char>{in}, {}};
        cases.push_back(std::move(one));
    }
    std::ranges::sort(cases, {}, &client_file::name);
    return cases;
}

std::pair<std::string, std::string> split(const std::string& text) {
    const auto equals = text.find('=');
    return {text.substr(0, equals), text.substr(equals + 1)};
}

list words(const std::string& text) {
    std::istringstream stream{text};
    return {std::istream_iterator<std::string>{stream}, {}};
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

void install_programs(const scratch_directory& scratch) {
    for (const char* program : {"npx", "docker", "python3", "node"}) {
        scratch.write(std::string{"bin/"} + program, "#!/bin/sh\n");
        std::filesystem::permissions(scratch.path(std::string{"bin/"} + program),
                                     std::filesystem::perms::owner_all);
    }
}

std::map<std::string, std::string> environment_of(const client_file& one) {
    std::map<std::string, std::string> variables;
    for (const auto& line : one.of("env")) variables.insert(split(line));
    return variables;
}

/// What the command writes into `.env`, read again.
std::map<std::string, std::string> written_env(const import_result& made) {
    std::string lines;
    for (const auto& variable : made.variables)
        lines += fmt::format("{}={}\n", variable.name,
                             variable.value ? quote_env_value(*variable.value) : "");
    const auto read = parse_env_file(lines);
    CHECK(read.bad_lines.empty());
    return read.values;
}

void check_variables(const client_file& one, const import_result& made) {
    const auto env = written_env(made);
    for (const auto& wanted : one.of("value")) {
        const auto [name, value] = split(wanted);
        INFO("value: " << name);
        REQUIRE(env.contains(name));
        CHECK(env.at(name) == value);
    }
    list unset;
    for (const auto& variable : made.variables)
        if (!variable.value) unset.push_back(variable.name);
    for (const auto& name : one.of("unset")) {
        INFO("unset: " << name);
        CHECK(std::ranges::find(unset, name) != unset.end());
    }
    if (one.of("unset").empty()) CHECK(unset == list{});
}

void check_case(const client_file& one) {
    const scratch_directory scratch;
    install_programs(scratch);
    for (const auto& file : one.of("file")) {
        const auto [name, text] = split(file);
        scratch.write(name, text + "\n");
    }
    auto variables = environment_of(one);
    const auto path = scratch.write(one.path(), one.text);
    const auto ours = scratch.path("out/gateway.toml");
    const auto made =
        import_client_config(path, {"/opt/mcp-gateway", ours}, scratch.environment(variables));
    INFO(made.toml);
    INFO(printed(made.problems));
    CHECK(made.is_usable());
    const auto everything = made.toml + made.client_entry + printed(made.problems);
    CHECK_FALSE(has(everything, "hunter2"));
    for (const auto& part : one.of("want")) {
        INFO("want: " << part);
        CHECK(has(made.toml, part));
    }
    for (const auto& part : one.of("never")) {
        INFO("never: " << part);
        CHECK_FALSE(has(made.toml.substr(made.toml.find("[[children]]")), part));
    }
    for (const auto& key : one.of("warns")) {
        INFO("warns: " << key);
        CHECK(std::ranges::find(made.problems, key, &config_problem::key) != made.problems.end());
    }
    check_variables(one, made);

    // What was written has no errors, with the `.env` that goes with it.
    for (const auto& [name, value] : written_env(made)) variables.try_emplace(name, value);
    const auto loaded = scratch.load("out/gateway.toml", made.toml, variables);
    INFO(printed(loaded.problems));
    CHECK(errors(loaded).empty());
    list names;
    list off;
    for (const auto& child : loaded.value.children) {
        names.push_back(child.name);
        if (!child.is_enabled) off.push_back(child.name);
    }
    CHECK(names == words(one.of("children").at(0)));
    CHECK(off == (one.of("off").empty() ? list{} : words(one.of("off").at(0))));

    // Directly it is read as well: the same children, and nothing secret is shown.
    const auto direct = load_config(path, scratch.environment(variables));
    CHECK(direct.value.children.size() >= names.size());
    CHECK_FALSE(has(printed(direct.problems), "hunter2"));
}

} // namespace

TEST_CASE("clients_files_are_imported_without_their_secrets") {
    const auto cases = read_cases();
    CHECK(cases.size() >= 80);
    for (const auto& one : cases) {
        DYNAMIC_SECTION(one.name) {
            check_case(one);
        }
    }
}

TEST_CASE("damaged_clients_files_never_break_the_import") {
    const auto cases = read_cases();
    std::mt19937 random{20261130};
    const auto below = [&random](std::size_t limit) {
        return random() % limit;
    };
    for (const auto& one : cases) {
        INFO(one.name);
        REQUIRE(test::check_config_invariants(one.path() + "\n" + one.text) == "");
    }
    // For longer by hand: MCPGW_ROUNDS=1000000 server_tests "damaged*" --rng-seed time
    const char* const wanted = std::getenv("MCPGW_ROUNDS");
    const int rounds = wanted == nullptr ? 600 : std::atoi(wanted);
    if (wanted != nullptr) random.seed(Catch::getSeed());
    for (int round = 0; round < rounds; ++round) {
        const auto& one = cases[below(cases.size())];
        std::string text = one.text;
        const std::string& other = cases[below(cases.size())].text;
        const std::size_t from = below(other.size() + 1);
        text.insert(below(text.size() + 1), other, from, below(60));
        for (std::size_t count = below(4); count > 0 && !text.empty(); --count)
            text[below(text.size())] = "{}[]\",:$%~\n \\0nt"[below(16)];
        text.erase(below(text.size() + 1), below(4));
        const auto& path = below(4) == 0 ? cases[below(cases.size())].path() : one.path();
        INFO(path << "\n" << text);
        REQUIRE(test::check_config_invariants(path + "\n" + text) == "");
    }
}
