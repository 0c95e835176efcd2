#include "transports/write_queue.hpp"

#include <utility>

namespace mcpgw {

namespace {
constexpr std::size_t small_bytes_max = 16 * 1024; // above: move the string, never copy it
constexpr std::size_t chunk_bytes = 64 * 1024;
} // namespace

bool write_queue::try_push_line(std::string line) {
    line.push_back('\n');
    return try_push(std::move(line));
}

bool write_queue::try_push(std::string bytes) {
    // A single message may be larger than the whole limit: refusing it for ever would be a dead
    // end.
    if (bytes_ > 0 && bytes_ + bytes.size() > bytes_max_) return false;
    push(std::move(bytes));
    return true;
}

void write_queue::push(std::string bytes) {
    bytes_ += bytes.size();
    if (bytes.size() > small_bytes_max)
        chunks_.push_back(std::move(bytes));
    else
        append(bytes);
}

void write_queue::append(std::string_view bytes) {
    if (chunks_.empty() || chunks_.back().size() + bytes.size() > chunk_bytes)
        chunks_.push_back(std::exchange(spare_, {}));
    chunks_.back().append(bytes);
}

void write_queue::clear() {
    chunks_.clear();
    bytes_ = 0;
}

std::vector<asio::const_buffer> write_queue::batch::buffers() const {
    std::vector<asio::const_buffer> list;
    list.reserve(chunks.size());
    for (const auto& chunk : chunks) list.emplace_back(chunk.data(), chunk.size());
    return list;
}

write_queue::batch write_queue::take_batch() {
    bytes_ = 0;
    return batch{std::exchange(chunks_, {})};
}

void write_queue::give_back(batch done) {
    if (done.chunks.empty()) return;
    auto& first = done.chunks.front();
    if (first.capacity() > spare_.capacity() && first.capacity() <= 2 * chunk_bytes) {
        first.clear();
        spare_ = std::move(first);
    }
    if (!chunks_.empty() || chunks_.capacity() > 0) return;
    done.chunks.clear();
    chunks_ = std::move(done.chunks);
}

} // namespace mcpgw
