// SPDX-License-Identifier: Apache-2.0
#include "server/cli/http_probe.hpp"

#include "protocol/http/http_url.hpp"
#include "transports/async/abort_signal.hpp"
#include "transports/http_client/http_client.hpp"

#include <fmt/format.h>

#include <optional>

namespace mcpgw {

namespace {

constexpr std::size_t reply_bytes_max = 64U << 20U;

using outcome = std::optional<result<http_response>>;

task<> fetch(http_client& client, http_client_request request, outcome& end) {
    abort_signal never;
    end = co_await client.fetch(std::move(request), reply_bytes_max, never);
}

} // namespace

result<probe_response> probe_http(const std::string& method, const std::string& url,
                                  const std::vector<std::pair<std::string, std::string>>& fields,
                                  const std::string& body, std::chrono::milliseconds time_limit) {
    const auto parsed = parse_http_url(url);
    if (parsed.has_error())
        return fault{errc::bad_http_request, fmt::format("'{}' is no URL of a gateway, for example "
                                                         "http://127.0.0.1:8080/mcp",
                                                         url)};
    asio::io_context io;
    http_client client{io.get_executor(), {}};
    http_client_request request;
    request.url = *parsed;
    request.method = method;
    request.fields = fields;
    request.fields.emplace_back("Connection", "close");
    request.body = body;
    request.deadline = clock_type::now() + time_limit;
    outcome end;
    asio::co_spawn(io, fetch(client, std::move(request), end), [](std::exception_ptr error) {
        if (error) std::rethrow_exception(error);
    });
    while (!end && io.run_one() > 0) {
    } // not until the client's own timers have ended
    if (end->has_error()) {
        const auto& why = end->error();
        const bool is_late = why.code == errc::call_timed_out;
        return fault{errc::connection_lost,
                     fmt::format("no answer from {}: {}", parsed->authority(),
                                 is_late ? fmt::format("not within {} ms", time_limit.count())
                                         : why.message())};
    }
    return probe_response{(*end)->head.status, std::move((*end)->body)};
}

} // namespace mcpgw
