// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "transports/buffers/byte_block.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mcpgw {

/// Cuts a byte stream into lines; bounded; no I/O of its own. Owned by the one coroutine that
/// reads.
///
/// Use: read into space(), commit(n), then take lines with next_line() until it has none.
class line_buffer {
public:
    /// `line_bytes_max`: longest line accepted, without its newline.
    explicit line_buffer(std::size_t line_bytes_max);
    /// Another one, from the next call of next_line() on.
    void set_line_bytes_max(std::size_t bytes) { line_bytes_max_ = bytes; }

    /// Room for the next read, never empty. Grows with the line that is being read.
    std::span<char> space();
    void commit(std::size_t bytes);

    /// The next line without its "\n" or "\r\n". Empty lines are skipped. The text keeps the whole
    /// buffer alive; its lasting() does not. Error message_too_large: a line is too long. It is
    /// reported as soon as that is known, while the rest is skipped, and again at the end of the
    /// line, when take_oversized() has what is left of it. Then comes the next line.
    result<std::optional<shared_text>> next_line();

    /// The next bytes, whatever lines there are: as many as rest() has at least.
    shared_text take(std::size_t bytes);

    /// What is left of a line that was too long.
    struct oversized_line {
        std::string beginning;
        std::string ending;
    };
    /// Nothing: the end of the line has not come yet. `has_ended`: the stream has.
    std::optional<oversized_line> take_oversized(bool has_ended = false);

    /// Bytes that were not handed out: at the end of the stream, an unfinished line.
    [[nodiscard]] std::string_view rest() const;

private:
    [[nodiscard]] bool exceeds_limit(std::string_view begun) const;
    void begin_block(std::size_t capacity);
    void skip(std::string_view part);

    byte_block block_;
    std::size_t begin_ = 0;   // first byte not yet handed out
    std::size_t scanned_ = 0; // no newline in [begin_, scanned_)
    std::size_t end_ = 0;     // end of the bytes read
    std::size_t line_bytes_max_;
    bool is_skipping_ = false; // the rest of a line that is too long
    std::optional<oversized_line> oversized_;
};

} // namespace mcpgw
