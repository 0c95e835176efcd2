// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/process/process.hpp"
#include "children/sandbox/landlock.hpp"
#include "tests/support/process_loop.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <utility>

#include <unistd.h>

namespace mcpgw::child_test {

/// What became of an isolated process.
struct isolated_outcome {
    std::string out; ///< its stdout
    std::string err; ///< its stderr
    exit_status status;
    std::string failure; ///< why its program was not started
};

inline task<std::string> read_all(stream_descriptor& pipe) {
    std::string text;
    for (;;) {
        std::array<char, 4096> chunk{};
        const auto [ec, n] = co_await pipe.async_read_some(asio::buffer(chunk), nothrow);
        text.append(chunk.data(), n);
        if (ec) co_return text;
    }
}

/// Runs `options` to its end, through the launcher of the guard's host.
inline isolated_outcome run_isolated(launch_options options) {
    process_loop loop;
    options.launcher = MCPGW_GUARD_HOST;
    auto launched = process::launch(loop.get_executor(), options, nullptr);
    INFO((launched.has_error() ? launched.error().message() : ""));
    REQUIRE(launched.has_value());
    auto& process = **launched;
    process.close_stdin();
    isolated_outcome outcome;
    outcome.out = loop.await(read_all(process.stdout_stream()));
    outcome.err = loop.await(read_all(process.stderr_stream()));
    outcome.status = loop.await(process.wait_exit());
    outcome.failure = process.launch_failure();
    return outcome;
}

/// A script of /bin/sh.
inline isolated_outcome run_isolated(const isolation_options& isolation, std::string script) {
    launch_options options;
    options.path = "/bin/sh";
    options.args = {"-c", std::move(script)};
    options.environment = {"PATH=/usr/bin:/bin"};
    options.isolation = isolation;
    return run_isolated(std::move(options));
}

/// What any program of the system needs to be started.
inline std::vector<std::string> system_paths() {
    std::vector<std::string> paths;
    for (const auto* path : {"/usr", "/bin", "/lib", "/lib64", "/etc"})
        if (std::filesystem::exists(path)) paths.emplace_back(path);
    return paths;
}

inline bool is_root() {
    return ::geteuid() == 0;
}

/// A directory that everybody may use, for one test.
class open_directory {
public:
    open_directory() {
        std::random_device random;
        path_ = std::filesystem::temp_directory_path() /
                ("mcpgw-isolation-" + std::to_string(random()) + std::to_string(random()));
        std::filesystem::create_directories(path_);
        std::filesystem::permissions(path_, std::filesystem::perms::all);
    }
    ~open_directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    open_directory(const open_directory&) = delete;
    open_directory& operator=(const open_directory&) = delete;

    [[nodiscard]] std::string path(const std::string& name = "") const {
        return (name.empty() ? path_ : path_ / name).string();
    }

private:
    std::filesystem::path path_;
};

} // namespace mcpgw::child_test
