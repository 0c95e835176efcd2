// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace mcpgw {

/// A text that nobody changes any more, or a part of one. Copies and parts share its bytes and keep
/// them alive: so a message of megabytes crosses the gateway without being copied.
class shared_text {
public:
    /// From here on copying costs more than sharing.
    static constexpr std::size_t long_bytes = 16 * 1024;

    shared_text() = default;
    /// Takes the text over.
    shared_text(std::string text);
    shared_text(const char* text) : shared_text(copy_of(text)) {}
    /// `owner` keeps `text` alive and unchanged.
    shared_text(std::shared_ptr<const void> owner, std::string_view text)
        : owner_(std::move(owner)), text_(text) {}

    static shared_text copy_of(std::string_view text);

    /// `inside`: a view of this text.
    [[nodiscard]] shared_text part(std::string_view inside) const& { return {owner_, inside}; }
    [[nodiscard]] shared_text part(std::string_view inside) && {
        text_ = {};
        return {std::move(owner_), inside};
    }

    /// The same text, to be kept for long. A short one is copied, because it would keep a whole
    /// buffer in memory; a long one stays where it is.
    [[nodiscard]] shared_text lasting() const {
        return size() < long_bytes ? copy_of(text_) : *this;
    }

    [[nodiscard]] std::string_view view() const { return text_; }
    operator std::string_view() const { return text_; }
    [[nodiscard]] std::size_t size() const { return text_.size(); }
    [[nodiscard]] bool empty() const { return text_.empty(); }
    friend bool operator==(const shared_text& a, std::string_view b) { return a.text_ == b; }

private:
    std::shared_ptr<const void> owner_;
    std::string_view text_;
};

} // namespace mcpgw
