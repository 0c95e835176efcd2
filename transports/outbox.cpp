#include "transports/outbox.hpp"

#include "protocol/sse.hpp"

namespace mcpgw {

std::string outbox::framed(std::string_view line) const {
    std::string bytes;
    bytes.reserve(line.size() + 32);
    if (framing_ == framing::events) {
        append_sse_line(bytes, line);
    } else {
        bytes.append(line);
        bytes.push_back('\n');
    }
    return bytes;
}

bool outbox::try_push(std::string_view line) {
    if (is_closed_ || queue_.bytes() + line.size() > bytes_max_) {
        ++dropped_;
        return false;
    }
    push(line);
    return true;
}

void outbox::push(std::string_view line) {
    push_raw(framed(line));
}

void outbox::push_raw(std::string bytes) {
    if (is_closed_) return;
    queue_.push(std::move(bytes));
    wake_.notify();
}

task<bool> outbox::wait(clock_type::time_point deadline) {
    if (!queue_.empty() || is_closed_) co_return true;
    const bool was_notified = co_await wake_.wait_until(deadline);
    co_return was_notified;
}

} // namespace mcpgw
