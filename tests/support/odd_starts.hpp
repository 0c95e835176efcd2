// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/child_world.hpp"

#include <catch2/catch_test_macros.hpp>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <random>

/// Odd ways to start, each as a real process (tests/fakes/odd_start.cpp).
namespace mcpgw::child_test {

using namespace std::chrono_literals;

enum class belief : std::uint8_t { nothing, modern, legacy, only_modern, only_legacy };

struct odd_start {
    std::string name;
    std::vector<std::string> rules;
    std::string expected; ///< "modern", "legacy", or a part of the error
    int processes = 1;
    belief known = belief::nothing;
    std::chrono::milliseconds start_timeout = 30s;
};

/// A file in the directory for temporary ones, gone at the end.
class scratch_file {
public:
    scratch_file() {
        std::random_device random;
        path_ = std::filesystem::temp_directory_path() /
                ("mcpgw-odd-" + std::to_string(random()) + std::to_string(random()));
    }
    ~scratch_file() { std::filesystem::remove(path_); }
    scratch_file(const scratch_file&) = delete;
    scratch_file& operator=(const scratch_file&) = delete;
    [[nodiscard]] std::string path() const { return path_.string(); }
    [[nodiscard]] int lines() const {
        std::ifstream in{path_};
        int count = 0;
        for (std::string line; std::getline(in, line);) ++count;
        return count;
    }

private:
    std::filesystem::path path_;
};

inline child_options options_of(const odd_start& row, const scratch_file& count,
                                const scratch_file& lock) {
    child_options options;
    options.name = "odd";
    options.command = MCPGW_ODD_START;
    std::string at_start = "start:count=" + count.path() + ";lock=" + lock.path();
    for (const auto& rule : row.rules) {
        if (rule.starts_with("start:"))
            at_start += ";" + rule.substr(6);
        else
            options.args.push_back(rule);
    }
    options.args.push_back(at_start);
    options.start_timeout = row.start_timeout;
    options.probe_timeout = 60ms;
    options.stop_grace = 500ms;
    options.list_timeout = 20s;
    // Whoever fails rests for an hour: every further process within a test was wanted.
    options.restart.base = options.restart.max = 1h;
    options.restart.jitter = 0;
    if (row.known == belief::only_modern) options.only_era = era::modern;
    if (row.known == belief::only_legacy) options.only_era = era::legacy;
    return options;
}

inline void recall(upstream& server, bool is_modern) {
    remembered_schema schema;
    schema.lists.capabilities = "{}";
    schema.spoken = is_modern ? newest_modern : newest_legacy;
    schema.eras = remembered_eras{is_modern, !is_modern, std::time(nullptr)};
    server.recall(std::move(schema));
}

inline void check(const odd_start& row) {
    const scratch_file count;
    const scratch_file lock;
    INFO(row.name);
    child_world world{options_of(row, count, lock)};
    if (row.known == belief::modern || row.known == belief::legacy)
        recall(world.get(), row.known == belief::modern);
    const auto started = world.start();
    INFO((started.has_error() ? started.error().message() : "it runs"));
    if (row.expected == "modern" || row.expected == "legacy") {
        REQUIRE(started.has_value());
        CHECK(to_string(era_of(*world.get().view().spoken())) == row.expected);
        CHECK(keys(world.get().lists().tools) == std::vector<std::string>{"odd"});
        CHECK(text_of(world.call("odd")) == "hello");
        // A client of the other era changes nothing.
        const auto place = world.take();
        CHECK(to_string(era_of(place.spoken())) == row.expected);
    } else {
        REQUIRE(started.has_error());
        CHECK(started.error().message().find(row.expected) != std::string_view::npos);
        CHECK(started.error().message().starts_with("server 'odd'"));
        // It rests: nobody can make it start again and again.
        for (int i = 0; i < 5; ++i) CHECK(world.start().has_error());
    }
    CHECK(count.lines() == row.processes);
}

inline std::string raw(std::string_view rest) {
    return R"(raw={"jsonrpc":"2.0","id":@ID@,)" + std::string{rest} + "}";
}

} // namespace mcpgw::child_test
