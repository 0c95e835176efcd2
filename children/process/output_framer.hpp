// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/json/shared_text.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// Finds the messages in what a server writes to stdout otherwise than one on each line
/// (basic/transports, "stdio"), where it is certain that they are messages:
///  - JSON that is printed over several lines, from a line that begins with '{' to one that begins
///    with '}';
///  - several messages on one line, and an answer behind other text ("Starting… {…}");
///  - a header with Content-Length before each message, as the Language Server Protocol has it.
/// Knows no I/O. Owned by stdio_link, which asks it only about lines that are no message.
class output_framer {
public:
    /// `message_bytes_max`: of a message that is printed over several lines, or told by a header.
    explicit output_framer(std::size_t message_bytes_max) : bytes_max_(message_bytes_max) {}

    struct finding {
        std::vector<shared_text> messages;
        bool is_understood = false; ///< a part of a message whose rest is to come
    };
    /// A line that is no message by itself.
    finding on_line(std::string_view line);
    /// A line that was one: whatever was begun before it was none.
    void reset() { collected_.clear(); }

    /// A header came: the stream goes on with so many bytes of it and its message, not with lines.
    [[nodiscard]] bool is_framed() const { return is_framed_; }
    /// How many bytes at the beginning of `rest` belong together next; 0: more are needed.
    [[nodiscard]] std::size_t next_part(std::string_view rest) const;
    /// Takes that part; true: it is the message.
    bool take_part(std::string_view part);

private:
    bool take_header(std::string_view line);
    finding collect(std::string_view line);

    std::size_t bytes_max_;
    std::string collected_; ///< lines of a message that is printed over several
    bool is_framed_ = false;
    bool has_headers_ = false; ///< of the message that comes: all of them
    std::size_t body_bytes_ = 0;
};

/// A message whose length was told may be printed over several lines, where one line is a message
/// to all others.
shared_text on_one_line(shared_text message);

/// The number after "id" in text that is no message, as it stands; empty: there is none. Tells
/// whose answer was spoilt.
std::string_view find_spoilt_id(std::string_view line);

/// The beginning of what a peer sent, for people: at most 200 characters on one line, with control
/// characters as \xNN.
std::string shown_output(std::string_view text);

} // namespace mcpgw
