// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/message_writer.hpp"

#include <algorithm>

namespace mcpgw {

namespace {

constexpr std::size_t added_bytes = 256; // what is put around a text, mostly

bool is_between_members(char c) {
    return c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

} // namespace

message_writer::message_writer(shared_text source, std::size_t bytes_added)
    : source_(std::move(source)) {
    const auto copied = std::min(source_.size(), shared_text::long_bytes);
    out_.before.reserve(copied + bytes_added + added_bytes);
}

void message_writer::separate() {
    if (!is_first_) out_.append(",");
    is_first_ = false;
}

void message_writer::name(std::string_view key) {
    separate();
    auto& text = out_.middle.empty() ? out_.before : out_.after;
    text.append("\"").append(key).append("\":");
}

void message_writer::add(std::string_view key, std::string_view value) {
    name(key);
    out_.append(value);
}

void message_writer::keep(std::string_view key, std::string_view value) {
    name(key);
    keep_text(value);
}

void message_writer::keep_members(std::string_view members) {
    while (!members.empty() && is_between_members(members.front())) members.remove_prefix(1);
    while (!members.empty() && is_between_members(members.back())) members.remove_suffix(1);
    if (members.empty()) return;
    separate();
    keep_text(members);
}

void message_writer::keep_text(std::string_view text) {
    if (text.size() >= shared_text::long_bytes && out_.middle.empty())
        out_.middle = source_.part(text);
    else
        out_.append(text);
}

} // namespace mcpgw
