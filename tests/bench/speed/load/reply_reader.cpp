// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/speed/load/reply_reader.hpp"

#include "tests/bench/speed/load/http_head.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace mcpgw::bench {

namespace {

constexpr std::size_t space_bytes = 16U << 10U;
constexpr std::size_t head_bytes_max = 32U << 10U;
constexpr std::size_t chunk_line_max = 64;
constexpr std::string_view line_end = "\r\n";

} // namespace

std::span<char> reply_reader::space() {
    auto wanted = filled_ + space_bytes;
    if (head_size_ != 0 && !known_.is_chunked)
        wanted = std::max(head_size_ + known_.length, filled_ + 1);
    else if (is_in_chunk_)
        wanted = filled_ + std::max(space_bytes, chunk_left_);
    if (in_.size() < wanted) in_.resize(wanted);
    return {in_.data() + filled_, in_.size() - filled_};
}

std::string_view reply_reader::body() const {
    if (known_.is_chunked) return body_;
    const auto there = std::min(known_.length, filled_ - head_size_);
    return {in_.data() + head_size_, there};
}

reply_reader::state reply_reader::received(std::size_t count) {
    filled_ += count;
    return advance();
}

reply_reader::state reply_reader::next() {
    // Of a chunked reply only what comes after it is left behind the head.
    const auto used = head_size_ + (known_.is_chunked ? 0 : known_.length);
    std::memmove(in_.data(), in_.data() + used, filled_ - used);
    filled_ -= used;
    head_size_ = 0;
    body_.clear();
    return filled_ == 0 ? state::incomplete : advance();
}

reply_reader::state reply_reader::advance() {
    if (head_size_ == 0 && !read_head())
        return filled_ > head_bytes_max ? state::broken : state::incomplete;
    if (known_.status < 100) return state::broken;
    if (known_.is_chunked) return read_chunks();
    return filled_ >= head_size_ + known_.length ? state::complete : state::incomplete;
}

bool reply_reader::read_head() {
    const std::string_view all{in_.data(), filled_};
    const auto end = all.find("\r\n\r\n");
    if (end == std::string_view::npos) return false;
    head_size_ = end + 4;
    const auto text = all.substr(0, head_size_);
    if (text == known_head_) return true;
    known_head_ = text;
    known_ = {};
    constexpr std::size_t status_at = 9; // after "HTTP/1.1 "
    if (text.size() > status_at)
        std::from_chars(text.data() + status_at, text.data() + text.size(), known_.status);
    const auto length = field_of(text, "content-length");
    std::from_chars(length.data(), length.data() + length.size(), known_.length);
    known_.is_chunked = field_of(text, "transfer-encoding") == "chunked";
    known_.is_event_stream = field_of(text, "content-type").starts_with("text/event-stream");
    return true;
}

/// Moves what is in chunks to body_, and what is left right behind the head.
reply_reader::state reply_reader::read_chunks() {
    auto at = head_size_;
    auto result = state::incomplete;
    while (at < filled_) {
        if (is_in_chunk_) {
            const auto count = std::min(chunk_left_, filled_ - at);
            body_.append(in_.data() + at, count);
            at += count;
            chunk_left_ -= count;
            if (chunk_left_ > 0 || filled_ - at < line_end.size()) break;
            at += line_end.size();
            is_in_chunk_ = false;
            continue;
        }
        const std::string_view rest{in_.data() + at, filled_ - at};
        const auto end = rest.find(line_end);
        if (end == std::string_view::npos) {
            if (rest.size() > chunk_line_max) result = state::broken;
            break;
        }
        const auto [stop, ec] = std::from_chars(rest.data(), rest.data() + end, chunk_left_, 16);
        if (ec != std::errc{}) return state::broken;
        if (chunk_left_ == 0 && rest.size() < end + 2 * line_end.size()) break;
        at += end + line_end.size();
        is_in_chunk_ = chunk_left_ > 0;
        if (is_in_chunk_) continue;
        at += line_end.size();
        result = state::complete;
        break;
    }
    std::memmove(in_.data() + head_size_, in_.data() + at, filled_ - at);
    filled_ -= at - head_size_;
    return result;
}

} // namespace mcpgw::bench
