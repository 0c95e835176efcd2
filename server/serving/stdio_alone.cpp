// SPDX-License-Identifier: Apache-2.0
#include "server/serving/stdio_alone.hpp"

#include "transports/async/task_group.hpp"
#include "transports/log.hpp"
#include "transports/stdio/stdio_transport.hpp"

#include <csignal>

#include <unistd.h>

namespace mcpgw {

namespace {

using signal_set = asio::basic_signal_set<executor>;

task<> run_until_end(stdio_transport& client, signal_set& signals) {
    co_await client.run();
    signals.cancel();
}

task<> stop_on_signal(stdio_transport& client, signal_set& signals) {
    const auto [ec, number] = co_await signals.async_wait(nothrow);
    if (!ec) client.stop();
}

} // namespace

void serve_over_stdio(request_handler& handler) {
    ::signal(SIGPIPE, SIG_IGN); // a client that closes its end is an error of that write
    asio::io_context io{1};
    logger log{log_level::warning};
    stdio_transport client{io.get_executor(), STDIN_FILENO, STDOUT_FILENO,
                           client_limits{},   handler,      log};
    signal_set signals{io.get_executor(), SIGINT, SIGTERM};
    task_group tasks{io.get_executor(), 2};
    tasks.spawn(run_until_end(client, signals));
    tasks.spawn(stop_on_signal(client, signals));
    io.run();
}

} // namespace mcpgw
