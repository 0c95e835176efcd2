// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/splice.hpp"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

namespace mcpgw {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

} // namespace

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

void spliced_text::erase_member(text_span member) {
    assert(!member.empty() && member.end <= text_.size());
    const auto find_edit_over = [this](std::size_t at) {
        return std::ranges::find_if(
            edits_, [at](const edit& e) { return e.where.begin <= at && at < e.where.end; });
    };
    // The comma behind it, if there is one and the next member has not taken it.
    std::size_t behind = member.end;
    while (behind < text_.size() && is_blank(text_[behind])) ++behind;
    if (behind < text_.size() && text_[behind] == ',' && find_edit_over(behind) == edits_.end())
        return replace({member.begin, behind + 1}, {});

    // Else this is the last member that stays, and the comma before it must go. Members erased
    // already have theirs, so look behind (before) them.
    std::size_t before = member.begin;
    while (before > 0) {
        const auto taken = find_edit_over(before - 1);
        if (taken != edits_.end()) {
            if (!taken->replacement.empty()) break;
            before = taken->where.begin;
        } else if (is_blank(text_[before - 1])) {
            --before;
        } else {
            break;
        }
    }
    const bool has_comma =
        before > 0 && text_[before - 1] == ',' && find_edit_over(before - 1) == edits_.end();
    if (has_comma) replace({before - 1, before}, {});
    replace(member, {});
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
