#pragma once

#include "transports/disconnect_watch.hpp"
#include "transports/http_reply.hpp"
#include "transports/http_service.hpp"

#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <memory>
#include <string>

namespace mcpgw {

/// One TCP connection of a client: reads requests one after the other, checks them, hands them to
/// the endpoint that their path names, writes what comes back. Lives in the frame of run().
class http_connection {
public:
    using stream_type = boost::beast::basic_stream<asio::ip::tcp, executor>;
    using parser_type = boost::beast::http::request_parser<boost::beast::http::string_body>;

    http_connection(tcp_socket socket, http_service& service);
    ~http_connection();
    http_connection(const http_connection&) = delete;
    http_connection& operator=(const http_connection&) = delete;

    /// Until the client closes, an error, a deadline, or stop().
    task<> run();
    /// Ends in good order: a request that runs is aborted and answered, then the connection closes.
    void stop();
    /// Ends now, whatever is under way.
    void close();

    // --- for the endpoints ---
    http_service& service() { return service_; }
    disconnect_watch& watch() { return watch_; }
    /// Who the client is, by the request that is being served; empty: nobody asked.
    [[nodiscard]] const std::string& principal() const { return principal_; }
    /// Whom stop() tells; null: no request runs.
    void set_running(abort_signal* request) { running_ = request; }
    /// Writes a whole reply. The result tells whether the connection is still good.
    task<bool> write(http_reply reply);
    task<bool> write_error(const fault& f, std::string_view id_json = {});
    task<bool> write_accepted();
    /// Writes an event stream from `box` until it is closed and empty (true) or the client is gone
    /// (false). Sends a comment now and then when there is nothing else.
    task<bool> write_stream(std::shared_ptr<outbox> box);
    /// Header fields that every reply to this request needs (CORS).
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> common_fields() const;

private:
    enum class next_step : unsigned char { go_on, close };

    task<next_step> serve_one();
    task<bool> read_head(parser_type& parser);
    task<next_step> refuse(fault f, std::string_view id = {});
    task<next_step> dispatch(parser_type& parser);
    result<void> check_head(const parser_type& parser);
    task<result<void>> read_body(parser_type& parser);
    task<> drain();

    stream_type stream_;
    http_service& service_;
    disconnect_watch watch_;
    boost::beast::flat_buffer buffer_;
    request_head head_;
    std::string origin_;
    std::string principal_;
    bool is_http_10_ = false;
    bool is_head_method_ = false; ///< the reply has no body
    bool keep_alive_ = true;
    bool is_idle_ = true; ///< waiting for a request
    bool is_stopping_ = false;
    abort_signal* running_ = nullptr;
};

} // namespace mcpgw
