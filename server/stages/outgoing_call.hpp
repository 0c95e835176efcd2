// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "children/link/upstream_call.hpp"
#include "server/stages/call_context.hpp"

#include <string_view>

namespace mcpgw {

/// What the server that has given the call a place is sent, in its revision. No I/O.

/// Agrees with the server about tasks, and makes the params. Errors: the client must know of tasks,
/// or the call belongs to a server that is gone.
result<void> prepare_call(call_context& call);
/// Makes the params, which make_call() takes.
void fill_members(call_context& call);
/// `members` of params; `retry_members`: more of them, with the answers to the server's questions.
upstream_call make_call(const call_context& call, message_text&& members,
                        std::string_view retry_members);

} // namespace mcpgw
