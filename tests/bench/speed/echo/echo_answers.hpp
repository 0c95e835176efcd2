// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/speed/echo/echo_request.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace mcpgw::bench {

/// Events that the tool `progress` sends before its answer.
inline constexpr int progress_events = 100;

/// The answers of the smallest MCP server that the bench can do with, in both eras: the tool `echo`
/// gives its text back, `progress` sends notifications first. Knows no I/O.
class echo_answers {
public:
    /// `tools_max`: length of its list of tools; the first two exist.
    explicit echo_answers(std::size_t tools_max);

    /// Appends the messages that answer a request to `out`, each ended by `message_end`. False: it
    /// was a notification, which is not answered.
    bool append(std::string_view message, std::string_view message_end, std::string& out) const;

private:
    void append_result(const echo_request& asked, std::string& out) const;

    std::string tools_; ///< the list, as JSON
};

} // namespace mcpgw::bench
