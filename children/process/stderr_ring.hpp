// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/process/last_words.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// The last lines that a child wrote to stderr, for its status and for error texts. Bounded in
/// lines and in bytes a line, however much the child writes. Lives as long as the child and so
/// spans restarts.
class stderr_ring {
public:
    /// `secrets`: texts that a line is shown without, should the child print them.
    stderr_ring(std::size_t lines_max, std::size_t line_bytes_max,
                std::vector<std::string> secrets = {});

    /// Takes bytes as they come.
    void append(std::string_view bytes);
    /// The process has ended: an unfinished line counts as one.
    void finish_line();
    void clear();
    /// Newest last, as valid UTF-8 without control characters. A line that names an error and would
    /// have had to make room comes first.
    [[nodiscard]] std::vector<std::string> lines() const;
    /// `text` without the secrets.
    [[nodiscard]] std::string masked(std::string text) const;
    /// The last line that is not empty, or empty.
    [[nodiscard]] std::string last_line() const;
    /// What says best why the process ended: the line that names an error, of a stack the one at
    /// its head, with what can be done about it; else the last line. From here on only what comes
    /// later counts.
    std::string take_last_words();

private:
    std::deque<std::string> lines_;
    std::string partial_;
    headline headline_;
    std::size_t lines_max_;
    std::size_t line_bytes_max_;
    std::vector<std::string> secrets_; ///< longest first: one may be a part of another
    std::size_t secret_bytes_max_ = 0;
};

} // namespace mcpgw
