// SPDX-License-Identifier: Apache-2.0
#include "server/admin/admin_connection.hpp"

#include "server/admin/admin_access.hpp"
#include "server/admin/admin_router.hpp"

#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace mcpgw {

namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

request_head head_of(const http::request<http::string_body>& request) {
    request_head head;
    head.method = request.method_string();
    head.target = request.target();
    head.version = static_cast<int>(request.version());
    for (const auto& field : request) head.fields.push_back({field.name_string(), field.value()});
    return head;
}

admin_error error_of(const boost::system::error_code& ec, const admin_limits& limits) {
    if (ec == http::error::body_limit)
        return {admin_errc::body_too_large,
                "the body is longer than " + std::to_string(limits.body_bytes_max) + " bytes"};
    return {admin_errc::bad_request, "the request is no HTTP: " + ec.message()};
}

/// The client has left, or we close, or it has been too slow, for which the stream closes: nobody
/// would read an answer.
bool is_end(const boost::system::error_code& ec) {
    return ec == beast::error::timeout || ec == http::error::end_of_stream ||
           ec == http::error::partial_message || ec == asio::error::operation_aborted ||
           ec == asio::error::connection_reset || ec == asio::error::broken_pipe ||
           ec == asio::error::eof;
}

template <class Protocol>
class connection final : public admin_connection {
public:
    using socket = asio::basic_stream_socket<Protocol, executor>;
    using stream = beast::basic_stream<Protocol, executor>;

    connection(socket from, admin_service& service) : stream_(std::move(from)), service_(service) {
        service_.connections.insert(this);
    }
    ~connection() { service_.connections.erase(this); }
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    void stop() override {
        abort_.abort({errc::gateway_stopping});
        if (is_reading_) stream_.cancel();
    }

    /// False: no more requests come.
    task<bool> serve_one() {
        http::request_parser<http::string_body> parser;
        parser.header_limit(static_cast<std::uint32_t>(service_.limits.header_bytes_max));
        parser.body_limit(service_.limits.body_bytes_max);
        stream_.expires_after(service_.limits.idle_timeout);
        is_reading_ = true;
        const auto [ec, size] = co_await http::async_read_header(stream_, buffer_, parser, nothrow);
        if (is_end(ec) || service_.is_stopping) co_return false;
        admin_reply reply;
        bool is_kept = false;
        if (ec)
            reply = reply_of(error_of(ec, service_.limits));
        else if (const auto allowed = check(parser.get()); allowed.has_error())
            reply = reply_of(allowed.error());
        else
            is_kept = co_await take(parser, reply);
        is_reading_ = false;
        if (reply.status == 0) co_return false;
        const bool is_written = co_await write(reply, is_kept);
        co_return is_written&& is_kept && !service_.is_stopping;
    }

    void close() {
        boost::system::error_code ignored;
        stream_.socket().shutdown(socket::shutdown_send, ignored);
    }

private:
    admin_result<> check(const http::request<http::string_body>& request) const {
        const auto head = head_of(request);
        if constexpr (std::is_same_v<Protocol, local_protocol>)
            return check_local_access(head);
        else
            return check_admin_access(head, service_.options);
    }

    /// The body, and what comes of the request. True: the connection goes on. A reply of status 0:
    /// nobody waits for one.
    task<bool> take(http::request_parser<http::string_body>& parser, admin_reply& reply) {
        stream_.expires_after(service_.limits.request_timeout);
        const auto [ec, size] = co_await http::async_read(stream_, buffer_, parser, nothrow);
        is_reading_ = false;
        stream_.expires_never();
        if (ec) {
            reply = reply_of(error_of(ec, service_.limits));
            if (is_end(ec)) reply.status = 0;
            co_return false;
        }
        const auto& message = parser.get();
        admin_request request{std::string{message.method_string()}, std::string{message.target()},
                              std::string{message[http::field::content_type]}, message.body()};
        reply = co_await answer_admin(service_.actions, std::move(request), abort_);
        co_return parser.keep_alive();
    }

    task<bool> write(const admin_reply& reply, bool is_kept) {
        http::response<http::string_body> message;
        message.result(static_cast<unsigned>(reply.status));
        message.keep_alive(is_kept && !service_.is_stopping);
        message.set(http::field::cache_control, "no-store");
        message.set(http::field::content_type, "application/json");
        message.set("X-Content-Type-Options", "nosniff");
        if (!reply.allow.empty()) message.set(http::field::allow, reply.allow);
        if (reply.status == describe(admin_errc::unauthorized).http_status)
            message.set(http::field::www_authenticate, "Bearer");
        message.body() = reply.body + "\n";
        message.prepare_payload();
        stream_.expires_after(service_.limits.write_timeout);
        const auto [ec, size] = co_await http::async_write(stream_, message, nothrow);
        co_return !ec;
    }

    stream stream_;
    admin_service& service_;
    abort_signal abort_;
    beast::flat_buffer buffer_;
    bool is_reading_ = false;
};

template <class Socket>
task<> serve(Socket socket, admin_service& service) {
    connection<typename Socket::protocol_type> one{std::move(socket), service};
    for (bool goes_on = !service.is_stopping; goes_on;) goes_on = co_await one.serve_one();
    one.close();
}

} // namespace

task<> serve_admin(local_socket socket, admin_service& service) {
    return serve(std::move(socket), service);
}

task<> serve_admin(tcp_socket socket, admin_service& service) {
    return serve(std::move(socket), service);
}

} // namespace mcpgw
