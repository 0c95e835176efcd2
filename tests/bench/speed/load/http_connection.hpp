// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/speed/load/reply_reader.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace mcpgw::bench {

/// One kept connection to a server on loopback. Its socket does not block; exchange() waits, for
/// what happens before and after a load. Throws std::runtime_error where the server does not
/// answer.
class http_connection {
public:
    explicit http_connection(std::uint16_t port);
    ~http_connection();
    http_connection(const http_connection&) = delete;
    http_connection& operator=(const http_connection&) = delete;

    [[nodiscard]] int socket() const { return socket_; }
    [[nodiscard]] reply_reader& reader() { return reader_; }
    [[nodiscard]] const reply_reader& reader() const { return reader_; }
    /// Sends a request and waits for its whole reply, which stays in reader() until next().
    void exchange(std::string_view request);
    /// Sends all of it, and waits for nothing else.
    void send_all(std::string_view request);
    /// Reads until the reply is whole, or until its head is there.
    void wait_for_reply(bool is_head_enough = false);
    /// Reads once.
    reply_reader::state wait_for_bytes();

private:
    int socket_;
    reply_reader reader_;
};

/// Opens a session: initialize and its notification. Its id; empty: the server has none.
std::string open_session(http_connection& on, std::string_view path);
void close_session(http_connection& on, std::string_view path, std::string_view session);

} // namespace mcpgw::bench
