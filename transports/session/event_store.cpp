// SPDX-License-Identifier: Apache-2.0
#include "transports/session/event_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace mcpgw {

namespace {

struct position {
    std::uint64_t stream = 0;
    std::uint64_t number = 0;
};

std::string to_id(position at) {
    return fmt::format("{}_{}", at.stream, at.number);
}

/// Only what to_id() writes: no signs, no leading zeros.
std::optional<position> parse_id(std::string_view text) {
    position at;
    const char* const end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, at.stream);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '_') return std::nullopt;
    const auto second = std::from_chars(first.ptr + 1, end, at.number);
    if (second.ec != std::errc{} || to_id(at) != text) return std::nullopt;
    return at;
}

} // namespace

std::uint64_t event_store::open_stream() {
    const auto number = next_stream_++;
    streams_[number];
    return number;
}

std::string event_store::add(std::uint64_t stream, std::string_view line, kind what) {
    const auto found = streams_.find(stream);
    if (found == streams_.end() || found->second.has_ended) return {};
    auto& record = found->second;
    const auto number = ++record.last_number;
    record.events.push_back({number, next_age_++, std::string{line}, what});
    ++events_;
    bytes_ += line.size();
    trim();
    return to_id({stream, number});
}

void event_store::end_stream(std::uint64_t stream) {
    const auto found = streams_.find(stream);
    if (found != streams_.end()) found->second.has_ended = true;
}

void event_store::set_delivered(std::uint64_t stream) {
    const auto found = streams_.find(stream);
    if (found != streams_.end() && found->second.has_ended) found->second.is_delivered = true;
}

std::string event_store::newest_id(std::uint64_t stream) const {
    const auto found = streams_.find(stream);
    return to_id({stream, found == streams_.end() ? 0 : found->second.last_number});
}

result<event_store::replay> event_store::replay_after(std::string_view event_id) {
    const auto after = parse_id(event_id);
    const auto found = after ? streams_.find(after->stream) : streams_.end();
    if (found == streams_.end() || after->number > found->second.last_number)
        return fault{errc::invalid_request,
                     "Last-Event-ID names no event of this session that is still kept; leave it "
                     "out to listen to what is new"};
    auto& record = found->second;
    for (auto at = record.events.begin(); at != record.events.end() && at->number <= after->number;)
        at = forget(record, at);
    replay found_events{after->stream, record.has_ended, {}};
    for (const auto& each : record.events)
        found_events.events.push_back({to_id({after->stream, each.number}), each.line, each.what});
    if (record.has_ended && record.events.empty()) forget_stream(found); // all was read
    return found_events;
}

void event_store::clear() {
    streams_.clear();
    events_ = bytes_ = 0;
}

void event_store::trim() {
    while (events_ > 1 && (events_ > limits_.events_max || bytes_ > limits_.bytes_max)) {
        if (forget_delivered_stream() || forget_oldest(kind::notification) ||
            forget_oldest(kind::kept))
            continue;
        return;
    }
}

bool event_store::forget_delivered_stream() {
    const auto found =
        std::ranges::find_if(streams_, [](const auto& entry) { return entry.second.is_delivered; });
    if (found == streams_.end()) return false;
    forget_stream(found);
    return true;
}

/// Of all streams; never the newest message. An answer goes with its whole stream: what is left
/// could not end.
bool event_store::forget_oldest(kind what) {
    auto oldest_stream = streams_.end();
    std::list<stored>::iterator oldest;
    for (auto at = streams_.begin(); at != streams_.end(); ++at) {
        auto& record = at->second;
        if (what == kind::kept && !record.has_ended) continue;
        const auto first = std::ranges::find(record.events, what, &stored::what);
        if (first == record.events.end() || first->age + 1 == next_age_) continue;
        if (oldest_stream != streams_.end() && first->age > oldest->age) continue;
        oldest_stream = at;
        oldest = first;
    }
    if (oldest_stream == streams_.end()) return false;
    if (what == kind::kept)
        forget_stream(oldest_stream);
    else
        forget(oldest_stream->second, oldest);
    return true;
}

event_store::streams::iterator event_store::forget_stream(streams::iterator at) {
    auto& record = at->second;
    for (auto at_event = record.events.begin(); at_event != record.events.end();)
        at_event = forget(record, at_event);
    return streams_.erase(at);
}

std::list<event_store::stored>::iterator event_store::forget(stream_record& from,
                                                             std::list<stored>::iterator at) {
    bytes_ -= at->line.size();
    --events_;
    return from.events.erase(at);
}

} // namespace mcpgw
