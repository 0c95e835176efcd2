// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/support/gateway_process.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>

#include <poll.h>
#include <unistd.h>

namespace mcpgw::bench {

namespace {

constexpr std::chrono::seconds start_limit{60}; // under valgrind it takes a while

/// The port in "http://127.0.0.1:PORT/mcp"; 0: it is not there yet.
std::uint16_t port_in(std::string_view log) {
    constexpr std::string_view beginning = "http://127.0.0.1:";
    const auto at = log.find(beginning);
    if (at == std::string_view::npos) return 0;
    const auto digits = log.substr(at + beginning.size());
    if (digits.find('/') == std::string_view::npos) return 0;
    std::uint16_t port = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return port;
}

} // namespace

gateway_process::gateway_process(const std::string& binary, const std::string& config_json,
                                 const gateway_surroundings& around) {
    const auto file = directory_.path() + "/gateway.json";
    std::ofstream(file) << config_json;
    program_options options;
    options.command = around.before;
    for (const auto& word : {binary, std::string{"serve"}, std::string{"--config"}, file})
        options.command.push_back(word);
    options.environment = around.environment;
    const auto begun = clock_type::now();
    program_.emplace(options);
    read_log(begun);
    drain_ = std::thread{&gateway_process::drain_log, this};
}

void gateway_process::read_log(clock_type::time_point begun) {
    std::string log;
    std::array<char, 4096> buffer{};
    const auto deadline = begun + start_limit;
    while (port_ == 0) {
        pollfd input{program_->errors(), POLLIN, 0};
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock_type::now());
        const int ready = ::poll(&input, 1, std::max(0, static_cast<int>(left.count())));
        const auto count = ready == 1 ? ::read(input.fd, buffer.data(), buffer.size()) : 0;
        if (count <= 0) {
            program_->kill();
            throw std::runtime_error("the gateway did not come up:\n" + log);
        }
        log.append(buffer.data(), static_cast<std::size_t>(count));
        port_ = port_in(log);
    }
    start_time_ = std::chrono::duration_cast<std::chrono::microseconds>(clock_type::now() - begun);
}

void gateway_process::drain_log() {
    constexpr int patience_ms = 100;
    std::array<char, 4096> buffer{};
    while (!is_over_) {
        pollfd input{program_->errors(), POLLIN, 0};
        if (::poll(&input, 1, patience_ms) != 1) continue;
        if (::read(input.fd, buffer.data(), buffer.size()) <= 0) return;
    }
}

void gateway_process::rewrite(const std::string& config_json) const {
    const auto file = directory_.path() + "/gateway.json";
    const auto beside = directory_.path() + "/gateway.json.new";
    std::ofstream(beside) << config_json;
    std::filesystem::rename(beside, file);
}

gateway_process::~gateway_process() {
    program_->stop();
    is_over_ = true;
    if (drain_.joinable()) drain_.join();
}

} // namespace mcpgw::bench
