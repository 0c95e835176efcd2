// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/buffers/outbox.hpp"
#include "transports/session/event_store.hpp"

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace mcpgw {

/// The streams of one legacy client: its own, for what belongs to no request, and over Streamable
/// HTTP one for each call whose reply is a stream. Owned by the session.
///
/// A stream is carried by at most one box at a time, or by none while its client is away. Each
/// message goes to one stream only (2025-11-25, basic/transports, "Multiple Connections"). Streams
/// of a resumable session have event ids and are kept in an event_store.
class session_streams {
public:
    session_streams(std::size_t backlog_max, event_limits limits,
                    std::shared_ptr<memory_budget> memory = {})
        : store_(limits), backlog_max_(backlog_max), held_(std::move(memory)) {}

    /// Set before anything is sent: clients of the transport may resume.
    void set_resumable() { is_resumable_ = true; }

    // --- the session's own stream ---
    /// Carries it from now on, beginning with the backlog. Returns what carried it before, or null.
    std::shared_ptr<outbox> attach(std::shared_ptr<outbox> box);
    [[nodiscard]] std::shared_ptr<outbox> own_box() const;
    /// To its box; without one into the backlog, which keeps the newest.
    void notify(std::string line);

    // --- streams of calls; resumable sessions only ---
    /// A new stream, carried by `box`; its number.
    std::uint64_t open(std::shared_ptr<outbox> box);
    /// A notification, which a slow or absent client may lose.
    void notify(std::uint64_t stream, std::string_view line);
    /// An answer or a question.
    void push(std::uint64_t stream, std::string_view line);
    /// No more will come on this stream.
    void finish(std::uint64_t stream);

    /// Replays what came after `event_id` into `box`, which carries that stream from now on; what
    /// carried it before is closed. Errors of event_store::replay_after.
    result<void> resume(std::string_view event_id, const std::shared_ptr<outbox>& box);
    /// An event without data that tells the client from where to resume. Of a box that carries a
    /// stream.
    void push_priming(outbox& box, std::uint64_t stream, std::chrono::milliseconds retry) const;
    /// `box` carries nothing any more.
    void release(const outbox& box);

    /// Of what is kept for the client.
    [[nodiscard]] std::size_t bytes() const { return store_.bytes() + backlog_bytes_; }
    /// A connection carries one of them.
    [[nodiscard]] bool has_carrier() const { return !carriers_.empty(); }
    /// Nothing is kept or replayed any more, and the own stream ends. Those of calls end with the
    /// calls.
    void close();

private:
    [[nodiscard]] outbox* box_of(std::uint64_t stream) const;
    std::string keep(std::uint64_t stream, std::string_view line, event_store::kind what);
    void send_backlog(outbox& box);
    [[nodiscard]] bool has_memory(std::size_t bytes) const;

    bool is_resumable_ = false;
    bool is_closed_ = false;
    event_store store_;
    std::map<std::uint64_t, std::shared_ptr<outbox>> carriers_; // by stream
    std::list<std::string> backlog_; ///< a deque would hold half a kilobyte for nothing
    std::size_t backlog_bytes_ = 0;
    std::size_t backlog_max_;
    memory_share held_;
};

} // namespace mcpgw
