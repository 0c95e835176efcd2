// SPDX-License-Identifier: Apache-2.0
#include "transports/session/session_streams.hpp"

#include "protocol/http/sse.hpp"

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {
constexpr auto own = event_store::own_stream;
}

std::shared_ptr<outbox> session_streams::attach(std::shared_ptr<outbox> box) {
    auto previous = own_box();
    carriers_.erase(own);
    if (!box) return previous;
    send_backlog(*box);
    carriers_.emplace(own, std::move(box));
    return previous;
}

std::shared_ptr<outbox> session_streams::own_box() const {
    const auto found = carriers_.find(own);
    return found == carriers_.end() ? nullptr : found->second;
}

bool session_streams::has_memory(std::size_t bytes) const {
    return held_.budget() == nullptr || held_.budget()->has_room(bytes);
}

void session_streams::send_backlog(outbox& box) {
    backlog_bytes_ = 0;
    for (const auto& line : std::exchange(backlog_, {}))
        box.try_push(line, keep(own, line, event_store::kind::notification));
    held_.resize(bytes());
}

void session_streams::notify(std::string line) {
    if (is_closed_) return;
    if (box_of(own) != nullptr) return notify(own, line);
    if (!has_memory(line.size())) return;
    backlog_bytes_ += line.size();
    backlog_.push_back(std::move(line));
    if (backlog_.size() > backlog_max_) {
        backlog_bytes_ -= backlog_.front().size();
        backlog_.pop_front();
    }
    held_.resize(bytes());
}

std::uint64_t session_streams::open(std::shared_ptr<outbox> box) {
    const auto stream = store_.open_stream();
    carriers_.emplace(stream, std::move(box));
    return stream;
}

void session_streams::notify(std::uint64_t stream, std::string_view line) {
    const auto id = keep(stream, line, event_store::kind::notification);
    if (auto* const box = box_of(stream)) box->try_push(line, id);
}

void session_streams::push(std::uint64_t stream, std::string_view line) {
    const auto id = keep(stream, line, event_store::kind::kept);
    if (auto* const box = box_of(stream)) box->push(line, id);
}

void session_streams::finish(std::uint64_t stream) {
    store_.end_stream(stream);
    if (auto* const box = box_of(stream)) box->close();
}

result<void> session_streams::resume(std::string_view event_id,
                                     const std::shared_ptr<outbox>& box) {
    auto found = store_.replay_after(event_id);
    if (found.has_error()) return found.error();
    for (const auto& event : found->events) box->push(event.line, event.id);
    if (found->stream == own) send_backlog(*box);
    if (found->has_ended) box->close();
    const auto previous = std::exchange(carriers_[found->stream], box);
    if (previous) previous->close();
    return {};
}

void session_streams::push_priming(outbox& box, std::uint64_t stream,
                                   std::chrono::milliseconds retry) const {
    sse_event priming;
    priming.id = store_.newest_id(stream);
    if (retry > std::chrono::milliseconds::zero()) priming.retry = retry;
    std::string bytes;
    append_sse_event(bytes, priming);
    box.push_raw(std::move(bytes));
}

void session_streams::release(const outbox& box) {
    const auto found = std::ranges::find_if(
        carriers_, [&box](const auto& entry) { return entry.second.get() == &box; });
    if (found == carriers_.end()) return;
    if (box.is_delivered()) store_.set_delivered(found->first);
    carriers_.erase(found);
}

void session_streams::close() {
    is_closed_ = true;
    store_.clear();
    backlog_.clear();
    backlog_bytes_ = 0;
    held_.resize(0);
    if (const auto box = own_box()) box->close();
    carriers_.erase(own);
}

outbox* session_streams::box_of(std::uint64_t stream) const {
    const auto found = carriers_.find(stream);
    return found == carriers_.end() ? nullptr : found->second.get();
}

std::string session_streams::keep(std::uint64_t stream, std::string_view line,
                                  event_store::kind what) {
    if (!is_resumable_) return {};
    auto id = store_.add(stream, line, what);
    held_.resize(bytes());
    return id;
}

} // namespace mcpgw
