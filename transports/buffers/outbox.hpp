// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transports/async/asio.hpp"
#include "transports/async/async_event.hpp"
#include "transports/buffers/memory_budget.hpp"
#include "transports/buffers/write_queue.hpp"

#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace mcpgw {

/// Messages on their way to one client: a bounded queue between their producers and the one
/// coroutine that writes. How a message looks on the wire is the writer's choice: lines or events.
///
/// A client that reads slowly loses notifications, never an answer or a question: beyond 64 KiB (or
/// a quarter of the limit, if that is less) only the newest progress of each token is kept, beyond
/// the limit no further notification is taken.
class outbox {
public:
    enum class framing : unsigned char { lines, events };

    /// `memory`: in which what waits counts; null: nowhere.
    outbox(executor ex, framing f, std::size_t bytes_max,
           std::shared_ptr<memory_budget> memory = {})
        : framing_(f)
        , queue_(bytes_max)
        , bytes_max_(bytes_max)
        , held_(std::move(memory))
        , wake_(ex) {}

    /// A notification. False: the queue is full and it was dropped. `event_id`: of events only.
    bool try_push(std::string_view line, std::string_view event_id = {});
    /// An answer or a question: never dropped (there is at most one answer per request in flight,
    /// and those are limited).
    void push(std::string_view line, std::string_view event_id = {});
    /// The same without a copy of what is long, where no framing has to look at it.
    void push_text(message_text line);
    /// Bytes that are framed already (the `endpoint` event of HTTP+SSE).
    void push_raw(std::string bytes);
    /// No more will come: the writer writes what is there and ends.
    void close() {
        is_closed_ = true;
        wake_.notify();
    }
    /// The writer has written everything, up to the end.
    void set_delivered() { is_delivered_ = true; }

    [[nodiscard]] bool is_closed() const { return is_closed_; }
    [[nodiscard]] bool is_delivered() const { return is_delivered_; }
    [[nodiscard]] bool empty() const { return queue_.empty() && crowd_.empty(); }
    [[nodiscard]] std::size_t dropped() const { return dropped_; }
    /// More waits than the limit: the client takes none of it, and should be given no more to ask.
    [[nodiscard]] bool is_full() const { return bytes() > bytes_max_; }
    [[nodiscard]] std::size_t bytes() const { return queue_.bytes() + crowd_bytes_; }
    write_queue::batch take_batch();
    /// Until there is something to write, or closed, or the deadline. False: deadline.
    task<bool> wait(clock_type::time_point deadline);

private:
    /// A message behind the queue, while that is crowded.
    struct waiting {
        std::string bytes;
        std::string progress_token; ///< raw; empty: no progress
    };
    [[nodiscard]] bool is_crowded() const;
    /// The queued progress of the same token, which a newer one makes worthless.
    std::list<waiting>::iterator find_progress(std::string_view raw_token);
    std::string framed(std::string_view line, std::string_view event_id) const;
    void enqueue(std::string bytes, std::string_view progress_token = {});

    framing framing_;
    write_queue queue_;
    std::list<waiting> crowd_;
    std::size_t crowd_bytes_ = 0;
    std::size_t bytes_max_;
    memory_share held_;
    async_event wake_;
    bool is_closed_ = false;
    bool is_delivered_ = false;
    std::size_t dropped_ = 0;
};

} // namespace mcpgw
