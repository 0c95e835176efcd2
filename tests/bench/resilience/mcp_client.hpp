// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/message/mcp.hpp"
#include "tests/bench/support/gateway_process.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mcpgw::bench {

/// What came of one request.
struct call_outcome {
    enum class kind : std::uint8_t {
        answered, ///< a result, without isError
        failed,   ///< an error that has a name
        broken,   ///< neither, or nothing at all
    };
    kind is = kind::broken;
    std::string name;        ///< of the error, or what is wrong
    std::string text;        ///< of the first content block
    std::string answered_by; ///< raw; of a fallback
    std::string result;      ///< raw
    std::chrono::microseconds time{0};
};

/// One MCP client on one kept connection, with blocking calls. Not for two threads at a time.
class mcp_client {
public:
    /// Opens a session where the era has them. Throws std::runtime_error if that fails.
    mcp_client(std::uint16_t port, era spoken);
    ~mcp_client();
    mcp_client(const mcp_client&) = delete;
    mcp_client& operator=(const mcp_client&) = delete;

    /// `members` of params without braces. `name`: of the tool, for the headers.
    call_outcome request(std::string_view method, const std::string& members, std::string_view name,
                         std::chrono::milliseconds limit);
    /// The body of a GET; empty: there is none.
    std::string get(std::string_view path, std::chrono::milliseconds limit);
    /// tools/call; `arguments` is a raw object.
    call_outcome call(std::string_view tool, std::string_view arguments,
                      std::chrono::milliseconds limit);

private:
    struct http_reply {
        int status = 0;
        std::string session;
        std::string body;
        bool is_stream = false;
    };
    std::optional<http_reply> exchange(const std::string& text, std::string& wrong);
    bool connect();
    void disconnect();
    bool send(std::string_view text) const;
    /// Appends what comes to buffer_. False: nothing more comes, or not in time.
    bool receive();
    bool read_until(std::string_view mark, std::size_t& at);
    bool read_body(std::string_view head, http_reply& reply);
    bool read_chunks(http_reply& reply);
    [[nodiscard]] std::string text_of(std::string_view method, std::string_view name,
                                      const std::string& body) const;

    std::uint16_t port_;
    era era_;
    std::string session_;
    std::string buffer_;
    int socket_ = -1;
    std::uint64_t next_id_ = 1;
    clock_type::time_point deadline_;
};

} // namespace mcpgw::bench
