// SPDX-License-Identifier: Apache-2.0
#include "transports/buffers/outbox.hpp"

#include "protocol/http/sse.hpp"
#include "protocol/message/envelope.hpp"
#include "protocol/message/mcp.hpp"

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::size_t crowded_bytes = 64 * 1024;
constexpr std::size_t crowded_part = 4; // of the limit

/// The raw token of a progress notification; empty for any other message.
std::string_view progress_token_of(std::string_view line) {
    if (line.find(notification::progress) == std::string_view::npos) return {};
    const auto scanned = scan_envelope(line);
    if (scanned.has_error() || scanned->method.of(line) != notification::progress) return {};
    return scanned->in_params.progress_token.of(line);
}

} // namespace

bool outbox::is_crowded() const {
    return !crowd_.empty() || queue_.bytes() > std::min(crowded_bytes, bytes_max_ / crowded_part);
}

std::list<outbox::waiting>::iterator outbox::find_progress(std::string_view raw_token) {
    if (raw_token.empty()) return crowd_.end();
    return std::ranges::find(crowd_, raw_token, &waiting::progress_token);
}

std::string outbox::framed(std::string_view line, std::string_view event_id) const {
    std::string bytes;
    bytes.reserve(line.size() + event_id.size() + 32);
    if (framing_ == framing::events) {
        append_sse_line(bytes, line, event_id);
    } else {
        bytes.append(line);
        bytes.push_back('\n');
    }
    return bytes;
}

bool outbox::try_push(std::string_view line, std::string_view event_id) {
    if (is_closed_) return false;
    const auto token = is_crowded() ? progress_token_of(line) : std::string_view{};
    const auto older = find_progress(token);
    const std::size_t freed = older == crowd_.end() ? 0 : older->bytes.size();
    const bool has_memory = held_.budget() == nullptr || held_.budget()->has_room(line.size());
    if (bytes() - freed + line.size() > bytes_max_ || !has_memory) {
        ++dropped_;
        return false;
    }
    if (older != crowd_.end()) {
        crowd_bytes_ -= freed;
        crowd_.erase(older);
    }
    enqueue(framed(line, event_id), token);
    return true;
}

void outbox::push(std::string_view line, std::string_view event_id) {
    push_raw(framed(line, event_id));
}

void outbox::push_text(message_text line) {
    const bool goes_straight = framing_ == framing::lines && !is_crowded();
    if (!goes_straight) return push(line.str());
    if (is_closed_) return;
    queue_.push_line(std::move(line));
    held_.resize(bytes());
    wake_.notify();
}

void outbox::push_raw(std::string bytes) {
    if (!is_closed_) enqueue(std::move(bytes));
}

void outbox::enqueue(std::string bytes, std::string_view progress_token) {
    if (is_crowded()) {
        crowd_bytes_ += bytes.size();
        crowd_.push_back({std::move(bytes), std::string{progress_token}});
    } else {
        queue_.push(std::move(bytes));
    }
    held_.resize(this->bytes());
    wake_.notify();
}

write_queue::batch outbox::take_batch() {
    for (auto& each : crowd_) queue_.push(std::move(each.bytes));
    crowd_.clear();
    crowd_bytes_ = 0;
    held_.resize(0);
    return queue_.take_batch();
}

task<bool> outbox::wait(clock_type::time_point deadline) {
    if (!empty() || is_closed_) co_return true;
    const bool was_notified = co_await wake_.wait_until(deadline);
    co_return was_notified;
}

} // namespace mcpgw
