// SPDX-License-Identifier: Apache-2.0
// How a child's era is found out; the code under test is children/instance/era_agreement.cpp.
#include "tests/support/child_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <random>

using namespace mcpgw;
using namespace mcpgw::child_test;

namespace {

constexpr std::chrono::milliseconds short_time{60};

/// The methods of what the child received since its start.
std::vector<std::string> received_methods(child_world& world) {
    std::vector<std::string> methods;
    const auto lines = json_of(world.call("received"));
    for (const auto& line : lines.as_array())
        if (const auto* const name = line.as_object().if_contains("method"))
            methods.emplace_back(name->as_string());
    return methods;
}

/// A file that tells the fake child its era at each start.
class era_file {
public:
    era_file() {
        std::random_device random;
        path_ = std::filesystem::temp_directory_path() /
                ("mcpgw-era-" + std::to_string(random()) + std::to_string(random()));
    }
    ~era_file() { std::filesystem::remove(path_); }
    era_file(const era_file&) = delete;
    era_file& operator=(const era_file&) = delete;
    void write(const std::string& era_name) const { std::ofstream{path_} << era_name; }
    [[nodiscard]] std::string flag() const { return "--era-from=" + path_.string(); }

private:
    std::filesystem::path path_;
};

/// Starts it until it runs, at most `tries` times.
bool starts_within(child_world& world, int tries) {
    for (int i = 0; i < tries; ++i) {
        const auto started = world.start();
        if (started.has_value()) return true;
        // The back-off of these tests is a millisecond.
        for (; i < tries; ++i)
            if (world.start().has_value() || world.status().state != upstream_state::failed) break;
    }
    return world.status().state == upstream_state::running;
}

} // namespace

TEST_CASE("a_modern_server_is_discovered_and_never_initialized") {
    child_world world{fake_options({"--era=modern"})};
    world.must_start();
    CHECK(world.get().view().spoken() == revision::r2026_07_28);
    CHECK(world.get().lists().instructions == "modern \"fake\"");
    CHECK(world.status().server_info == R"({"name":"fake","version":"2"})");
    CHECK(keys(world.get().lists().tools) == std::vector<std::string>{"tool_0"});
    const auto methods = received_methods(world);
    CHECK(methods.front() == "server/discover");
    CHECK(std::ranges::count(methods, "initialize") == 0);
    CHECK(std::ranges::count(methods, "notifications/initialized") == 0);
}

TEST_CASE("every_request_to_a_modern_server_carries_the_envelope_of_its_revision") {
    child_world world{fake_options({"--era=modern"})};
    auto request = tool_call("received");
    request.client_capabilities = R"({"elicitation":{}})";
    request.log_level = R"("warning")";
    request.meta_members = R"("traceparent":"00-11-22-01")";
    const auto lines = json_of(world.call(request));
    for (const auto& line : lines.as_array()) {
        const auto& meta = line.at("params").at("_meta");
        CHECK(meta.at("io.modelcontextprotocol/protocolVersion") == "2026-07-28");
        CHECK(meta.at("io.modelcontextprotocol/clientInfo").at("name") == "mcp-gateway");
        CHECK(meta.at("io.modelcontextprotocol/clientCapabilities").is_object());
    }
    const auto& meta = lines.as_array().back().at("params").at("_meta");
    CHECK(meta.at("io.modelcontextprotocol/clientCapabilities").at("elicitation").is_object());
    CHECK(meta.at("io.modelcontextprotocol/logLevel") == "warning");
    CHECK(meta.at("traceparent") == "00-11-22-01");
}

TEST_CASE("a_legacy_server_that_refuses_the_probe_is_initialized_in_the_same_process") {
    child_world world{fake_options()};
    world.must_start();
    CHECK(world.get().view().spoken() == revision::r2025_11_25);
    CHECK(world.get().lists().instructions == "legacy");
    CHECK(world.status().server_info == R"({"name":"fake","version":"1"})");
    CHECK(world.status().restarts == 0);
    const auto methods = received_methods(world);
    REQUIRE(methods.size() > 2);
    CHECK(methods[0] == "server/discover");
    CHECK(methods[1] == "initialize");
    CHECK(methods[2] == "notifications/initialized");
    CHECK(methods.back() == "tools/call");
}

TEST_CASE("a_server_of_both_eras_is_spoken_to_as_modern") {
    child_world world{fake_options({"--era=dual"})};
    world.must_start();
    CHECK(world.get().view().spoken() == revision::r2026_07_28);
}

TEST_CASE("a_legacy_server_that_answers_with_an_older_revision_is_spoken_to_in_it") {
    child_world world{fake_options({"--version=2024-11-05"})};
    world.must_start();
    CHECK(world.get().view().spoken() == revision::r2024_11_05);
}

TEST_CASE("a_server_that_dies_of_the_probe_is_restarted_and_initialized") {
    auto options = fake_options({"--exit-on-discover"});
    options.restart.base = options.restart.max = std::chrono::hours{1};
    options.restart.jitter = 0; // no back-off
    child_world world{options};
    world.must_start();
    CHECK(world.get().view().spoken() == revision::r2025_11_25);
    CHECK(received_methods(world).front() == "initialize");
    // The verdict is kept: the next start does not kill it again.
    world.stop();
    const auto restarts = world.status().restarts;
    world.must_start();
    CHECK(world.status().restarts == restarts + 1);
    CHECK(received_methods(world).front() == "initialize");
}

TEST_CASE("a_server_that_never_answers_the_probe_is_initialized_after_a_while") {
    auto options = fake_options({"--silent-at=server/discover"});
    options.probe_timeout = short_time;
    child_world world{options};
    world.must_start();
    CHECK(world.get().view().spoken() == revision::r2025_11_25);
}

TEST_CASE("a_server_that_never_answers_anything_fails_to_start_with_the_reason") {
    auto options = fake_options({"--silent"});
    options.probe_timeout = short_time;
    options.start_timeout = std::chrono::milliseconds{600};
    child_world world{options};
    const auto started = world.start();
    REQUIRE(started.has_error());
    CHECK(started.error().message().find("initialize") != std::string_view::npos);
    CHECK(world.status().state == upstream_state::failed);
    CHECK(world.status().pid == 0);
}

TEST_CASE("an_unknown_protocol_version_is_named_in_the_error") {
    child_world world{fake_options({"--version=1999-12-31"})};
    const auto started = world.start();
    REQUIRE(started.has_error());
    CHECK(started.error().code == errc::server_failed);
    CHECK(started.error().message().find("1999-12-31") != std::string_view::npos);
}

TEST_CASE("a_server_that_only_speaks_a_future_revision_is_refused") {
    child_world world{fake_options({"--era=future"})};
    const auto started = world.start();
    REQUIRE(started.has_error());
    CHECK(started.error().code == errc::server_failed);
    CHECK(started.error().message().find("too old") != std::string_view::npos);
}

TEST_CASE("a_legacy_verdict_that_became_wrong_heals") {
    const era_file file;
    file.write("legacy");
    child_world world{fake_options({file.flag()})};
    world.must_start();
    REQUIRE(world.get().view().spoken() == revision::r2025_11_25);
    world.stop();
    file.write("modern");
    world.must_start(); // a refused initialize names the revision that is spoken
    CHECK(world.get().view().spoken() == revision::r2026_07_28);
}

TEST_CASE("a_modern_verdict_that_became_wrong_heals") {
    const era_file file;
    file.write("modern");
    child_world world{fake_options({file.flag()})};
    world.must_start();
    world.stop();
    file.write("legacy");
    world.must_start(); // a refused probe leads to initialize at once
    CHECK(world.get().view().spoken() == revision::r2025_11_25);
}

TEST_CASE("a_modern_verdict_heals_even_if_the_new_server_dies_of_the_probe") {
    const era_file file;
    file.write("modern");
    child_world world{fake_options({file.flag(), "--exit-on-discover"})};
    world.must_start();
    world.stop();
    file.write("legacy");
    CHECK(starts_within(world, 100'000));
    CHECK(world.get().view().spoken() == revision::r2025_11_25);
}
