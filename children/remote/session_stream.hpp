// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/remote/remote_channel.hpp"

namespace mcpgw {

/// The GET stream of a session, for what belongs to no call (2025-11-25, basic/transports,
/// "Listening for Messages"): opened once the session has begun, and again when it breaks. A server
/// need not offer it. Owned by `http_link`.
class session_stream {
public:
    explicit session_stream(remote_channel& channel) : channel_(channel) {}

    void begin();
    /// The server may say things on it now, answers too.
    [[nodiscard]] bool is_open() const { return is_open_; }

private:
    /// What is known of it from one opening to the next.
    struct history {
        stream_position position;
        bool has_missed = false; ///< it was away and does not go on where it was
        bool was_open = false;
    };
    task<> listen(remote_channel::errand_pointer errand);
    task<result<bool>> listen_once(remote_channel::errand_pointer errand, history& stream);

    remote_channel& channel_;
    bool is_open_ = false;
};

} // namespace mcpgw
