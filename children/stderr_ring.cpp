#include "children/stderr_ring.hpp"

#include "protocol/json_text.hpp"

#include <algorithm>

namespace mcpgw {

void stderr_ring::append(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto end = std::min(bytes.find('\n'), bytes.size());
        const auto room = line_bytes_max_ - std::min(line_bytes_max_, partial_.size());
        partial_.append(bytes.substr(0, std::min(end, room)));
        if (end == bytes.size()) return;
        finish_line();
        bytes.remove_prefix(end + 1);
    }
}

void stderr_ring::finish_line() {
    std::string line = sanitize_utf8(partial_);
    for (char& c : line)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    line.erase(line.find_last_not_of(' ') + 1); // blank lines, and the line ends of Windows
    if (!line.empty()) {
        lines_.push_back(std::move(line));
        if (lines_.size() > lines_max_) lines_.pop_front();
    }
    partial_.clear();
}

void stderr_ring::clear() {
    lines_.clear();
    partial_.clear();
}

std::vector<std::string> stderr_ring::lines() const {
    return {lines_.begin(), lines_.end()};
}

std::string stderr_ring::last_line() const {
    return lines_.empty() ? std::string{} : lines_.back();
}

} // namespace mcpgw
