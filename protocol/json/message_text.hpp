// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/json/shared_text.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace mcpgw {

/// A message, or a piece of one, as it is made and written: a long text that is not copied, and
/// what stands around it. A short message is all in `before`.
struct message_text {
    std::string before;
    shared_text middle;
    std::string after;

    message_text() = default;
    message_text(std::string text) : before(std::move(text)) {}
    message_text(const char* text) : before(text) {}
    message_text(std::string first, shared_text second, std::string third = {})
        : before(std::move(first)), middle(std::move(second)), after(std::move(third)) {}

    [[nodiscard]] std::size_t size() const { return before.size() + middle.size() + after.size(); }
    [[nodiscard]] bool empty() const { return size() == 0; }
    void clear() { *this = {}; }
    /// Adds to the end.
    void append(std::string_view text) { (middle.empty() ? before : after) += text; }
    void append_to(std::string& out) const {
        out.append(before).append(middle.view()).append(after);
    }
    /// All of it in one piece: a copy of what may be long.
    [[nodiscard]] std::string str() const;
};

} // namespace mcpgw
