// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/splice.hpp"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

namespace mcpgw {

void spliced_text::replace(text_span where, std::string replacement) {
    assert(where.begin <= where.end && where.end <= text_.size());
    // Insertions stand before a replacement that begins at the same place, in the order of adding.
    const auto place = std::ranges::find_if(edits_, [where](const edit& other) {
        if (other.where.begin != where.begin) return other.where.begin > where.begin;
        return where.empty() && !other.where.empty();
    });
    assert(place == edits_.begin() || std::prev(place)->where.end <= where.begin);
    assert(place == edits_.end() || where.end <= place->where.begin);
    edits_.insert(place, edit{where, std::move(replacement)});
}

void spliced_text::insert(std::size_t position, std::string addition) {
    replace({position, position}, std::move(addition));
}

std::size_t spliced_text::size() const {
    std::size_t bytes = text_.size();
    for (const edit& e : edits_) bytes += e.replacement.size() - e.where.size();
    return bytes;
}

void spliced_text::append_to(std::string& out) const {
    out.reserve(out.size() + size());
    std::size_t at = 0;
    for (const edit& e : edits_) {
        out += text_.substr(at, e.where.begin - at);
        out += e.replacement;
        at = e.where.end;
    }
    out += text_.substr(at);
}

std::string spliced_text::str() const {
    std::string out;
    append_to(out);
    return out;
}

} // namespace mcpgw
