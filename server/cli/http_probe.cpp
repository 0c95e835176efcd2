// SPDX-License-Identifier: Apache-2.0
#include "server/cli/http_probe.hpp"

#include "transports/async/asio.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/url/parse.hpp>

#include <fmt/format.h>

namespace mcpgw {

namespace {

namespace http = boost::beast::http;

constexpr std::uint64_t reply_bytes_max = 64U << 20U;

/// The one request of a probe, as it goes along.
struct exchange {
    boost::beast::tcp_stream stream;
    http::request<http::string_body> request;
    http::response_parser<http::string_body> parser;
    boost::system::error_code ec;
};

asio::awaitable<void> run_exchange(exchange& x, asio::ip::tcp::resolver::results_type endpoints,
                                   std::chrono::milliseconds time_limit) {
    const auto plain = asio::as_tuple(asio::use_awaitable);
    x.stream.expires_after(time_limit);
    const auto [connect_ec, endpoint] = co_await x.stream.async_connect(endpoints, plain);
    x.ec = connect_ec;
    if (x.ec) co_return;
    const auto [write_ec, written] = co_await http::async_write(x.stream, x.request, plain);
    x.ec = write_ec;
    if (x.ec) co_return;
    boost::beast::flat_buffer buffer;
    const auto [read_ec, read] = co_await http::async_read(x.stream, buffer, x.parser, plain);
    x.ec = read_ec;
}

} // namespace

result<probe_response> probe_http(const std::string& method, const std::string& url,
                                  const std::vector<std::pair<std::string, std::string>>& fields,
                                  const std::string& body, std::chrono::milliseconds time_limit) {
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || parsed->scheme() != "http" || parsed->encoded_host().empty())
        return fault{
            errc::bad_http_request,
            fmt::format("'{}' is no http:// URL, for example http://127.0.0.1:8080/mcp", url)};
    const std::string port = parsed->has_port() ? std::string{parsed->port()} : "80";
    const std::string authority{parsed->encoded_host_and_port()}; // with the brackets of IPv6
    const auto lost = [&](const boost::system::error_code& ec) {
        const bool is_late = ec == boost::beast::error::timeout;
        return fault{errc::connection_lost,
                     fmt::format("no answer from {}: {}", authority,
                                 is_late ? fmt::format("not within {} ms", time_limit.count())
                                         : ec.message())};
    };
    asio::io_context io;
    boost::system::error_code ec;
    asio::ip::tcp::resolver resolver{io};
    const auto endpoints = resolver.resolve(parsed->host_address(), port, ec);
    if (ec) return lost(ec);
    const std::string target{parsed->encoded_target()};
    exchange x{boost::beast::tcp_stream{io}, {}, {}, {}};
    x.request = {http::string_to_verb(method), target.starts_with('/') ? target : "/" + target, 11};
    x.request.set(http::field::host, authority);
    for (const auto& [name, value] : fields) x.request.set(name, value);
    x.request.body() = body;
    x.request.keep_alive(false);
    x.request.prepare_payload();
    x.parser.body_limit(reply_bytes_max);
    const auto on_end = [&x](std::exception_ptr error) {
        if (error) x.ec = boost::system::errc::make_error_code(boost::system::errc::io_error);
    };
    asio::co_spawn(io, run_exchange(x, endpoints, time_limit), on_end);
    io.run();
    if (x.ec) return lost(x.ec);
    return probe_response{static_cast<int>(x.parser.get().result_int()),
                          std::move(x.parser.get().body())};
}

} // namespace mcpgw
