// SPDX-License-Identifier: Apache-2.0
#include "children/remote/event_reader.hpp"

#include "protocol/json/json_text.hpp"
#include "protocol/message/envelope.hpp"

#include <algorithm>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::chrono::minutes retry_max{5};
constexpr std::chrono::milliseconds pause_default{1'000}; // where the server names none
constexpr std::chrono::milliseconds pause_max{30'000};    // where it names no longer one

/// The id goes into a header field when the stream is resumed.
bool is_fit_for_header(std::string_view id) {
    return std::ranges::all_of(id, [](char c) { return c >= 0x20 && c < 0x7f; });
}

} // namespace

std::chrono::milliseconds resume_pause(const stream_position& position, int failures) {
    return std::max(position.retry.value_or(pause_default),
                    std::min(pause_max, pause_default * failures * failures));
}

bool is_message(const sse_event& event) {
    if (event.event.empty() || event.event == "message") return true;
    return is_json_object(event.data) && scan_envelope(event.data).has_value();
}

/// The next one that is read already and has data.
std::optional<sse_event> event_reader::take_event() {
    while (auto event = decoder_.next()) {
        const bool is_cut_off = has_ended_ && scan_envelope(event->data).has_error();
        if (is_cut_off) continue;
        if (is_fit_for_header(event->id) && !event->id.empty()) position_.last_event_id = event->id;
        if (event->retry)
            position_.retry = std::min<std::chrono::milliseconds>(*event->retry, retry_max);
        if (!event->data.empty()) return event;
    }
    return std::nullopt;
}

task<result<std::optional<sse_event>>> event_reader::next() {
    position_.was_closed = false;
    for (;;) {
        if (auto event = take_event()) co_return event;
        if (broken_) co_return *broken_;
        if (has_ended_) {
            position_.was_closed = true;
            co_return std::optional<sse_event>{};
        }
        auto bytes = std::exchange(begun_, {});
        if (bytes.empty()) {
            auto read = co_await response_.read_some();
            if (read.has_error()) broken_ = read.error();
            if (!broken_) bytes = std::move(*read);
        }
        has_ended_ = bytes.empty();
        if (has_ended_) {
            decoder_.finish();
            continue;
        }
        const auto fed = decoder_.feed(bytes);
        if (fed.has_error()) co_return fed.error();
    }
}

} // namespace mcpgw
