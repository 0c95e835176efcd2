// SPDX-License-Identifier: Apache-2.0
#include "protocol/http/sse.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstdint>
#include <utility>

namespace mcpgw {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// What a line may have beside the value that counts: a byte-order mark and "event: " or "retry: ".
constexpr std::size_t line_overhead_max = 16;

bool is_line_end(char c) {
    return c == '\n' || c == '\r';
}

void append_one_line_field(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    for (const char c : value)
        if (!is_line_end(c) && c != '\0') out += c;
    out += '\n';
}

void append_data(std::string& out, std::string_view data) {
    while (true) {
        const auto end = std::ranges::find_if(data, is_line_end);
        out += "data: ";
        out.append(data.begin(), end);
        out += '\n';
        if (end == data.end()) return;
        const auto length = static_cast<std::size_t>(end - data.begin());
        const bool is_crlf = data.substr(length).starts_with("\r\n");
        data.remove_prefix(length + (is_crlf ? 2 : 1));
    }
}

// Digits only; anything else, and what no clock can hold, is ignored as the standard says.
std::optional<std::chrono::milliseconds> parse_retry(std::string_view value) {
    std::int64_t number = 0;
    if (value.empty() || value.front() == '-') return std::nullopt;
    const auto* const end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, number);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return std::chrono::milliseconds{number};
}

} // namespace

void append_sse_event(std::string& out, const sse_event& event) {
    const bool has_data = !event.data.empty() || !event.id.empty() || !event.event.empty();
    if (!has_data && !event.retry) return;
    if (!event.event.empty()) append_one_line_field(out, "event: ", event.event);
    if (!event.id.empty()) append_one_line_field(out, "id: ", event.id);
    if (event.retry) append_one_line_field(out, "retry: ", std::to_string(event.retry->count()));
    if (has_data) append_data(out, event.data);
    out += '\n';
}

void append_sse_line(std::string& out, std::string_view line, std::string_view id) {
    assert(std::ranges::none_of(line, is_line_end));
    // The standard's own default, said all the same: some clients keep the type of the event
    // before, and take an answer for a second "endpoint".
    out += "event: message\n";
    if (!id.empty()) append_one_line_field(out, "id: ", id);
    out += "data: ";
    out += line;
    out += "\n\n";
}

void append_sse_comment(std::string& out, std::string_view text) {
    // The empty line ends no event, so the comment may stand between any two.
    append_one_line_field(out, text.empty() ? ":" : ": ", text);
    out += '\n';
}

result<void> sse_decoder::feed(std::string_view bytes) {
    while (!bytes.empty() && !is_failed_) {
        // The other half of a CRLF whose CR ended the line already.
        if (std::exchange(last_was_cr_, false) && bytes.front() == '\n') {
            bytes.remove_prefix(1);
            continue;
        }
        const auto end = std::ranges::find_if(bytes, is_line_end);
        const auto length = static_cast<std::size_t>(end - bytes.begin());
        const auto pending = event_bytes() + line_.size() + length;
        if (pending > line_overhead_max && pending - line_overhead_max > limits_.event_bytes_max) {
            is_failed_ = true;
            break;
        }
        line_.append(bytes.substr(0, length));
        if (end == bytes.end()) break;
        last_was_cr_ = *end == '\r';
        bytes.remove_prefix(length + 1);
        on_line(line_);
        line_.clear();
        is_failed_ = event_bytes() > limits_.event_bytes_max;
    }
    if (is_failed_)
        return fault{errc::message_too_large, "A server-sent event has more than " +
                                                  std::to_string(limits_.event_bytes_max) +
                                                  " bytes"};
    return {};
}

void sse_decoder::finish() {
    if (!line_.empty()) on_line(std::exchange(line_, {}));
    if (has_data_) dispatch();
}

std::optional<sse_event> sse_decoder::next() {
    if (ready_.empty()) return std::nullopt;
    auto event = std::move(ready_.front());
    ready_.pop_front();
    return event;
}

void sse_decoder::on_line(std::string_view line) {
    if (std::exchange(at_start_, false) && line.starts_with(byte_order_mark))
        line.remove_prefix(byte_order_mark.size());
    if (line.empty()) {
        dispatch();
        return;
    }
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    auto value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);

    if (name == "data") {
        if (std::exchange(has_data_, true)) current_.data += '\n';
        current_.data += value;
    } else if (name == "event") {
        current_.event = value;
    } else if (name == "id") {
        if (value.find('\0') == std::string_view::npos) current_.id = value;
    } else if (name == "retry") {
        if (const auto retry = parse_retry(value)) current_.retry = retry;
    }
    // An empty name is a comment; every other field is ignored.
}

void sse_decoder::dispatch() {
    auto event = std::exchange(current_, sse_event{});
    const bool has_data = std::exchange(has_data_, false);
    if (!has_data && event.id.empty() && !event.retry) return;
    // The standard forgets the type of an event without data; only its id and retry mean something.
    if (!has_data) event.event.clear();
    ready_.push_back(std::move(event));
}

std::size_t sse_decoder::event_bytes() const {
    return current_.data.size() + current_.event.size() + current_.id.size();
}

} // namespace mcpgw
