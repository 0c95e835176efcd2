// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/json/message_text.hpp"
#include "transports/async/asio.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// What waits to be written to one pipe or socket: everything queued goes out in one gather write.
/// No I/O of its own; one coroutine takes batches, one batch in flight.
///
/// Small lines are copied together; large ones are never copied.
class write_queue {
public:
    explicit write_queue(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    /// Queues `line` and a newline. False: the queue is full and nothing was queued.
    [[nodiscard]] bool try_push_line(message_text&& line);
    /// The same whatever the limit.
    void push_line(message_text&& line);
    /// Queues bytes as they are.
    [[nodiscard]] bool try_push(std::string bytes);
    /// Queues bytes whatever the limit: for what must not be lost and is bounded elsewhere.
    void push(std::string bytes);

    [[nodiscard]] bool empty() const { return chunks_.empty(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    void clear();

    /// Bytes of the queue's own, or a text that it shares.
    struct chunk {
        std::string bytes;
        shared_text shared;

        [[nodiscard]] std::string_view view() const {
            return shared.empty() ? std::string_view{bytes} : shared.view();
        }
        [[nodiscard]] std::size_t size() const { return view().size(); }
    };
    /// Moves everything queued out; the batch owns its bytes until the write has ended.
    struct batch {
        std::vector<chunk> chunks;
        [[nodiscard]] std::vector<asio::const_buffer> buffers() const;
        /// The same in `list`, whose memory is used again.
        void list_buffers(std::vector<asio::const_buffer>& list) const;
    };
    batch take_batch();
    /// A batch that was written: its memory serves the next lines.
    void give_back(batch done);

private:
    [[nodiscard]] bool has_room(std::size_t bytes) const;
    void append(std::string_view bytes);

    std::vector<chunk> chunks_;
    std::string spare_; ///< empty, with room for lines
    std::size_t bytes_ = 0;
    std::size_t bytes_max_;
};

} // namespace mcpgw
