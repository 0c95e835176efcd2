// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// Limits of what is kept for one session.
struct event_limits {
    std::size_t events_max = 1'000;
    std::size_t bytes_max = 1U << 20U;
};

/// The messages that went to one legacy client, by stream, so that a client that lost a connection
/// can fetch what it missed (2025-11-25, basic/transports, "Resumability and Redelivery"). Owned by
/// the session; no I/O and no clock.
///
/// An event id is `<stream>_<number>`, unique in the session. Number 0 stands for the beginning of
/// a stream and is never a message. Over a limit the streams that were written to their end go
/// first, then notifications, then the oldest answers; the newest message always stays, whatever
/// its size.
class event_store {
public:
    /// The session's own stream, for what belongs to no request. It is always there, and has no
    /// end.
    static constexpr std::uint64_t own_stream = 0;
    enum class kind : unsigned char { notification, kept };

    explicit event_store(event_limits limits) : limits_(limits) { streams_[own_stream]; }

    std::uint64_t open_stream();
    /// Keeps a message; its event id. Empty: the stream has ended, or everything has.
    std::string add(std::uint64_t stream, std::string_view line, kind what);
    /// Its answer is in: nothing follows.
    void end_stream(std::uint64_t stream);
    /// All of an ended stream was written to a connection. It may have been lost on the way, so it
    /// is still kept, but goes first.
    void set_delivered(std::uint64_t stream);
    /// Id of the newest message; a client that resumes after it gets what comes next.
    [[nodiscard]] std::string newest_id(std::uint64_t stream) const;

    struct event {
        std::string id;
        std::string line;
        kind what;
    };
    struct replay {
        std::uint64_t stream;
        bool has_ended;
        std::vector<event> events;
    };
    /// The messages of one stream after an id, as far as they are still kept; what comes before has
    /// been read and is forgotten. invalid_request: no such id, or its stream is forgotten.
    result<replay> replay_after(std::string_view event_id);
    void clear();

    [[nodiscard]] std::size_t size() const { return events_; }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    struct stored {
        std::uint64_t number;
        std::uint64_t age; ///< in the order of all streams
        std::string line;
        kind what;
    };
    struct stream_record {
        std::list<stored> events; ///< most streams have none, which must cost nothing
        std::uint64_t last_number = 0;
        bool has_ended = false;
        bool is_delivered = false;
    };
    using streams = std::map<std::uint64_t, stream_record>;

    void trim();
    bool forget_delivered_stream();
    bool forget_oldest(kind what);
    streams::iterator forget_stream(streams::iterator at);
    std::list<stored>::iterator forget(stream_record& from, std::list<stored>::iterator at);

    event_limits limits_;
    streams streams_;
    std::uint64_t next_stream_ = own_stream + 1;
    std::uint64_t next_age_ = 0;
    std::size_t events_ = 0;
    std::size_t bytes_ = 0;
};

} // namespace mcpgw
