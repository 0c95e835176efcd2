// SPDX-License-Identifier: Apache-2.0
#include "transports/buffers/write_queue.hpp"

#include <utility>

namespace mcpgw {

namespace {
constexpr std::size_t small_bytes_max = 16 * 1024; // above: move the string, never copy it
constexpr std::size_t chunk_bytes = 64 * 1024;
} // namespace

/// A single message may be larger than the whole limit: refusing it for ever would be a dead end.
bool write_queue::has_room(std::size_t bytes) const {
    return bytes_ == 0 || bytes_ + bytes <= bytes_max_;
}

bool write_queue::try_push_line(message_text&& line) {
    constexpr std::size_t newline_bytes = 1;
    if (!has_room(line.size() + newline_bytes)) return false;
    push_line(std::move(line));
    return true;
}

void write_queue::push_line(message_text&& line) {
    line.append("\n");
    if (line.middle.empty()) return push(std::move(line.before));
    bytes_ += line.size();
    append(line.before);
    chunks_.push_back({{}, std::move(line.middle)});
    append(line.after);
}

bool write_queue::try_push(std::string bytes) {
    if (!has_room(bytes.size())) return false;
    push(std::move(bytes));
    return true;
}

void write_queue::push(std::string bytes) {
    bytes_ += bytes.size();
    if (bytes.size() > small_bytes_max)
        chunks_.push_back({std::move(bytes), {}});
    else
        append(bytes);
}

void write_queue::append(std::string_view bytes) {
    const bool has_place = !chunks_.empty() && chunks_.back().shared.empty() &&
                           chunks_.back().size() + bytes.size() <= chunk_bytes;
    if (!has_place) chunks_.push_back({std::exchange(spare_, {}), {}});
    chunks_.back().bytes.append(bytes);
}

void write_queue::clear() {
    chunks_.clear();
    bytes_ = 0;
}

void write_queue::batch::list_buffers(std::vector<asio::const_buffer>& list) const {
    list.clear();
    for (const auto& each : chunks) list.emplace_back(each.view().data(), each.size());
}

std::vector<asio::const_buffer> write_queue::batch::buffers() const {
    std::vector<asio::const_buffer> list;
    list_buffers(list);
    return list;
}

write_queue::batch write_queue::take_batch() {
    bytes_ = 0;
    return batch{std::exchange(chunks_, {})};
}

void write_queue::give_back(batch done) {
    if (done.chunks.empty()) return;
    auto& first = done.chunks.front().bytes;
    if (first.capacity() > spare_.capacity() && first.capacity() <= 2 * chunk_bytes) {
        first.clear();
        spare_ = std::move(first);
    }
    if (!chunks_.empty() || chunks_.capacity() > 0) return;
    done.chunks.clear();
    chunks_ = std::move(done.chunks);
}

} // namespace mcpgw
