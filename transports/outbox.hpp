#pragma once

#include "transports/asio.hpp"
#include "transports/write_queue.hpp"

#include <string>
#include <string_view>

namespace mcpgw {

/// Messages on their way to one client: a bounded queue between those who produce them and the one
/// coroutine that writes. How a message looks on the wire is the writer's choice: lines or events.
class outbox {
public:
    enum class framing : unsigned char { lines, events };

    outbox(executor ex, framing f, std::size_t bytes_max)
        : framing_(f), queue_(bytes_max), bytes_max_(bytes_max), wake_(ex) {}

    /// A notification. False: the queue is full and it was dropped.
    bool try_push(std::string_view line);
    /// An answer or a question: never dropped (there is at most one answer per request in flight,
    /// and those are limited).
    void push(std::string_view line);
    /// Bytes that are framed already (the `endpoint` event of HTTP+SSE).
    void push_raw(std::string bytes);
    /// No more will come: the writer writes what is there and ends.
    void close() {
        is_closed_ = true;
        wake_.notify();
    }

    [[nodiscard]] bool is_closed() const { return is_closed_; }
    [[nodiscard]] bool empty() const { return queue_.empty(); }
    [[nodiscard]] std::size_t dropped() const { return dropped_; }
    write_queue::batch take_batch() { return queue_.take_batch(); }
    /// Until there is something to write, or closed, or the deadline. False: deadline.
    task<bool> wait(clock_type::time_point deadline);

private:
    std::string framed(std::string_view line) const;

    framing framing_;
    write_queue queue_;
    std::size_t bytes_max_;
    wake_up wake_;
    bool is_closed_ = false;
    std::size_t dropped_ = 0;
};

} // namespace mcpgw
