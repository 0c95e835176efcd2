// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "protocol/message/envelope.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mcpgw {

/// Keeps the `_meta` that came last from one sender: its text, and what the scanner found in it.
/// The next message mostly repeats it (the client, its capabilities, the server), and then it is
/// compared instead of scanned.
///
/// This trusts nobody: an object ends where its own text says, whatever follows it, so the same
/// bytes at the same place are the same object. All scans with one meta_cache have the same limits.
class meta_cache {
public:
    static constexpr std::size_t bytes_max = 1024; ///< longer ones are not kept

    enum class place : std::uint8_t { params, result };

    /// Whether `text` goes on with it.
    [[nodiscard]] bool begins(std::string_view text, place where) const {
        return where == where_ && !text_.empty() && text.starts_with(text_);
    }
    [[nodiscard]] std::size_t size() const { return text_.size(); }
    /// What is in it where it begins at byte `begin`.
    [[nodiscard]] envelope::meta_spans spans(std::size_t begin) const;
    [[nodiscard]] bool has_foreign() const { return has_foreign_; }

    /// `text`: without newlines between tokens. `message`: where its members are.
    void keep(text_span meta, std::string_view text, place where, const envelope& message);

private:
    std::string text_;
    std::size_t begin_ = 0;
    envelope::meta_spans spans_;
    place where_ = place::params;
    bool has_foreign_ = false;
};

/// As the other scan_envelope(), with the same outcome, but for a sender whose last `_meta` is
/// known.
result<envelope> scan_envelope(std::string_view text, const scan_limits& limits, meta_cache& known);

} // namespace mcpgw
