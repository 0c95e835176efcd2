// SPDX-License-Identifier: Apache-2.0
#include "transports/http_request/request_head_cache.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace mcpgw {

void request_head_cache::clear() {
    text.clear();
    extents.clear();
    head.fields.clear();
    head.method = head.target = {}; // they view the text
    head.version = 11;
    meaning.reset();
    raw_.clear();
}

void request_head_cache::keep(std::string_view raw) {
    raw_.clear();
    if (raw.size() > kept_bytes_max) return;
    digits_in_raw_ = digits_in_text_ = digits_ = 0;
    if (const auto* const length = head.first(header_name::content_length)) {
        // The parser does not tell where a value was. One that was written in another way than all
        // clients write it is not found, and nothing is kept.
        const auto line = fmt::format("\r\n{}: {}\r\n", length->name, length->value);
        const auto at = raw.find(line);
        if (at == std::string_view::npos) return;
        digits_ = length->value.size();
        digits_in_raw_ = at + line.size() - 2 - digits_;
        digits_in_text_ = static_cast<std::size_t>(length->value.data() - text.data());
    }
    raw_ = raw;
}

bool request_head_cache::matches(std::string_view bytes) {
    if (raw_.empty() || bytes.size() < raw_.size()) return false;
    const auto begins = [this, bytes](std::size_t from, std::size_t to) {
        return std::memcmp(bytes.data() + from, raw_.data() + from, to - from) == 0;
    };
    const auto digits_end = digits_in_raw_ + digits_;
    const auto digits = bytes.substr(digits_in_raw_, digits_);
    if (!begins(0, digits_in_raw_) || !begins(digits_end, raw_.size())) return false;
    if (digits.find_first_not_of("0123456789") != std::string_view::npos) return false;
    std::ranges::copy(digits, text.begin() + static_cast<std::ptrdiff_t>(digits_in_text_));
    return true;
}

} // namespace mcpgw
