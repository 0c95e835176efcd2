#include "protocol/message_writer.hpp"

#include <algorithm>

namespace mcpgw {

namespace {
constexpr std::size_t added_bytes = 256; // what is put around a text, mostly
}

message_writer::message_writer(shared_text source, std::size_t bytes_added)
    : source_(std::move(source)) {
    const auto copied = std::min(source_.size(), shared_text::long_bytes);
    out_.before.reserve(copied + bytes_added + added_bytes);
}

void message_writer::name(std::string_view key) {
    auto& text = out_.middle.empty() ? out_.before : out_.after;
    if (!is_first_) text += ',';
    is_first_ = false;
    text.append("\"").append(key).append("\":");
}

void message_writer::add(std::string_view key, std::string_view value) {
    name(key);
    out_.append(value);
}

void message_writer::keep(std::string_view key, std::string_view value) {
    name(key);
    if (value.size() >= shared_text::long_bytes && out_.middle.empty())
        out_.middle = source_.part(value);
    else
        out_.append(value);
}

} // namespace mcpgw
