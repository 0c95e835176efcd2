// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/error.hpp"
#include "protocol/message/response_spans.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mcpgw {

/// What a server sent as the result of `method`, as the schema wants it: whatever it is, what
/// leaves the gateway is valid. Nothing: it is good as it stands, which costs a plain tools/call no
/// look at its text. A fault (server_failed) names the place and what stands there.
///
/// Results that ask for input or that are tasks are not looked at: others know their shapes.
/// `line`: the message that `spans` belong to.
result<std::optional<std::string>> repair_result(std::string_view method, std::string_view line,
                                                 const response_spans& spans);

} // namespace mcpgw
