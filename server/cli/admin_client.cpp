// SPDX-License-Identifier: Apache-2.0
#include "server/cli/admin_client.hpp"

#include "server/admin/admin_socket.hpp"
#include "transports/async/asio_local.hpp"

#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <optional>

namespace mcpgw {

namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace json = boost::json;

namespace {

constexpr std::uint64_t reply_bytes_max = 64U << 20U;
constexpr unsigned http_11 = 11;

using request_message = http::request<http::string_body>;
using response_parser = http::response_parser<http::string_body>;
using local_stream = beast::basic_stream<local_protocol, executor>;

task<> exchange(local_stream& stream, const std::string& socket, const request_message& request,
                response_parser& parser, boost::system::error_code& outcome) {
    const local_protocol::endpoint there{socket};
    const auto [connected] = co_await stream.async_connect(there, nothrow);
    outcome = connected;
    if (outcome) co_return;
    const auto [sent, sent_bytes] = co_await http::async_write(stream, request, nothrow);
    outcome = sent;
    if (outcome) co_return;
    beast::flat_buffer buffer;
    const auto [read, read_bytes] = co_await http::async_read(stream, buffer, parser, nothrow);
    outcome = read;
}

request_message make_request(const std::string& method, const std::string& target,
                             const json::object& body) {
    request_message request;
    request.version(http_11);
    request.method_string(method);
    request.target(target);
    request.set(http::field::host, "localhost");
    request.keep_alive(false);
    if (!body.empty()) {
        request.set(http::field::content_type, "application/json");
        request.body() = json::serialize(body);
    }
    request.prepare_payload();
    return request;
}

} // namespace

result<admin_answer> ask_admin(const std::string& socket, const std::string& method,
                               const std::string& target, const json::object& body,
                               std::chrono::milliseconds time_limit) {
    asio::io_context io;
    local_stream stream{io.get_executor()};
    stream.expires_after(time_limit);
    const auto request = make_request(method, target, body);
    response_parser parser;
    parser.body_limit(reply_bytes_max);
    boost::system::error_code outcome;
    asio::co_spawn(io, exchange(stream, socket, request, parser, outcome),
                   [](std::exception_ptr error) {
                       if (error) std::rethrow_exception(error);
                   });
    io.run();
    if (outcome)
        return fault{errc::connection_lost,
                     fmt::format("no answer from the gateway at {}: {}", socket,
                                 outcome == beast::error::timeout
                                     ? fmt::format("not within {} ms", time_limit.count())
                                     : outcome.message())};
    boost::system::error_code ec;
    auto value = json::parse(parser.get().body(), ec);
    if (ec || !value.is_object())
        return fault{errc::connection_lost,
                     fmt::format("what answers at {} is no gateway", socket)};
    return admin_answer{static_cast<int>(parser.get().result_int()), std::move(value.as_object())};
}

admin_place find_admin(const std::string& name, const std::string& configured,
                       const std::string& directory) {
    if (configured.starts_with('/')) return {live_admin_sockets(configured), configured};
    if (directory.empty()) return {{}, "no directory: neither XDG_RUNTIME_DIR nor HOME is set"};
    if (name.empty()) return {all_live_admin_sockets(directory), directory};
    const auto path = admin_socket_path(directory, name);
    return {live_admin_sockets(path), path};
}

} // namespace mcpgw
