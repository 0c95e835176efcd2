// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "protocol/message/envelope.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mcpgw {

/// JSON-RPC batches, which only revision 2025-03-26 has (2025-03-26, basic/index, "Batching"). A
/// batch is split, each message goes its own way, and the answers are one array again.

/// Whether the text is an array. It may still be malformed.
bool is_batch(std::string_view text);

struct batch_item {
    std::string text;                                 ///< one message, on one line
    result<envelope> message = errc::invalid_request; ///< spans into `text`, or why it is refused
};

/// The messages of a batch. Those that are no valid message are refused one by one, as are
/// `initialize` (2025-03-26, basic/lifecycle, "Initialization") and requests of the modern era,
/// which has no batches. Errors of the whole: parse_error, depth_exceeded; invalid_request if it is
/// empty or has more than `messages_max`.
result<std::vector<batch_item>> split_batch(std::string_view text, std::size_t messages_max,
                                            const scan_limits& limits = {});

/// The answers to one batch, until the last one is in.
class batch_answers {
public:
    explicit batch_answers(std::size_t expected) : missing_(expected) {}

    /// The answer of one request; empty: it gets none, since it was cancelled.
    void add(std::string answer);
    [[nodiscard]] bool is_complete() const { return missing_ == 0; }
    /// Those that there are.
    [[nodiscard]] const std::vector<std::string>& answers() const { return answers_; }
    /// The same as one array; empty if there are none, as nothing is sent then.
    [[nodiscard]] std::string array() const;

private:
    std::size_t missing_;
    std::vector<std::string> answers_;
};

} // namespace mcpgw
