#pragma once

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
    stderr_ring(std::size_t lines_max, std::size_t line_bytes_max)
        : lines_max_(lines_max), line_bytes_max_(line_bytes_max) {}

    /// Takes bytes as they come.
    void append(std::string_view bytes);
    /// The process has ended: an unfinished line counts as one.
    void finish_line();
    void clear();
    /// Newest last, as valid UTF-8 without control characters.
    [[nodiscard]] std::vector<std::string> lines() const;
    /// The last line that is not empty, or empty.
    [[nodiscard]] std::string last_line() const;

private:
    std::deque<std::string> lines_;
    std::string partial_;
    std::size_t lines_max_;
    std::size_t line_bytes_max_;
};

} // namespace mcpgw
