// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace mcpgw {

/// Lines to stderr, which never wait and never fail: what cannot be written is counted and
/// forgotten. A program that starts us may never read the pipe, close it, or fill the disk; none of
/// that is a reason to stop serving. The mode of the descriptor, which others share, stays as it
/// is. Owned by the logger.
class error_output {
public:
    explicit error_output(int descriptor) : descriptor_(descriptor) {}

    /// `line` ends with a newline. False: it, or a part of it, is lost. The next line that can be
    /// written says how many were.
    bool write(std::string_view line);
    [[nodiscard]] std::size_t lost() const { return lost_; }

private:
    bool write_whole(std::string_view bytes);

    int descriptor_;
    std::size_t lost_ = 0;     ///< in all
    std::size_t untold_ = 0;   ///< of those, not told yet
    bool is_in_line_ = false;  ///< a part of a line was written
};

} // namespace mcpgw
