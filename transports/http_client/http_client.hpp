// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/http/http_url.hpp"
#include "protocol/http/proxy_rules.hpp"
#include "transports/async/abort_signal.hpp"
#include "transports/http_client/http_response_parser.hpp"
#include "transports/http_client/name_lookup.hpp"
#include "transports/http_client/net_stream.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mcpgw {

/// Times and limits of outgoing HTTP.
struct http_client_options {
    tls_options tls;
    std::optional<proxy_address> proxy;                ///< every connection goes through it
    std::chrono::milliseconds connect_timeout{10'000}; ///< name and TCP
    std::chrono::milliseconds tls_timeout{10'000};     ///< handshake
    std::chrono::milliseconds write_timeout{30'000};   ///< until the server has taken a request
    /// A connection that was unused for longer is not used again: many servers close theirs after
    /// five seconds, and a request must not meet that moment. `Keep-Alive: timeout=` counts more.
    std::chrono::milliseconds reuse_timeout{4'000};
    std::size_t connections_max = 1'100; ///< in use at the same time
    std::size_t idle_connections_max = 16;
    std::size_t header_bytes_max = 64U << 10U;
    std::size_t redirects_max = 5; ///< of one request
};

/// One request to a server elsewhere. The client adds Host, Content-Length and User-Agent.
struct http_client_request {
    http_url url;
    std::string method = "POST";
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;
    /// It does no harm if the server gets it twice: then it is sent once more on a fresh connection
    /// if a kept one turns out to be closed. Another one is sent again only where the server cannot
    /// have read it (RFC 9110, 9.2.2).
    bool is_repeatable = false;
    std::chrono::milliseconds head_timeout{0}; ///< from the last byte sent; 0: none
    std::chrono::milliseconds idle_timeout{0}; ///< between bytes of the body; 0: none
    clock_type::time_point deadline = clock_type::time_point::max(); ///< of the whole
};

struct http_response {
    http_response_head head;
    std::string body;
};

/// Outgoing HTTP/1.1 over TCP and TLS, through a proxy or not: connections that are kept for the
/// next request, name resolution, limits. Redirects are followed within an origin and never to
/// another one, because credentials travel with the request; compressed bodies are undone. Owned
/// by the link to a server; outlives the http_fetches made with it.
class http_client {
public:
    http_client(executor ex, http_client_options options);
    ~http_client();
    http_client(const http_client&) = delete;
    http_client& operator=(const http_client&) = delete;

    [[nodiscard]] executor get_executor() const { return executor_; }
    [[nodiscard]] const http_client_options& options() const { return options_; }

    /// One request and its whole response, whatever its status. Errors: connection_lost (no
    /// connection, broken off), server_failed (TLS), call_timed_out, message_too_large, server_busy
    /// (connections_max), bad_http_request (no HTTP), or the reason of `abort`.
    task<result<http_response>> fetch(http_client_request request, std::size_t body_bytes_max,
                                      abort_signal& abort);

    /// Some server took a request in full.
    [[nodiscard]] bool has_sent() const { return has_sent_; }

    // --- for http_fetch ---
    void note_sent() { has_sent_ = true; }
    /// One for each name at a time, however many wait for it. Null: too many names.
    std::shared_ptr<name_lookup> start_lookup(const http_url& url);
    result<std::shared_ptr<tls_context>> tls();
    bool try_enter();
    void leave() { --in_use_; }
    /// A kept connection that seems good, or null.
    std::unique_ptr<net_stream> take_idle(const http_url& url);
    void give_back(const http_url& url, std::unique_ptr<net_stream> stream,
                   std::chrono::milliseconds reuse_time);
    [[nodiscard]] std::size_t idle_connections() const { return idle_.size(); }

private:
    struct idle_connection {
        std::string origin;
        std::unique_ptr<net_stream> stream;
        clock_type::time_point until;
    };
    executor executor_;
    http_client_options options_;
    std::shared_ptr<tls_context> tls_;
    std::list<idle_connection> idle_; ///< oldest first
    std::size_t in_use_ = 0;
    bool has_sent_ = false;
    std::map<std::string, std::shared_ptr<name_lookup>> lookups_; ///< under way, by authority
};

} // namespace mcpgw
