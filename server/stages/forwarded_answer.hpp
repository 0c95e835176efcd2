// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/upstream/upstream_fault.hpp"
#include "protocol/error.hpp"
#include "protocol/json/message_text.hpp"

#include <memory>
#include <string>
#include <utility>

namespace mcpgw {

/// An upstream's answer, already in the client's era: either a result or an error object. Small,
/// because each coroutine on the way back hands it on.
struct forwarded_answer {
    message_text text; ///< raw
    bool is_error = false;
    bool may_have_links = true; ///< to resources; false: was looked at, and has none
    /// Who answered where the server that was called did not.
    struct stand_in {
        std::string server, tool;
    };
    std::unique_ptr<const stand_in> by{};
};

/// The same as what a request comes to: error objects of servers become raw errors.
inline result<message_text> raw_result(result<forwarded_answer>&& answer) {
    if (answer.has_error()) return answer.error();
    if (answer->is_error) return upstream_fault(answer->text.str());
    return std::move(answer->text);
}

} // namespace mcpgw
