#pragma once

#include "transports/client_session.hpp"
#include "transports/http_options.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace mcpgw {

/// Legacy sessions by id. Ids are 128 random bits in hexadecimal: visible ASCII and not to be
/// guessed (2025-11-25, basic/transports, "Session Management"). Owned by the listener.
class session_table {
public:
    using ended_callback = std::function<void(client_session&)>;

    session_table(executor ex, const client_limits& limits, std::chrono::milliseconds timeout,
                  ended_callback on_ended);

    /// A new session; the table refuses when it is full of sessions that are in use.
    result<std::shared_ptr<client_session>> open();
    /// Null: unknown or expired. Marks it as used.
    std::shared_ptr<client_session> find(std::string_view id);
    bool close(std::string_view id, const fault& reason);
    void close_all(const fault& reason);
    /// Ends sessions that nobody used for the timeout. One with a stream or a request in flight is
    /// in use; an answer that waits for a client which lost its connection waits that long.
    void expire(clock_type::time_point now);

    [[nodiscard]] std::size_t size() const { return sessions_.size(); }
    void for_each(const std::function<void(client_session&)>& visit);

private:
    executor executor_;
    client_limits limits_;
    std::chrono::milliseconds timeout_;
    ended_callback on_ended_;
    /// Looks ids up without making a text of them.
    struct id_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view id) const {
            return std::hash<std::string_view>{}(id);
        }
    };
    std::unordered_map<std::string, std::shared_ptr<client_session>, id_hash, std::equal_to<>>
        sessions_;
};

/// `bytes` random bytes from the system, in hexadecimal.
std::string random_hex(std::size_t bytes);

} // namespace mcpgw
