#include "children/event_reader.hpp"

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

task<result<std::optional<sse_event>>> event_reader::next() {
    position_.was_closed = false;
    for (;;) {
        while (auto event = decoder_.next()) {
            if (is_fit_for_header(event->id) && !event->id.empty())
                position_.last_event_id = event->id;
            if (event->retry)
                position_.retry = std::min<std::chrono::milliseconds>(*event->retry, retry_max);
            if (!event->data.empty()) co_return event;
        }
        const auto bytes = co_await response_.read_some();
        if (bytes.has_error()) co_return bytes.error();
        if (bytes->empty()) {
            position_.was_closed = true;
            co_return std::optional<sse_event>{};
        }
        const auto fed = decoder_.feed(*bytes);
        if (fed.has_error()) co_return fed.error();
    }
}

} // namespace mcpgw
