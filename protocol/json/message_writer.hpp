// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/json/message_text.hpp"

#include <cstddef>
#include <string_view>

namespace mcpgw {

/// Writes the members of an object, as member_writer does, from those of another text: one long
/// value of that stays where it is.
class message_writer {
public:
    /// `bytes_added`: about so many come to those of the source.
    explicit message_writer(shared_text source, std::size_t bytes_added = 0);

    /// Braces, for an object instead of its members alone.
    void begin_object() { out_.before += '{'; }
    void end_object() { out_.append("}"); }
    /// Copies the value.
    void add(std::string_view key, std::string_view value);
    /// A value that is part of the source.
    void keep(std::string_view key, std::string_view value);
    /// Whole members that stand together in the source, with any blanks and commas around them.
    void keep_members(std::string_view members);
    /// The writer is of no further use.
    [[nodiscard]] message_text take() { return std::move(out_); }

private:
    void separate();
    void name(std::string_view key);
    void keep_text(std::string_view text);

    shared_text source_;
    message_text out_;
    bool is_first_ = true;
};

} // namespace mcpgw
