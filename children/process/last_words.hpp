// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace mcpgw {

/// What the lines of a program on stderr say about its end. Pure; knows the forms of Node, Python,
/// Rust, Go, Java, npm and shells.

/// The line names an error: not the middle of a stack, and no mere warning.
bool names_an_error(std::string_view line);

/// What the user can do about the error that the text names; empty: we do not know.
std::string_view advice_on(std::string_view text);

/// Finds the line that says best why a program ended. Of a stack that is not the last one, and it
/// may be far before the end. Fed line by line; keeps two lines at most.
class headline {
public:
    void on_line(std::string_view line);
    /// Empty: nothing that was said looks like an error.
    [[nodiscard]] const std::string& text() const { return text_; }
    void clear() { *this = {}; }

private:
    std::string text_;
    bool wants_more_ = false;     ///< the line that says what it is comes next
    bool is_of_npm_ = false;      ///< of whose many lines the first two tell
    std::size_t lines_since_ = 0; ///< that are no part of a stack
};

} // namespace mcpgw
