#pragma once

#include "protocol/known_meta.hpp"
#include "protocol/shared_text.hpp"
#include "transports/content_coding.hpp"
#include "transports/http_reply.hpp"
#include "transports/http_request_parser.hpp"
#include "transports/http_service.hpp"
#include "transports/lazy_timer.hpp"
#include "transports/socket_reader.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace mcpgw {

/// One TCP connection of a client: reads requests one after the other, checks them, hands them to
/// the endpoint that their path names, writes what comes back. Lives in the frame of run().
class http_connection {
public:
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
    /// Tells when the client leaves while a request runs.
    socket_reader& reader() { return reader_; }
    /// For what a request does later, while nothing is read or written.
    lazy_timer& later() { return alarm_; }
    /// Who the client is, by the request that is being served; empty: nobody asked.
    [[nodiscard]] const std::string& principal() const { return principal_; }
    /// What the client takes as the reply to the request that is being served.
    [[nodiscard]] reply_form form() const { return form_; }
    void set_form(reply_form form) { form_ = form; }
    /// Of the messages that came over this connection.
    known_meta& last_meta() { return last_meta_; }
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
    using error_code = boost::system::error_code;

    task<bool> serve_one();
    task<bool> dispatch(shared_text body);
    task<bool> refuse(fault f);
    task<bool> write_plain(http_reply reply);
    task<bool> write_encoded(http_reply reply, content_coding coding);
    task<bool> send(std::span<const asio::const_buffer> parts);
    task<bool> send_rest(std::vector<asio::const_buffer> rest);
    task<> drain();

    // what comes in (http_connection_input.cpp)
    /// Whether the request has the head of the one before it, which was read and found good.
    bool try_repeat();
    /// False: there is more to come first.
    bool try_parse(http_request_parser& parser, error_code& ec);
    bool try_take_body(shared_text& body);
    task<bool> read_head(http_request_parser& parser, error_code ec);
    result<void> check_head(const http_request_parser& parser);
    [[nodiscard]] std::uint64_t body_length() const;
    task<result<void>> read_body(http_request_parser* chunks, shared_text& body);
    task<error_code> read_told(std::size_t length, shared_text& body);
    task<error_code> read_chunks(http_request_parser& parser, shared_text& body);
    void begin_time(clock_type::duration time);

    tcp_socket socket_;
    http_service& service_;
    socket_reader reader_;
    lazy_timer alarm_;    ///< of the one thing that is read, written or waited for
    stored_head request_; ///< that is being served
    std::string origin_;
    std::string principal_;
    known_meta last_meta_;
    reply_form form_ = reply_form::either;
    bool is_http_10_ = false;
    bool is_head_method_ = false; ///< the reply has no body
    bool keep_alive_ = true;
    bool is_idle_ = true; ///< waiting for a request
    bool is_stopping_ = false;
    abort_signal* running_ = nullptr;
};

} // namespace mcpgw
