// SPDX-License-Identifier: Apache-2.0
#include "transports/buffers/line_buffer.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace mcpgw {

namespace {
constexpr std::size_t read_bytes_min = 4096;
constexpr std::size_t first_bytes = 16384;
constexpr std::size_t growth = 4;                  // what is not read into is not resident
constexpr std::size_t idle_bytes_max = 256 * 1024; // what we keep after a huge line
constexpr std::size_t shown_beginning_bytes = 4096; // of a line that is too long
constexpr std::size_t shown_ending_bytes = 256;
} // namespace

line_buffer::line_buffer(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

/// A new block, with what was read and not handed out yet.
void line_buffer::begin_block(std::size_t capacity) {
    const auto left = end_ - begin_;
    byte_block next{capacity};
    if (left > 0) std::memcpy(next.data(), block_.data() + begin_, left);
    block_ = std::move(next);
    scanned_ -= begin_;
    begin_ = 0;
    end_ = left;
}

std::span<char> line_buffer::space() {
    const auto used = end_;
    const auto left = end_ - begin_;
    if (left == 0) begin_ = scanned_ = end_ = 0;
    const bool is_huge = left == 0 && used > idle_bytes_max;
    if (block_.is_shared() || is_huge || block_.capacity() == 0) {
        // Twice what was needed last: a read that fills its room mostly breaks a line, whose
        // beginning moves to the next block. But nothing huge is kept for what may never come.
        begin_block(std::clamp(2 * used, first_bytes, idle_bytes_max) + left + read_bytes_min);
    } else if (block_.capacity() - end_ < read_bytes_min) {
        if (begin_ > 0) {
            std::memmove(block_.data(), block_.data() + begin_, left);
            scanned_ -= begin_;
            end_ = left;
            begin_ = 0;
        }
        if (block_.capacity() - end_ < read_bytes_min) block_.grow(block_.capacity() * growth);
    }
    return block_.space(end_);
}

void line_buffer::commit(std::size_t bytes) {
    end_ += bytes;
}

/// A \r at the end may belong to the line end, of which the other half has yet to come.
bool line_buffer::exceeds_limit(std::string_view begun) const {
    const std::size_t carriage_return = begun.ends_with('\r') ? 1 : 0;
    return begun.size() - carriage_return > line_bytes_max_;
}

result<std::optional<shared_text>> line_buffer::next_line() {
    for (;;) {
        const char* const from = block_.data() + scanned_;
        const void* const found =
            scanned_ == end_ ? nullptr : std::memchr(from, '\n', end_ - scanned_);
        if (found == nullptr) {
            scanned_ = end_;
            const bool is_too_long = !is_skipping_ && exceeds_limit(rest());
            if (is_too_long || is_skipping_) {
                skip(rest());
                is_skipping_ = true;
                begin_ = end_;
            }
            if (is_too_long) return errc::message_too_large;
            return std::optional<shared_text>{};
        }
        const auto newline =
            static_cast<std::size_t>(static_cast<const char*>(found) - block_.data());
        std::string_view line{block_.data() + begin_, newline - begin_};
        begin_ = scanned_ = newline + 1;
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (is_skipping_) {
            skip(line);
            is_skipping_ = false;
            return errc::message_too_large;
        }
        if (line.size() > line_bytes_max_) {
            skip(line);
            return errc::message_too_large;
        }
        if (!line.empty()) return std::optional{block_.share(line)};
    }
}

shared_text line_buffer::take(std::size_t bytes) {
    const std::string_view taken = rest().substr(0, bytes);
    begin_ += taken.size();
    scanned_ = std::max(scanned_, begin_);
    return block_.share(taken);
}

void line_buffer::skip(std::string_view part) {
    if (!is_skipping_ || !oversized_)
        oversized_ = {std::string{part.substr(0, shown_beginning_bytes)}, {}};
    auto& ending = oversized_->ending;
    ending.append(part.substr(part.size() - std::min(part.size(), shown_ending_bytes)));
    if (ending.size() > shown_ending_bytes) ending.erase(0, ending.size() - shown_ending_bytes);
}

std::optional<line_buffer::oversized_line> line_buffer::take_oversized(bool has_ended) {
    if (is_skipping_ && !has_ended) return std::nullopt;
    is_skipping_ = false;
    return std::exchange(oversized_, std::nullopt);
}

std::string_view line_buffer::rest() const {
    return {block_.data() + begin_, end_ - begin_};
}

} // namespace mcpgw
