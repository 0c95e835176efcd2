// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/text/text_hash.hpp"
#include "transports/session/client_limits.hpp"
#include "transports/session/client_session.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace mcpgw {

/// Legacy sessions by id. Ids are 128 random bits in hexadecimal: visible ASCII and not to be
/// guessed (2025-11-25, basic/transports, "Session Management"). Owned by the listener.
///
/// A full table, or a client that has all the sessions that one address may have, does not lock
/// anybody out: the sessions in which nothing was ever asked go first, the oldest before the
/// others; then those that nobody has used for a minute. Their clients get 404 and open new ones.
class session_table {
public:
    using ended_callback = std::function<void(client_session&)>;

    session_table(executor ex, const client_limits& limits, std::chrono::milliseconds timeout,
                  ended_callback on_ended, std::shared_ptr<memory_budget> memory = {});

    /// A new session of a client at `address`; server_busy when there is no room, and none can be
    /// made.
    result<std::shared_ptr<client_session>> open(std::string_view address = {});
    /// Null: unknown or expired. Marks it as used.
    std::shared_ptr<client_session> find(std::string_view id);
    bool close(std::string_view id, const fault& reason);
    void close_all(const fault& reason);
    /// Ends sessions that nobody used for the timeout. One with a stream or a request in flight is
    /// in use; an answer that waits for a client which lost its connection waits that long.
    void expire(clock_type::time_point now);

    /// Other limits, for sessions that come, and another timeout for all.
    void set_limits(const client_limits& limits, std::chrono::milliseconds timeout) {
        limits_ = limits;
        timeout_ = timeout;
    }
    [[nodiscard]] std::size_t size() const { return sessions_.size(); }
    /// Ends those that hold most and are not in use. The bytes that it frees.
    std::size_t free_memory(std::size_t wanted);

private:
    [[nodiscard]] std::size_t sessions_of(std::string_view address) const;
    /// Ends some sessions of one client, or of any (null). False: all are in use.
    bool make_room(const std::string_view* address, std::size_t among);

    executor executor_;
    client_limits limits_;
    std::chrono::milliseconds timeout_;
    ended_callback on_ended_;
    std::shared_ptr<memory_budget> memory_;
    std::unordered_map<std::string, std::shared_ptr<client_session>, text_hash, std::equal_to<>>
        sessions_;
    std::unordered_map<std::string, std::size_t, text_hash, std::equal_to<>> per_address_;
};

} // namespace mcpgw
