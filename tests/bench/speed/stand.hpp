// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/speed/subject.hpp"
#include "tests/bench/support/gateway_process.hpp"
#include "tests/bench/support/program.hpp"
#include "tests/bench/support/temporary_directory.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mcpgw::bench {

/// The programs of the bench.
struct programs {
    std::string gateway;
    std::string echo;
    std::string nginx;   ///< empty: there is none
    std::string against; ///< another gateway; empty: there is none
};

/// Configuration of a gateway with the echo server as its only child, whose tools keep their names,
/// so that the same bytes are sent to every subject. Limits do not get into the way.
std::string speed_configuration(const std::string& echo, std::size_t tools_max = 2,
                                const std::string& child_era = "auto");

/// The echo server on HTTP, alone.
class echo_over_http {
public:
    explicit echo_over_http(const std::string& binary);
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] pid_t pid() const { return process_.pid(); }

private:
    program process_;
    std::uint16_t port_;
};

/// nginx as a reverse proxy with one worker, tuned as well as can be.
class nginx_proxy {
public:
    nginx_proxy(const std::string& binary, std::uint16_t upstream_port);
    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// The worker does all the work.
    [[nodiscard]] pid_t worker() const { return worker_; }

private:
    void start(const std::string& binary, std::uint16_t upstream_port);

    temporary_directory directory_;
    std::optional<program> process_;
    std::uint16_t port_ = 0;
    pid_t worker_ = 0;
};

/// Everything that is measured side by side; it runs the whole time, and waits while others work.
class stand {
public:
    explicit stand(const programs& found);

    /// Over HTTP, the gateway first.
    [[nodiscard]] const std::vector<subject>& over_http() const { return over_http_; }
    /// The gateway's child without the gateway: no gateway can be faster.
    [[nodiscard]] const subject& child_alone() const { return child_alone_; }

private:
    echo_over_http echo_;
    gateway_process gateway_;
    std::unique_ptr<gateway_process> other_; ///< null: none is asked for
    std::unique_ptr<nginx_proxy> nginx_;     ///< null: it is not installed
    std::vector<subject> over_http_;
    subject child_alone_;
};

/// Names of subjects in tables.
namespace names {
inline const std::string gateway_legacy = "gateway, legacy";
inline const std::string gateway_modern = "gateway, modern";
inline const std::string other_legacy = "other gateway, legacy";
inline const std::string other_modern = "other gateway, modern";
inline const std::string nginx = "nginx proxy_pass";
inline const std::string echo = "echo, no proxy";
inline const std::string child = "child's pipe";
} // namespace names

} // namespace mcpgw::bench
