#include "transports/line_buffer.hpp"

#include <cstring>

namespace mcpgw {

namespace {
constexpr std::size_t read_bytes_min = 4096;
constexpr std::size_t first_bytes = 16384;
constexpr std::size_t idle_bytes_max = 256 * 1024; // what we keep after a huge line
} // namespace

line_buffer::line_buffer(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

std::span<char> line_buffer::space() {
    if (begin_ == end_) {
        begin_ = scanned_ = end_ = 0;
        if (storage_.size() > idle_bytes_max) {
            storage_.clear();
            storage_.shrink_to_fit();
        }
    }
    if (storage_.size() - end_ < read_bytes_min) {
        if (begin_ > 0) {
            std::memmove(storage_.data(), storage_.data() + begin_, end_ - begin_);
            scanned_ -= begin_;
            end_ -= begin_;
            begin_ = 0;
        }
        if (storage_.size() - end_ < read_bytes_min)
            storage_.resize(storage_.empty() ? first_bytes : storage_.size() * 2);
    }
    return {storage_.data() + end_, storage_.size() - end_};
}

void line_buffer::commit(std::size_t bytes) {
    end_ += bytes;
}

result<std::optional<std::string_view>> line_buffer::next_line() {
    for (;;) {
        const char* const from = storage_.data() + scanned_;
        const void* const found =
            scanned_ == end_ ? nullptr : std::memchr(from, '\n', end_ - scanned_);
        if (found == nullptr) {
            scanned_ = end_;
            if (end_ - begin_ > line_bytes_max_) return errc::message_too_large;
            return std::optional<std::string_view>{};
        }
        const auto newline =
            static_cast<std::size_t>(static_cast<const char*>(found) - storage_.data());
        std::string_view line{storage_.data() + begin_, newline - begin_};
        begin_ = scanned_ = newline + 1;
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.size() > line_bytes_max_) return errc::message_too_large;
        if (!line.empty()) return std::optional{line};
    }
}

std::string_view line_buffer::rest() const {
    return {storage_.data() + begin_, end_ - begin_};
}

} // namespace mcpgw
