// SPDX-License-Identifier: Apache-2.0
#include "children/process/stderr_ring.hpp"

#include "protocol/json/json_text.hpp"
#include "protocol/text/secret_mask.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace mcpgw {

stderr_ring::stderr_ring(std::size_t lines_max, std::size_t line_bytes_max,
                         std::vector<std::string> secrets)
    : lines_max_(lines_max), line_bytes_max_(line_bytes_max), secrets_(std::move(secrets)) {
    std::erase(secrets_, std::string{});
    std::ranges::sort(secrets_, std::ranges::greater{}, &std::string::size);
    if (!secrets_.empty()) secret_bytes_max_ = secrets_.front().size();
}

void stderr_ring::append(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto end = std::min(bytes.find('\n'), bytes.size());
        // More than is kept, or the beginning of a secret at the cut would not be known as one.
        const auto whole = line_bytes_max_ + secret_bytes_max_;
        const auto room = whole - std::min(whole, partial_.size());
        partial_.append(bytes.substr(0, std::min(end, room)));
        if (end == bytes.size()) return;
        finish_line();
        bytes.remove_prefix(end + 1);
    }
}

std::string stderr_ring::masked(std::string text) const {
    return mask_secrets(std::move(text), secrets_);
}

void stderr_ring::finish_line() {
    partial_ = masked(std::move(partial_));
    if (partial_.size() > line_bytes_max_) partial_.resize(line_bytes_max_);
    std::string line = sanitize_utf8(partial_);
    for (char& c : line)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    line.erase(line.find_last_not_of(' ') + 1); // blank lines, and the line ends of Windows
    if (!line.empty()) {
        headline_.on_line(line);
        lines_.push_back(std::move(line));
        if (lines_.size() > lines_max_) lines_.pop_front();
    }
    partial_.clear();
}

void stderr_ring::clear() {
    lines_.clear();
    partial_.clear();
    headline_.clear();
}

std::vector<std::string> stderr_ring::lines() const {
    std::vector<std::string> all{lines_.begin(), lines_.end()};
    const auto& head = headline_.text();
    const auto is_shown = [&head](const std::string& line) {
        return head.starts_with(line);
    };
    if (!head.empty() && std::ranges::none_of(all, is_shown)) all.insert(all.begin(), head);
    return all;
}

std::string stderr_ring::take_last_words() {
    auto words = headline_.text().empty() ? last_line() : headline_.text();
    headline_.clear();
    const auto advice = advice_on(words);
    if (!advice.empty()) words.append(" (").append(advice).append(")");
    return words;
}

std::string stderr_ring::last_line() const {
    return lines_.empty() ? std::string{} : lines_.back();
}

} // namespace mcpgw
