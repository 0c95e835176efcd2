// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/io_loop.hpp"
#include "tests/support/recording_handler.hpp"
#include "transports/stdio/stdio_transport.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace mcpgw::io_test {

inline constexpr std::size_t pipe_bytes = 65536;

/// A client at the other ends of two pipes. Everything runs on this thread.
struct stdio_world {
    io_loop loop;
    recording_handler handler{loop.ex()};
    logger log{log_level::off};
    std::array<int, 2> in{-1, -1};  // to the gateway
    std::array<int, 2> out{-1, -1}; // from it
    std::string received;
    std::optional<stdio_transport> transport;

    explicit stdio_world(const client_limits& limits = {}, std::string_view begun = {}) {
        ::signal(SIGPIPE, SIG_IGN); // as the application does
        REQUIRE(::pipe(in.data()) == 0);
        REQUIRE(::pipe(out.data()) == 0);
        ::fcntl(out[0], F_SETFL, O_NONBLOCK);
        transport.emplace(loop.ex(), in[0], out[1], limits, handler, log);
        transport->begin_with(begun);
        REQUIRE(loop.tasks.spawn(transport->run()));
    }
    ~stdio_world() {
        end_input();
        if (transport) loop.finish();
        for (const int descriptor : {in[0], out[0], out[1]}) ::close(descriptor);
    }
    stdio_world(const stdio_world&) = delete;
    stdio_world& operator=(const stdio_world&) = delete;

    /// Less than a pipe holds; the rest is read by and by.
    void send_bytes(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto part = bytes.substr(0, pipe_bytes / 2);
            REQUIRE(::write(in[1], part.data(), part.size()) == static_cast<ssize_t>(part.size()));
            bytes.remove_prefix(part.size());
            loop.poll();
        }
    }
    void send(const std::string& line) { send_bytes(line + "\n"); }
    void end_input() {
        if (in[1] >= 0) ::close(in[1]);
        in[1] = -1;
    }
    /// The next line that the gateway writes.
    std::string read() {
        const auto deadline = clock_type::now() + patience;
        for (;;) {
            const auto end = received.find('\n');
            if (end != std::string::npos) {
                auto line = received.substr(0, end);
                received.erase(0, end + 1);
                return line;
            }
            if (clock_type::now() > deadline) FAIL("the gateway wrote nothing");
            take();
            loop.io.restart();
            loop.io.run_one_for(std::chrono::milliseconds{5});
        }
    }
    std::string ask(const std::string& line) {
        send(line);
        return read();
    }
    void take() {
        std::array<char, pipe_bytes> bytes{};
        for (auto n = ::read(out[0], bytes.data(), bytes.size()); n > 0;
             n = ::read(out[0], bytes.data(), bytes.size()))
            received.append(bytes.data(), static_cast<std::size_t>(n));
    }
    /// Until run() has ended, as a client that reads nothing.
    void run_unread() {
        const auto deadline = clock_type::now() + patience;
        while (loop.tasks.size() > 0 && clock_type::now() < deadline) {
            loop.io.restart();
            loop.io.run_one_for(std::chrono::milliseconds{5});
        }
    }
    /// Until run() has ended; what was written and not read.
    std::string finish() {
        const auto deadline = clock_type::now() + patience;
        while (loop.tasks.size() > 0 && clock_type::now() < deadline) {
            loop.io.restart();
            loop.io.run_one_for(std::chrono::milliseconds{5});
            take();
        }
        REQUIRE(loop.tasks.size() == 0);
        take();
        return std::exchange(received, {});
    }
};

} // namespace mcpgw::io_test
