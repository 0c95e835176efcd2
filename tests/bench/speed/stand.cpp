// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/speed/stand.hpp"

#include "protocol/json/json_text.hpp"
#include "tests/bench/speed/load/http_connection.hpp"
#include "tests/bench/speed/load/sockets.hpp"
#include "tests/bench/support/processes.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <fstream>
#include <stdexcept>
#include <string_view>

#include <poll.h>
#include <unistd.h>

namespace mcpgw::bench {

namespace {

constexpr std::chrono::seconds start_limit{10};

/// The port in the first line of a log.
std::uint16_t read_port(int log) {
    constexpr int patience_ms = 10'000;
    constexpr std::string_view beginning = "http://127.0.0.1:";
    std::string text;
    std::array<char, 256> buffer{};
    while (text.find('\n') == std::string::npos) {
        pollfd input{log, POLLIN, 0};
        const auto count =
            ::poll(&input, 1, patience_ms) == 1 ? ::read(log, buffer.data(), buffer.size()) : 0;
        if (count <= 0) throw std::runtime_error("the echo server did not come up");
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    const auto digits = std::string_view{text}.substr(beginning.size());
    std::uint16_t port = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return port;
}

/// One worker, connections kept on both sides, nothing written to disk. Long messages have a place
/// of their own, in which nginx passes on what it has: it is faster so, and slower with short ones.
std::string nginx_configuration(const std::string& directory, std::uint16_t port,
                                std::uint16_t upstream_port) {
    return fmt::format(R"(daemon off;
worker_processes 1;
pid {0}/nginx.pid;
error_log {0}/error.log crit;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  client_body_temp_path {0}/body;
  proxy_temp_path {0}/proxy;
  fastcgi_temp_path {0}/fastcgi;
  uwsgi_temp_path {0}/uwsgi;
  scgi_temp_path {0}/scgi;
  keepalive_timeout 3600s;
  keepalive_requests 1000000000;
  client_max_body_size 0;
  client_body_buffer_size 8m;
  upstream echo {{
    server 127.0.0.1:{2};
    keepalive 512;
    keepalive_timeout 3600s;
    keepalive_requests 1000000000;
  }}
  server {{
    listen 127.0.0.1:{1} backlog=4096;
    location / {{
      proxy_pass http://echo;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffer_size 64k;
      proxy_buffers 64 128k;
      proxy_busy_buffers_size 4m;
      proxy_max_temp_file_size 0;
    }}
    location /long/ {{
      proxy_pass http://echo;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_request_buffering off;
      client_body_buffer_size 512k;
      proxy_buffering off;
      proxy_buffer_size 512k;
      proxy_buffers 4 512k;
      proxy_busy_buffers_size 1m;
    }}
  }}
}}
)",
                       directory, port, upstream_port);
}

bool answers(std::uint16_t port) {
    try {
        http_connection one{port};
        return true;
    } catch (const std::runtime_error&) {
        return false;
    }
}

program_options with_log_pipe(std::vector<std::string> command) {
    program_options made;
    made.command = std::move(command);
    return made;
}

} // namespace

std::string speed_configuration(const std::string& echo, std::size_t tools_max,
                                const std::string& child_era) {
    return fmt::format(
        R"({{"gateway":{{"expose":"all","prefix":"never","schema_cache":"off"}},)"
        R"("http":{{"listen":"127.0.0.1:0","idle_timeout_ms":3600000}},)"
        R"("limits":{{"sessions_max":20000,"connections_max":20000,"list_page_items":10000}},)"
        R"("children":[{{"name":"echo","command":{},"args":["stdio","--tools={}"],"era":"{}"}}]}})",
        quote_json(echo), tools_max, child_era);
}

echo_over_http::echo_over_http(const std::string& binary)
    : process_(with_log_pipe({binary, "http"})), port_(read_port(process_.errors())) {}

nginx_proxy::nginx_proxy(const std::string& binary, std::uint16_t upstream_port) {
    // It cannot choose a port itself, and somebody else may take the one that was free.
    constexpr int attempts_max = 5;
    for (int i = 0; i < attempts_max && worker_ == 0; ++i) start(binary, upstream_port);
    if (worker_ == 0) throw std::runtime_error("nginx did not come up");
}

void nginx_proxy::start(const std::string& binary, std::uint16_t upstream_port) {
    port_ = find_free_port();
    const auto file = directory_.path() + "/nginx.conf";
    std::ofstream(file) << nginx_configuration(directory_.path(), port_, upstream_port);
    program_options options;
    options.command = {binary, "-p", directory_.path(), "-c", file};
    options.log = directory_.path() + "/stderr.log";
    process_.emplace(options);
    const auto deadline = clock_type::now() + start_limit;
    while (clock_type::now() < deadline && is_running(process_->pid())) {
        const auto workers = descendants_of(process_->pid());
        if (workers.size() == 1 && answers(port_)) {
            worker_ = workers.front().pid;
            return;
        }
        pause_for(std::chrono::milliseconds{5});
    }
}

stand::stand(const programs& found)
    : echo_(found.echo), gateway_(found.gateway, speed_configuration(found.echo)) {
    const auto add = [&](const std::string& name, dialect spoken, std::uint16_t port, pid_t pid) {
        over_http_.push_back({.name = name, .spoken = spoken, .port = port, .processes = {pid}});
    };
    add(names::gateway_legacy, dialect::legacy, gateway_.port(), gateway_.pid());
    add(names::gateway_modern, dialect::modern, gateway_.port(), gateway_.pid());
    if (!found.against.empty()) {
        other_ = std::make_unique<gateway_process>(found.against, speed_configuration(found.echo));
        add(names::other_legacy, dialect::legacy, other_->port(), other_->pid());
        add(names::other_modern, dialect::modern, other_->port(), other_->pid());
    }
    if (!found.nginx.empty()) {
        nginx_ = std::make_unique<nginx_proxy>(found.nginx, echo_.port());
        add(names::nginx, dialect::legacy, nginx_->port(), nginx_->worker());
        over_http_.back().long_path = "/long/mcp";
    }
    add(names::echo, dialect::legacy, echo_.port(), echo_.pid());
    child_alone_.name = names::child;
    child_alone_.piped.command = {found.echo, "stdio"};
    child_alone_.piped.has_pipes = true;
    child_alone_.piped.log = "/dev/null";
}

} // namespace mcpgw::bench
