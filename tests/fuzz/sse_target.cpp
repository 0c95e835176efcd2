// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.hpp"

#include "protocol/http/sse.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <vector>

namespace mcpgw::test {

namespace {

bool is_equal(const sse_event& a, const sse_event& b) {
    return a.event == b.event && a.data == b.data && a.id == b.id && a.retry == b.retry;
}

bool is_equal(const std::vector<sse_event>& a, const std::vector<sse_event>& b) {
    return std::ranges::equal(
        a, b, [](const sse_event& l, const sse_event& r) { return is_equal(l, r); });
}

struct outcome {
    std::vector<sse_event> events;
    bool is_failed = false;
};

/// Decodes parts of `size` bytes, taking events after each part.
outcome decode(std::string_view text, std::size_t size, sse_limits limits) {
    sse_decoder decoder{limits};
    outcome out;
    while (!text.empty() && !out.is_failed) {
        out.is_failed = decoder.feed(text.substr(0, size)).has_error();
        text.remove_prefix(std::min(size, text.size()));
        while (auto event = decoder.next()) out.events.push_back(std::move(*event));
    }
    return out;
}

/// The lines that are ended, by the standard's words.
std::vector<std::string> ended_lines(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    std::vector<std::string> lines;
    std::string line;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\n' && at > 0 && text[at - 1] == '\r') continue;
        if (text[at] == '\n' || text[at] == '\r')
            lines.push_back(std::exchange(line, {}));
        else
            line += text[at];
    }
    return lines;
}

/// The whole stream read at once, without limits.
std::vector<sse_event> expected_events(std::string_view text) {
    std::vector<sse_event> events;
    sse_event event;
    std::vector<std::string> data;
    for (const std::string& line : ended_lines(text)) {
        if (line.empty()) {
            for (std::size_t i = 0; i < data.size(); ++i)
                event.data += (i == 0 ? "" : "\n") + data[i];
            if (data.empty()) event.event.clear();
            if (!data.empty() || !event.id.empty() || event.retry) events.push_back(event);
            event = {};
            data.clear();
            continue;
        }
        const std::string name = line.substr(0, line.find(':'));
        std::string value = line.substr(std::min(name.size() + 1, line.size()));
        if (value.starts_with(' ')) value.erase(0, 1);
        if (name == "data") data.push_back(value);
        if (name == "event") event.event = value;
        if (name == "id" && value.find('\0') == value.npos) event.id = value;
        if (name == "retry" && !value.empty() &&
            value.find_first_not_of("0123456789") == value.npos) {
            errno = 0;
            const long long number = std::strtoll(value.c_str(), nullptr, 10);
            if (errno == 0) event.retry = std::chrono::milliseconds{number};
        }
    }
    return events;
}

/// What is written of an event is read as the same event, apart from what no field can hold.
std::string check_writing(const std::vector<sse_event>& events, sse_limits limits) {
    std::string stream;
    std::vector<sse_event> expected;
    for (sse_event event : events) {
        append_sse_event(stream, event);
        append_sse_comment(stream, event.data);
        std::erase(event.event, '\0');
        const bool is_empty = event.data.empty() && event.event.empty() && event.id.empty();
        if (!is_empty || event.retry) expected.push_back(event);
    }
    limits.event_bytes_max += 64 + stream.size(); // comments of ours may be longer than the limit
    if (!is_equal(decode(stream, stream.size() + 1, limits).events, expected))
        return "events written and read again";
    return {};
}

} // namespace

std::string check_sse_invariants(std::string_view text) {
    if (text.empty()) return {};
    const sse_limits limits{.event_bytes_max = static_cast<unsigned char>(text.front())};
    text.remove_prefix(1);

    const std::vector<sse_event> expected = expected_events(text);
    const outcome unlimited = decode(text, text.size() + 1, {});
    if (unlimited.is_failed) return "a short stream is refused";
    if (!is_equal(unlimited.events, expected)) return "events of a stream";

    const outcome whole = decode(text, text.size() + 1, limits);
    // Where the limit is reached, the events before it are delivered still.
    if (whole.is_failed ? whole.events.size() > expected.size()
                        : whole.events.size() != expected.size())
        return "number of events";
    for (std::size_t i = 0; i < whole.events.size(); ++i) {
        const sse_event& event = whole.events[i];
        if (!is_equal(event, expected[i])) return "events under a limit";
        if (event.data.size() + event.event.size() + event.id.size() > limits.event_bytes_max)
            return "an event above the limit";
    }
    for (const std::size_t size : {1U, 2U, 3U, 5U, 7U, 64U}) {
        const outcome parts = decode(text, size, limits);
        if (parts.is_failed != whole.is_failed) return "a limit that depends on the parts";
        if (!is_equal(parts.events, whole.events)) return "events that depend on the parts";
    }
    return check_writing(expected, limits);
}

} // namespace mcpgw::test
