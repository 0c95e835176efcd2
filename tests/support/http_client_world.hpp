// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/io_loop.hpp"
#include "tests/support/scripted_server.hpp"
#include "transports/http_client/http_client.hpp"

#include <optional>
#include <string>
#include <utility>

namespace mcpgw::io_test {

/// An outgoing HTTP client and a scripted server on one loop.
class http_client_world {
public:
    explicit http_client_world(http_client_options options = {})
        : client(loop.ex(), std::move(options)), server(loop.ex()) {}
    ~http_client_world() { server.close(); }

    [[nodiscard]] http_client_request request(std::string body = "{}") const {
        http_client_request made;
        made.url = url("/mcp");
        made.body = std::move(body);
        return made;
    }
    [[nodiscard]] http_url url(std::string target, bool is_tls = false) const {
        http_url made;
        made.is_tls = is_tls;
        made.host = "127.0.0.1";
        made.port = server.port();
        made.target = std::move(target);
        return made;
    }
    /// Starts a fetch; run the loop and look at `outcome`.
    void start(http_client_request request) {
        REQUIRE(loop.tasks.spawn(store(std::move(request))));
    }
    /// The fetch alone, to its end, together with what else was spawned.
    result<http_response> fetch(http_client_request request) {
        outcome.reset();
        start(std::move(request));
        loop.finish();
        REQUIRE(outcome.has_value());
        return *outcome;
    }
    void serve(task<> script) { REQUIRE(loop.tasks.spawn(std::move(script))); }

    io_loop loop;
    http_client client;
    scripted_server server;
    abort_signal abort;
    std::size_t body_bytes_max = 1'000'000;
    std::optional<result<http_response>> outcome;
    std::vector<received_request> received;

private:
    task<> store(http_client_request request) {
        outcome = co_await client.fetch(std::move(request), body_bytes_max, abort);
    }
};

/// Accepts one connection and answers each request on it with the next of `answers`; then closes.
inline task<> answer_each(http_client_world& world, std::vector<std::string> answers) {
    const auto connection = co_await world.server.accept();
    for (const auto& answer : answers) {
        auto request = co_await connection->read_request();
        if (request.method.empty()) co_return;
        world.received.push_back(std::move(request));
        co_await connection->send(answer);
    }
}

} // namespace mcpgw::io_test
