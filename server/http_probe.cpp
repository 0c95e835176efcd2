#include "server/http_probe.hpp"

#include "transports/asio.hpp"

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
constexpr std::chrono::seconds probe_time{10};

} // namespace

result<probe_response> probe_http(const std::string& method, const std::string& url,
                                  const std::vector<std::pair<std::string, std::string>>& fields,
                                  const std::string& body) {
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || parsed->scheme() != "http")
        return fault{
            errc::bad_http_request,
            fmt::format("'{}' is no http:// URL, for example http://127.0.0.1:8080/mcp", url)};
    const std::string host = parsed->host_address();
    const std::string port = parsed->has_port() ? std::string{parsed->port()} : "80";
    const auto lost = [&](const boost::system::error_code& ec) {
        return fault{errc::connection_lost,
                     fmt::format("no answer from {}:{}: {}", host, port, ec.message())};
    };
    asio::io_context io;
    boost::system::error_code ec;
    asio::ip::tcp::resolver resolver{io};
    const auto endpoints = resolver.resolve(host, port, ec);
    if (ec) return lost(ec);
    boost::beast::tcp_stream stream{io};
    stream.expires_after(probe_time);
    stream.connect(endpoints, ec);
    if (ec) return lost(ec);
    const std::string target =
        parsed->encoded_path().empty() ? std::string{"/"} : std::string{parsed->encoded_path()};
    http::request<http::string_body> request{http::string_to_verb(method), target, 11};
    request.set(http::field::host, fmt::format("{}:{}", host, port));
    for (const auto& [name, value] : fields) request.set(name, value);
    request.body() = body;
    request.keep_alive(false);
    request.prepare_payload();
    http::write(stream, request, ec);
    if (ec) return lost(ec);
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(reply_bytes_max);
    http::read(stream, buffer, parser, ec);
    if (ec) return lost(ec);
    return probe_response{static_cast<int>(parser.get().result_int()),
                          std::move(parser.get().body())};
}

} // namespace mcpgw
