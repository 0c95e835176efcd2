// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/message/batch.hpp"
#include "transports/async/task_group.hpp"
#include "transports/buffers/outbox.hpp"
#include "transports/session/client_limits.hpp"
#include "transports/session/request_handler.hpp"

#include <memory>
#include <string>

namespace mcpgw {

/// A response or a notification of a client in a session: settles a question, cancels a request,
/// or goes to the handler.
void dispatch_one_way(request_handler& handler, const client_request& message);

/// Runs one request of a client that has a single channel for everything (HTTP+SSE, stdio): the
/// answer, notifications and questions all go to `box`. A coroutine for a task_group; owns its
/// request. Refuses an id that is in flight already. `batch`: of which the request is a part; the
/// last answer then brings all of them; null: none.
task<> run_channel_request(request_handler& handler, client_request request,
                           std::shared_ptr<outbox> box, std::shared_ptr<batch_answers> batch = {});

/// Whether an array is a batch for this client: only 2025-03-26 has batches (2025-03-26,
/// basic/index, "Batching").
bool speaks_batches(const client_session& session);
/// Takes the batch that is the text of `batch`, of such a client with a single channel; its
/// requests run in `tasks`. Error: the whole is refused.
result<void> take_channel_batch(request_handler& handler, const client_limits& limits,
                                task_group& tasks, const client_request& batch,
                                const std::shared_ptr<outbox>& box);

} // namespace mcpgw
