#include "transports/line_buffer.hpp"

#include <cstdlib>
#include <cstring>
#include <new>

namespace mcpgw {

namespace {
constexpr std::size_t read_bytes_min = 4096;
constexpr std::size_t first_bytes = 16384;
constexpr std::size_t idle_bytes_max = 256 * 1024; // what we keep after a huge line
} // namespace

line_buffer::line_buffer(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

void line_buffer::release::operator()(char* bytes) const {
    std::free(bytes);
}

void line_buffer::grow() {
    const auto wanted = capacity_ == 0 ? first_bytes : capacity_ * 2;
    auto* const grown = static_cast<char*>(std::realloc(storage_.get(), wanted));
    if (grown == nullptr) throw std::bad_alloc{};
    static_cast<void>(storage_.release()); // realloc() has taken care of it
    storage_.reset(grown);
    capacity_ = wanted;
}

std::span<char> line_buffer::space() {
    if (begin_ == end_) {
        begin_ = scanned_ = end_ = 0;
        if (capacity_ > idle_bytes_max) {
            storage_.reset();
            capacity_ = 0;
        }
    }
    if (capacity_ - end_ < read_bytes_min) {
        if (begin_ > 0) {
            std::memmove(storage_.get(), storage_.get() + begin_, end_ - begin_);
            scanned_ -= begin_;
            end_ -= begin_;
            begin_ = 0;
        }
        if (capacity_ - end_ < read_bytes_min) grow();
    }
    return {storage_.get() + end_, capacity_ - end_};
}

void line_buffer::commit(std::size_t bytes) {
    end_ += bytes;
}

result<std::optional<std::string_view>> line_buffer::next_line() {
    for (;;) {
        const char* const from = storage_.get() + scanned_;
        const void* const found =
            scanned_ == end_ ? nullptr : std::memchr(from, '\n', end_ - scanned_);
        if (found == nullptr) {
            scanned_ = end_;
            if (end_ - begin_ > line_bytes_max_) return errc::message_too_large;
            return std::optional<std::string_view>{};
        }
        const auto newline =
            static_cast<std::size_t>(static_cast<const char*>(found) - storage_.get());
        std::string_view line{storage_.get() + begin_, newline - begin_};
        begin_ = scanned_ = newline + 1;
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.size() > line_bytes_max_) return errc::message_too_large;
        if (!line.empty()) return std::optional{line};
    }
}

std::string_view line_buffer::rest() const {
    return {storage_.get() + begin_, end_ - begin_};
}

} // namespace mcpgw
