// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/json/text_span.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// A text with a few places replaced; everything else keeps its bytes, so large integers, `1.0` and
/// key order come out as they went in.
///
/// Owns the replacements, views the text: the text must outlive the object. Edits may be added in
/// any order but must not overlap (assert); an insertion is a replacement of an empty span, and two
/// insertions at one place keep the order in which they were added.
class spliced_text {
public:
    explicit spliced_text(std::string_view text) : text_(text) {}

    void replace(text_span where, std::string replacement);
    void insert(std::size_t position, std::string addition);

    /// Bytes of the result.
    [[nodiscard]] std::size_t size() const;
    /// Appends the result to `out`.
    void append_to(std::string& out) const;
    [[nodiscard]] std::string str() const;

private:
    struct edit {
        text_span where;
        std::string replacement;
    };
    std::string_view text_;
    std::vector<edit> edits_; // sorted by where.begin
};

} // namespace mcpgw
